package query_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/reports/query"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

func TestRows(t *testing.T) {
	for _, c := range []struct{ name, data, path, want, err string }{
		{"a connection", `{"users":{"nodes":[{"id":"a"},null,{"id":"b"}],"complete":true}}`, "", `{"id":"a"} {"id":"b"}`, ""},
		{"a list of objects", `{"providers":[{"name":"x"}]}`, "", `{"name":"x"}`, ""},
		{"lists within rows are cells", `{"a":{"nodes":[{"b":{"nodes":[{"c":1}]}}]}}`, "", `{"b":{"nodes":[{"c":1}]}}`, ""},
		{"a list of an object", `{"account":{"name":"x","groups":{"nodes":[{"name":"g"}]}}}`, "account.groups.nodes", `{"name":"g"}`, ""},
		{"scalars are no rows", `{"a":{"tags":["x"],"nodes":[{"b":1}]}}`, "", `{"b":1}`, ""},
		{"an empty list", `{"users":{"nodes":[]}}`, "", "", ""},
		{"no list", `{"user":{"name":"x"}}`, "", "", "no list of objects"},
		{"several", `{"a":{"nodes":[{"x":1}]},"b":[{"x":2}]}`, "", "", "--rows names one: a.nodes, b"},
		{"one of several", `{"a":{"nodes":[{"x":1}]},"b":[{"x":2}]}`, "b", `{"x":2}`, ""},
		{"another one", `{"a":[{"x":1}]}`, "c", "", `no list "c", but a`},
	} {
		rows, err := query.Rows(json.RawMessage(c.data), c.path)
		var texts []string
		for _, row := range rows {
			texts = append(texts, string(row))
		}
		if got := strings.Join(texts, " "); got != c.want || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %s, %v", c.name, got, err)
		}
	}
}

func TestTable(t *testing.T) {
	rows := []json.RawMessage{
		json.RawMessage(`{"name":"a","person":{"email":"x@y","n":1},"tags":["p","q"],"groups":{"nodes":[{"id":1}]},"ok":true}`),
		json.RawMessage(`{"name":null,"person":null,"tags":[],"groups":{"nodes":[]},"ok":false,"more":"m"}`),
	}
	columns, cells := query.Table(rows)
	want := []table.Row{
		{"a", "x@y", "1", []string{"p", "q"}, `{"nodes":[{"id":1}]}`, "true", nil},
		{nil, nil, nil, []string{}, `{"nodes":[]}`, "false", "m"},
	}
	if diff := cmp.Diff(want, cells); diff != "" || strings.Join(columns, " ") != "name person.email person.n tags groups ok more" {
		t.Errorf("%q\n%s", columns, diff)
	}
}

func TestIncomplete(t *testing.T) {
	data := json.RawMessage(`{"users":{"complete":false,"nodes":[{"groups":{"complete":true}},{"groups":{"complete":false}}]},"a":null}`)
	if got := query.Incomplete(data); !slices.Equal(got, []string{"users", "users.nodes.1.groups"}) {
		t.Errorf("%q", got)
	}
	for text, want := range map[string]bool{`{"a":null,"b":null}`: true, `{"a":null,"b":1}`: false, `{}`: false} {
		if query.IsEmpty(json.RawMessage(text)) != want {
			t.Error(text)
		}
	}
}
