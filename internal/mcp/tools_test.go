package mcp_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
)

// into reads the structured content of a result.
func into(t *testing.T, result *sdk.CallToolResult, value any) {
	t.Helper()
	text, err := json.Marshal(result.StructuredContent)
	if err == nil {
		err = json.Unmarshal(text, value)
	}
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
}

// tenants is a result of find_tenants.
type tenants struct {
	Data struct{ Accounts, Organizations tenantPage }
}

type tenantPage struct {
	PageInfo struct {
		HasNextPage bool
		EndCursor   *string
	}
	Nodes []struct{ ID string }
}

// add adds the page's ids, and returns whether there are more.
func (p tenantPage) add(ids map[string]int, after *string, name string, next arguments) bool {
	for _, node := range p.Nodes {
		ids[node.ID]++
	}
	if p.PageInfo.EndCursor != nil {
		after = p.PageInfo.EndCursor
	}
	if after != nil {
		next[name] = *after
	}
	return p.PageInfo.HasNextPage
}

// The pages of find_tenants have every tenant once, and say whether there are more.
func TestFindTenants_Pages(t *testing.T) {
	url, _ := serve(t, enabled)
	session := mustConnect(t, url)
	read := func(a arguments) (page tenants) {
		result, text := call(t, session, "find_tenants", a)
		if result.IsError || strings.Contains(text, `"errors"`) {
			t.Fatalf("%v: %.500s", a, text)
		}
		into(t, result, &page)
		return page
	}
	whole := read(arguments{"name": "acme", "first": 100}).Data
	want := len(whole.Accounts.Nodes) + len(whole.Organizations.Nodes)
	if want < 10 || whole.Accounts.PageInfo.HasNextPage || whole.Organizations.PageInfo.HasNextPage {
		t.Fatalf("%d tenants: %+v", want, whole)
	}
	ids, next := map[string]int{}, arguments{"name": "acme", "first": 7}
	for more := true; more; {
		page := read(next).Data
		following := arguments{"name": "acme", "first": 7}
		accountsAfter, _ := next["accountsAfter"].(string)
		organizationsAfter, _ := next["organizationsAfter"].(string)
		more = page.Accounts.add(ids, pointer(accountsAfter), "accountsAfter", following)
		more = page.Organizations.add(ids, pointer(organizationsAfter), "organizationsAfter", following) || more
		next = following
		if len(ids) > want {
			break
		}
	}
	for id, n := range ids {
		if n != 1 {
			t.Errorf("%s is in %d pages", id, n)
		}
	}
	if len(ids) != want {
		t.Errorf("the pages have %d tenants, want %d", len(ids), want)
	}
	if none := read(arguments{"first": 0}).Data; !none.Accounts.PageInfo.HasNextPage || !none.Organizations.PageInfo.HasNextPage {
		t.Errorf("a page of 0 is the whole list: %+v", none)
	}
}

func pointer(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// An id of another type is refused, not answered with an empty object.
func TestCall_IDOfAnotherType(t *testing.T) {
	manifest := t.TempDir() + "/documents.json"
	writeJSON(t, manifest, map[string]string{
		"a": "query Several($ids: [ID!]!) { nodes(ids: $ids) { ... on Group { name } ... on Account { name } } }",
	})
	url, _ := serve(t, "documents: {manifest: "+manifest+"}\n"+enabled)
	session := mustConnect(t, url)
	const user, account = "softwareone:User:USR-1120-1514", "softwareone:Account:ACC-1000-1234"
	result, text := call(t, session, "members_of_tenant", arguments{"tenant": user})
	if !result.IsError || !strings.Contains(text, "is no Tenant") || !strings.Contains(text, "BAD_USER_INPUT") || strings.Contains(text, "{}") {
		t.Errorf("a user's id: %t %s", result.IsError, text)
	}
	var response struct {
		Data   struct{ Nodes []*struct{ Name string } }
		Errors []struct {
			Message string
			Path    []any
		}
	}
	result, text = call(t, session, "several", arguments{"ids": []string{account, user}})
	into(t, result, &response)
	nodes := response.Data.Nodes
	if result.IsError || len(nodes) != 2 || nodes[0] == nil || nodes[0].Name == "" || nodes[1] != nil || !strings.Contains(text, "It is not complete") {
		t.Errorf("%s", text)
	}
	if len(response.Errors) != 1 || fmt.Sprint(response.Errors[0].Path) != "[nodes 1]" || !strings.Contains(response.Errors[0].Message, "Group or Account") {
		t.Errorf("%+v", response.Errors)
	}
}

// What the schemas of arguments allow is accepted, and what is beyond is refused.
func TestTools_Bounds(t *testing.T) {
	url, _ := serve(t, enabled)
	session := mustConnect(t, url)
	list, err := session.ListTools(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	schemas := map[string]map[string]map[string]any{}
	for _, tool := range list.Tools {
		text, err := json.Marshal(tool.InputSchema)
		var schema struct{ Properties map[string]map[string]any }
		if err != nil || json.Unmarshal(text, &schema) != nil {
			t.Fatalf("%v: %s", err, text)
		}
		schemas[tool.Name] = schema.Properties
	}
	emails := func(n int) []string {
		all := make([]string, n)
		for i := range all {
			all[i] = fmt.Sprintf("nobody%d@acme.example", i)
		}
		return all
	}
	const before = "2026-01-31T00:00:00Z"
	for _, c := range []struct {
		tool, argument, keyword string
		limit                   any
		most, beyond            arguments
		want                    string
	}{
		{"leavers", "emails", "maxItems", 100.0, arguments{"emails": emails(100)}, arguments{"emails": emails(101)}, "at most 100"},
		{"leavers", "emails", "maxItems", 100.0, arguments{"emails": emails(1)}, arguments{"emails": emails(1001)}, "at most 100"},
		{"stale_logins", "first", "maximum", 100.0, arguments{"before": before, "first": 100}, arguments{"before": before, "first": 101}, "100"},
		{"find_tenants", "first", "minimum", 0.0, arguments{"first": 0}, arguments{"first": -1}, "BAD_USER_INPUT"},
		{"find_tenants", "first", "maximum", 100.0, arguments{"first": 100}, arguments{"first": 101}, "BAD_USER_INPUT"},
		{"stale_logins", "before", "format", "date-time", arguments{"before": before, "first": 1}, arguments{"before": "yesterday"}, "BAD_USER_INPUT"},
	} {
		if got := schemas[c.tool][c.argument][c.keyword]; got != c.limit {
			t.Errorf("%s, %s: %s %v, want %v", c.tool, c.argument, c.keyword, got, c.limit)
		}
		if result, text := call(t, session, c.tool, c.most); result.IsError {
			t.Errorf("%s, %s: %.300s", c.tool, c.argument, text)
		}
		result, text := call(t, session, c.tool, c.beyond)
		if !result.IsError || !strings.Contains(text, c.want) || strings.Contains(text, "(first)") {
			t.Errorf("%s, %s: %t %.300s", c.tool, c.argument, result.IsError, text)
		}
	}
}
