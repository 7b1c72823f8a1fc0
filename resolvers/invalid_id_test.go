package resolvers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// startVendorsWithAccount gives the first account of SoftwareOne another id.
func startVendorsWithAccount(t *testing.T, id string) *demo.Vendors {
	t.Helper()
	fake := softwareonefake.New(demo.Token)
	from, _ := json.Marshal(softwareonefake.AccountID(0))
	to, _ := json.Marshal(id)
	simulated := startVendors(t)
	simulated.All[0] = demo.Vendor{Name: "softwareone", Control: &fake.Control, BaseURL: listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		recorded := httptest.NewRecorder()
		fake.ServeHTTP(recorded, r)
		w.Header().Set("Content-Type", recorded.Header().Get("Content-Type"))
		w.WriteHeader(recorded.Code)
		_, _ = w.Write(bytes.ReplaceAll(recorded.Body.Bytes(), from, to))
	})) + "/public"}
	return simulated
}

// errorCodes returns the codes of the errors of a response, each after its path.
func errorCodes(t *testing.T, response []byte) []string {
	t.Helper()
	var r struct {
		Errors []struct {
			Path       []any
			Extensions struct{ Code, Provider string }
		}
	}
	if err := json.Unmarshal(response, &r); err != nil {
		t.Fatal(err)
	}
	codes := map[string]bool{}
	for _, e := range r.Errors {
		codes[strings.Trim(fmt.Sprint(e.Path), "[]")+": "+e.Extensions.Code+" "+e.Extensions.Provider] = true
	}
	return slices.Sorted(maps.Keys(codes))
}

// An id of a vendor that no request can contain is the fault of the vendor: the lists of this
// object fail, and all else has its data.
func TestLists_InvalidIDOfVendor(t *testing.T) {
	const query = `{accounts(first:2,filter:{providers:["softwareone"]}){nodes{vendorId members(first:1){nodes{id} complete} groups(first:1){complete}}}}`
	for id, lists := range map[string][]string{
		"..": {"members"}, "../x": {"members"}, "a/b": {"members"}, `a\b`: {"members"}, "100%": {"members"}, "a\nb": {"members"},
		`a"b'c`: {"groups", "members"}, // the simulator does not know the account in the path of members
	} {
		t.Run(id, func(t *testing.T) {
			s := newTestServer(t, serverConfig{vendors: startVendorsWithAccount(t, id)})
			response := s.query(t, query, nil)
			var want []string
			for _, list := range lists {
				want = append(want, "accounts nodes 0 "+list+": UPSTREAM_BAD_RESPONSE softwareone")
			}
			if diff := cmp.Diff(want, errorCodes(t, response)); diff != "" {
				t.Errorf("%s\n%s", diff, response)
			}
			var r struct {
				Data struct {
					Accounts struct {
						Nodes []struct {
							VendorID        string
							Members, Groups struct {
								Complete bool
								Nodes    []any
							}
						}
					}
				}
			}
			if err := json.Unmarshal(response, &r); err != nil {
				t.Fatal(err)
			}
			nodes := r.Data.Accounts.Nodes
			if len(nodes) != 2 || nodes[0].VendorID != id || !nodes[1].Members.Complete || len(nodes[1].Members.Nodes) != 1 || !nodes[1].Groups.Complete {
				t.Fatalf("%s", response)
			}
			if nodes[0].Members.Complete || nodes[0].Groups.Complete != !slices.Contains(lists, "groups") {
				t.Errorf("complete: %s", response)
			}
		})
	}
}

// An id of a client that no request can contain is the fault of the client.
func TestNodes_InvalidIDOfClient(t *testing.T) {
	s := newTestServer(t, serverConfig{})
	for query, want := range map[string]string{
		`{node(id:"softwareone:Membership:../USR-1"){id}}`:                                                                     "node",
		`{nodes(ids:["softwareone:Membership:../USR-1"]){id}}`:                                                                 "nodes 0",
		`{user(id:"softwareone:User:a\"b'/c"){id}}`:                                                                            "user",
		`{organization(id:"blendvision:Organization:a b"){id}}`:                                                                "organization",
		`{_entities(representations:[{__typename:"Membership",id:"softwareone:Membership:../USR-1"}]){... on Membership{id}}}`: "_entities 0",
	} {
		got := errorCodes(t, s.query(t, query, nil))
		if len(got) != 1 || !strings.HasPrefix(got[0], want+": BAD_USER_INPUT") {
			t.Errorf("%s: %q", query, got)
		}
	}
}
