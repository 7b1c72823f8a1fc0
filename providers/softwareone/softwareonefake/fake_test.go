package softwareonefake_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

const token = "idt:TKN-1000-1234:not-a-secret"

// get requests a path below /public/v1/accounts/. It escapes spaces, quotes and
// non-ASCII letters in the query.
func get(t *testing.T, f http.Handler, path string) response {
	t.Helper()
	w := send(f, http.MethodGet, "Bearer "+token, path)
	a := response{t: t, status: w.Code, contentType: w.Header().Get("Content-Type")}
	if err := json.Unmarshal(w.Body.Bytes(), &a.body); err != nil {
		t.Fatalf("%s: %v in %s", path, err, w.Body)
	}
	return a
}

func send(f http.Handler, method, authorization, path string) *httptest.ResponseRecorder {
	var target strings.Builder
	for _, c := range []byte("/public/v1/accounts/" + path) {
		if c <= ' ' || c == '"' || c == '\\' || c >= 0x7f {
			target.WriteString("%" + strings.ToUpper(strconv.FormatInt(int64(c)+0x100, 16)[1:]))
			continue
		}
		target.WriteByte(c)
	}
	r := httptest.NewRequest(method, target.String(), nil)
	r.Header.Set("Authorization", authorization)
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	return w
}

type response struct {
	t           *testing.T
	status      int
	contentType string
	body        any
}

// at returns the value at a path like data/0/user/email, and whether there is
// one. The separator is a slash since one documented key contains a dot.
func (a response) at(path string) (any, bool) {
	v := a.body
	for part := range strings.SplitSeq(path, "/") {
		switch parent := v.(type) {
		case map[string]any:
			child, ok := parent[part]
			if !ok {
				return nil, false
			}
			v = child
		case []any:
			n, err := strconv.Atoi(part)
			if err != nil || n >= len(parent) {
				return nil, false
			}
			v = parent[n]
		default:
			return nil, false
		}
	}
	return v, true
}

// text returns the JSON at a path, "" where there is none.
func (a response) text(path string) string {
	v, ok := a.at(path)
	if !ok {
		return ""
	}
	b, err := json.Marshal(v)
	if err != nil {
		a.t.Fatal(err)
	}
	return string(b)
}

func (a response) total() int {
	n, err := strconv.Atoi(a.text("$meta/pagination/total"))
	if err != nil {
		a.t.Fatalf("no total: %v", a.body)
	}
	return n
}

func (a response) rows() []map[string]any {
	data, _ := a.at("data")
	list, ok := data.([]any)
	if !ok {
		a.t.Fatalf("no data: %v", a.body)
	}
	rows := make([]map[string]any, len(list))
	for i := range list {
		rows[i] = list[i].(map[string]any)
	}
	return rows
}

// column returns one property of all rows.
func (a response) column(name string) []any {
	var all []any
	for _, r := range a.rows() {
		all = append(all, r[name])
	}
	return all
}

// keys returns the sorted names of the object at a path.
func (a response) keys(path string) string {
	v, _ := a.at(path)
	var names []string
	m, _ := v.(map[string]any)
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

// all reads a whole list, page by page.
func all(t *testing.T, f http.Handler, path, query string) []map[string]any {
	t.Helper()
	var rows []map[string]any
	for {
		a := get(t, f, path+"?limit=100&order=id&offset="+strconv.Itoa(len(rows))+query)
		page := a.rows()
		rows = append(rows, page...)
		if len(page) == 0 || len(rows) >= a.total() {
			return rows
		}
	}
}

func fake() *softwareonefake.Fake { return softwareonefake.New(token) }
