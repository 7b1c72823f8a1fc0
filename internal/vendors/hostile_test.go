package vendors_test

import (
	"io"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/providers"
)

// hostileSize is the approximate size of a hostile response, which maxBody allows.
const hostileSize = 8 << 20

// hostileRows returns a list of many rows.
func hostileRows(row string) string {
	return strings.Repeat(row+",", hostileSize/(len(row)+1)) + row
}

// A response that maxBody allows, and that would take many times its size, is rejected before it
// is decoded: what it allocates does not depend on its size.
func TestPage_HostileResponses(t *testing.T) {
	long := strings.Repeat("7", hostileSize)
	lists := map[string]string{
		"activeplatform": "[%]", "activityinfo": "[%]",
		"blendvision": `{"accounts":[%],"organizations":[%],"pagination":{"total_items":1}}`,
		"softwareone": `{"data":[%],"$meta":{"pagination":{"offset":0,"limit":100,"total":1}}}`,
	}
	ids := map[string]string{"activeplatform": "id", "activityinfo": "userId", "blendvision": "id", "softwareone": "id"}
	for _, v := range vendors.All() {
		t.Run(v.Word(), func(t *testing.T) {
			id := `"` + ids[v.Word()] + `":`
			for name, rows := range map[string]string{
				"empty rows":               hostileRows(`{}`),
				"short rows":               hostileRows(`{` + id + `"7"}`),
				"null rows":                hostileRows(`null`),
				"a long id":                `{` + id + `"` + long + `"}`,
				"a long id as a number":    `{` + id + long + `}`,
				"a long id in an escape":   `{"` + ids[v.Word()][:len(id)-4] + `\u0064":"` + long + `"}`,
				"a long name":              `{` + id + `"7","name":"` + long + `"}`,
				"a long text of escapes":   `{` + id + `"7","name":"` + strings.Repeat(`\"`, hostileSize/2) + `"}`,
				"a long key":               `{` + id + `"7","` + long + `":1}`,
				"rows within a row":        `{` + id + `"7","groups":[` + hostileRows(`{}`) + `],"custom_attributes":[` + hostileRows(`{}`) + `]}`,
				"lists within rows":        hostileRows(`{` + id + `"7","groups":[{},{},{},{},{},{},{},{}]}`),
				"empty lists within a row": `{` + id + `"7","groups":[` + hostileRows(`[]`) + `]}`,
				"nested lists":             strings.Repeat("[", 1000) + strings.Repeat("]", 1000),
			} {
				t.Run(name, func(t *testing.T) {
					body := strings.ReplaceAll(lists[v.Word()], "%", rows)
					transport := roundTripper(func(*http.Request) (*http.Response, error) {
						return &http.Response{
							StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}},
							Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1,
						}, nil
					})
					simulator := v.Simulate("the-token")
					c := parse(t, v, "http://127.0.0.1:1"+simulator.BasePath, "token: the-token\n    index: {maxRows: 1000}", simulator.Options)
					p, err := vendors.Open(c, upstream.Config{Transport: transport})
					if err != nil {
						t.Fatal(err)
					}
					users, memberships, parent := p.Collections().Users, p.Collections().Memberships, model.TypeAccount
					if p.Collections().Organizations != nil {
						parent = model.TypeOrganization
					}
					for read, page := range map[string]func() error{
						"users":       func() error { _, err := users.Page(t.Context(), providers.Query{}, ""); return err },
						"users by id": func() error { return users.Get(t.Context(), []string{"7"}).Failed["7"] },
						"members": func() error {
							q := providers.Query{Parent: providers.Parent{Type: parent, IDs: []string{"7"}}}
							_, err := memberships.Page(t.Context(), q, "")
							return err
						},
					} {
						var before, after runtime.MemStats
						runtime.ReadMemStats(&before)
						err := page()
						runtime.ReadMemStats(&after)
						if kind := providers.KindOf(err); kind != providers.BadResponse {
							t.Errorf("%s: %v, want the kind BadResponse", read, err)
						}
						if used := after.TotalAlloc - before.TotalAlloc; used > 2*hostileSize {
							t.Errorf("%s: %d KiB were allocated for a response of %d KiB", read, used>>10, len(body)>>10)
						}
					}
				})
			}
		})
	}
}
