package softwareone

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// fakeRows returns the rows of a list of the simulator.
func fakeRows(b *testing.B, path, query string) envelope {
	b.Helper()
	const token = "idt:TKN-0001-0002:0123456789abcdef"
	r := httptest.NewRequest(http.MethodGet, "/public"+path+"?"+query, nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	softwareonefake.New(token).ServeHTTP(w, r)
	e, err := parseEnvelope(w.Body.Bytes(), (*jsonscan.Reader).Skip)
	if err != nil || len(e.rows) == 0 {
		b.Fatalf("%s: %d rows, %v", path, len(e.rows), err)
	}
	return e
}

// BenchmarkDecode decodes a page of rows into records.
func BenchmarkDecode(b *testing.B) {
	d := decoder{provider: &model.Provider{Name: "s1", Vendor: model.SoftwareOne}, fieldSets: newFieldSets()}
	m := &memberships{decoder: d, path: DefaultAccountUsersPath}
	for _, c := range []struct {
		name, path, query string
		decode            func(row []byte, in decodeContext) (model.Node, error)
	}{
		{"users", usersPath, "select=audit", func(row []byte, in decodeContext) (model.Node, error) {
			return rowDecoder((*wireUser).read, d.user)(row, in)
		}},
		{"groups", groupsPath, "select=audit", func(row []byte, in decodeContext) (model.Node, error) {
			return rowDecoder((*wireGroup).read, d.group)(row, in)
		}},
		{"members", "/v1/accounts/" + softwareonefake.FirstAccount + "/users", "select=" + m.selects(), func(row []byte, in decodeContext) (model.Node, error) {
			return d.member(row, softwareonefake.FirstAccount, in)
		}},
	} {
		b.Run(c.name, func(b *testing.B) {
			e := fakeRows(b, c.path, c.query+"&limit=100")
			in := decodeContext{source: listRow, omitted: e.omitted()}
			b.ReportAllocs()
			for b.Loop() {
				for _, row := range e.rows {
					if _, err := c.decode(row, in); err != nil {
						b.Fatal(err)
					}
				}
			}
		})
	}
}
