package export_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/reports/client"
	"github.com/accountgraph/accountgraph/internal/reports/export"
	"github.com/accountgraph/accountgraph/internal/reports/table"
	"github.com/accountgraph/accountgraph/internal/server"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/resolvers"
)

func startVendors(t *testing.T, users int) *demo.Vendors {
	t.Helper()
	simulated, err := demo.StartSized(0, users)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(simulated.Stop)
	return simulated
}

// graph returns a client of a server of this configuration in this process.
func graph(t *testing.T, text string) *client.Client {
	t.Helper()
	cfg, err := config.Parse("test", []byte(text), func(string) (string, bool) { return "", false }, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Options{Config: cfg, Schema: resolvers.New(), Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Embedded: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return handlerClient(s.Handler())
}

func handlerClient(h http.Handler) *client.Client {
	return client.New(client.Options{URL: client.HandlerURL, Transport: client.HandlerTransport{Handler: h}})
}

// run returns the rows as objects, and the report.
func run(t *testing.T, e export.Export) ([]map[string]table.Value, *export.Report) {
	t.Helper()
	columns, err := e.Kind.ColumnNames(e.Columns)
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]table.Value
	report, err := e.Run(t.Context(), func(row table.Row) error {
		object := map[string]table.Value{}
		for i, name := range columns {
			object[name] = row[i]
		}
		rows = append(rows, object)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return rows, report
}

// query sends a query to the graph and decodes its data.
func query(t *testing.T, c *client.Client, text string, data any) {
	t.Helper()
	response, err := c.Session().Do(t.Context(), client.Operation{Query: text})
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(response.Data, data); err != nil {
		t.Fatal(err)
	}
}

// sized is a number of users for which the server needs indexes.
const sized = 2400

// An export has as many rows as there are users, or as the tenants count, each once.
func TestExport_Complete(t *testing.T) {
	t.Parallel()
	c := graph(t, startVendors(t, sized).Config())
	for _, test := range []struct {
		kind export.Kind
		want int
	}{
		{export.Users(), sized * len(vendors.All())},
		{export.Memberships(), countMembers(t, c)},
	} {
		rows, report := run(t, export.Export{Client: c, Kind: test.kind})
		ids := map[table.Value]bool{}
		for _, row := range rows {
			ids[row["id"]] = true
			if row["unread"] == nil || len(row["unread"].([]string)) > 0 {
				t.Errorf("%v: unread %v", row["id"], row["unread"])
			}
		}
		if len(rows) != test.want || len(ids) != test.want || test.want < sized || report.Rows != test.want || !report.Complete {
			t.Errorf("%s: %d rows, %d ids, want %d, complete %t", test.kind.Name, len(rows), len(ids), test.want, report.Complete)
		}
	}
}

// countMembers adds up the members of all tenants, as the graph counts them.
func countMembers(t *testing.T, c *client.Client) (members int) {
	t.Helper()
	type tenants struct {
		Nodes    []struct{ Members struct{ TotalCount int } }
		PageInfo struct {
			EndCursor   string
			HasNextPage bool
		}
	}
	for _, list := range []string{"accounts", "organizations"} {
		for after := "null"; ; {
			var data map[string]tenants
			query(t, c, `{ `+list+`(first: 20, after: `+after+`) { nodes { members(first: 1) { totalCount } } pageInfo { endCursor hasNextPage } } }`, &data)
			for _, tenant := range data[list].Nodes {
				members += tenant.Members.TotalCount
			}
			if !data[list].PageInfo.HasNextPage {
				break
			}
			after = `"` + data[list].PageInfo.EndCursor + `"`
		}
	}
	return members
}

// The rows of an export are those that the graph returns.
func TestExport_Row(t *testing.T) {
	t.Parallel()
	c := graph(t, startVendors(t, 0).Config())
	rows, _ := run(t, export.Export{Client: c, Kind: export.Memberships(), Filter: map[string]any{"roles": []string{"OWNER"}}, Providers: []string{"activityinfo"}})
	delete(rows[0], "readAt")
	var want struct {
		Node struct {
			Tenant     struct{ ID, Name string }
			User       struct{ ID, Email, Login, Name, LastLoginAt string }
			VendorRole string
			License    string
		}
	}
	query(t, c, `{ node(id: "`+rows[0]["id"].(string)+`") { ... on Membership { tenant { id name } user { id email login name lastLoginAt } vendorRole license } } }`, &want)
	n := want.Node
	if diff := cmp.Diff(map[string]table.Value{
		"id": rows[0]["id"], "provider": "activityinfo", "vendor": "ACTIVITYINFO",
		"tenantId": n.Tenant.ID, "tenantName": n.Tenant.Name, "tenantType": "Account",
		"userId": n.User.ID, "email": n.User.Email, "login": n.User.Login, "name": n.User.Name,
		"status": "ACTIVE", "role": "OWNER", "vendorRole": n.VendorRole, "license": n.License, "groups": []string{},
		"invitedAt": nil, "joinedAt": nil, "lastAccessAt": nil, "lastLoginAt": n.User.LastLoginAt, "unread": []string{},
	}, rows[0]); diff != "" {
		t.Error(diff)
	}
}

// A provider that fails makes the export incomplete, and the report names it; the rows of
// the others are there.
func TestExport_ProviderDown(t *testing.T) {
	t.Parallel()
	v := startVendors(t, 0)
	v.Vendor("blendvision").Control.Add(fakevendor.Fault{Path: "/", Status: 500})
	v.Vendor("softwareone").Control.Add(fakevendor.Fault{Path: "/public/v1/accounts/ACC-1001-9153/users", Status: 403})
	c := graph(t, v.Config())
	for _, kind := range export.Kinds() {
		rows, report := run(t, export.Export{Client: c, Kind: kind})
		if report.Complete {
			t.Errorf("%s: complete", kind.Name)
		}
		if kind.Name == "people" {
			// Who else may have a login at the provider that is down, is known for nobody.
			for _, row := range rows {
				if unread := table.TextOf(row["unread"]); !strings.Contains(unread, "loginCount") || (row["canSignIn"] == true) == strings.Contains(unread, "canSignIn") {
					t.Errorf("%v", row)
				}
			}
			continue
		}
		for _, p := range report.Providers {
			down := p.Name == "blendvision" || p.Name == "softwareone" && kind.Name == "memberships"
			if p.Complete == down || (p.Rows == 0) != (p.Name == "blendvision") {
				t.Errorf("%s of %s: complete %t, %d rows", kind.Name, p.Name, p.Complete, p.Rows)
			}
			if p.Name == "blendvision" && (len(p.Problems) == 0 || !strings.HasPrefix(p.Problems[0].Code, "UPSTREAM_")) {
				t.Errorf("%s of %s: problems %v", kind.Name, p.Name, p.Problems)
			}
			for _, tenant := range p.Tenants {
				if refused := strings.HasSuffix(tenant.ID, "ACC-1001-9153"); tenant.Complete == refused {
					t.Errorf("%s: complete %t", tenant.ID, tenant.Complete)
				}
			}
		}
	}
}

// The graph answers with an error for a field of the second row, with null for a list, and
// with a null node: the values and the row are missing, and nothing else.
func TestExport_Unread(t *testing.T) {
	t.Parallel()
	c := handlerClient(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var op client.Operation
		if err := json.NewDecoder(r.Body).Decode(&op); err != nil {
			t.Error(err)
		}
		w.Header().Set("Content-Type", "application/json")
		body := `{"data":{"providers":[{"name":"p","vendor":"V"}]}}`
		switch {
		case strings.Contains(op.Query, "accounts("):
			body = `{"data":{"provider":{"accounts":{"nodes":[{"__typename":"Account","id":"p:Account:1","name":"A"}],"pageInfo":{},"complete":true}}}}`
		case strings.Contains(op.Query, "organizations("):
			body = `{"data":{"provider":{"organizations":{"nodes":[],"pageInfo":{},"complete":true}}}}`
		case strings.Contains(op.Query, "unreadableTenants"):
			body = `{"data":{"provider":{"unreadableTenants":[]}}}`
		case strings.Contains(op.Query, "members("):
			body = `{"data":{"node":{"members":{"nodes":[
				{"id":"1","license":null,"groups":[{"name":"b"},{"name":"a"}],"user":{"email":"a@x"}},
				{"id":"2","license":null,"groups":[],"user":{"email":null}},
				{"id":"3","license":"FULL","groups":null,"user":{"email":null}},
				null],"pageInfo":{},"complete":true,"totalCount":4}}},
				"errors":[{"message":"no","path":["node","members","nodes",1,"user","email"],"extensions":{"code":"FORBIDDEN"}},
				{"message":"gone","path":["node","members","nodes",3],"extensions":{"code":"UPSTREAM_FORBIDDEN"}}]}`
		}
		_, _ = w.Write([]byte(body))
	}))
	rows, report := run(t, export.Export{Client: c, Kind: export.Memberships(), Columns: []string{"id", "email", "license", "groups", "unread"}})
	if diff := cmp.Diff([]map[string]table.Value{
		{"id": "1", "email": "a@x", "license": nil, "groups": []string{"a", "b"}, "unread": []string{}},
		{"id": "2", "email": nil, "license": nil, "groups": []string{}, "unread": []string{"email"}},
		{"id": "3", "email": nil, "license": "FULL", "groups": nil, "unread": []string{"groups"}},
	}, rows); diff != "" {
		t.Error(diff)
	}
	tenant := report.Providers[0].Tenants[0]
	if report.Complete || tenant.Rows != 3 || tenant.UnreadRows != 1 || tenant.UnreadValues != 2 || len(tenant.Problems) != 2 {
		t.Errorf("complete %t, %+v", report.Complete, tenant.Part)
	}
}

// A caller without the scope gets rows whose personal values are unread, not empty.
func TestExport_WithoutScope(t *testing.T) {
	t.Parallel()
	v := startVendors(t, 0)
	cfg, err := config.Parse("test", []byte("server: {auth: {router: {secrets: [0123456789abcdef0123456789abcdef], scopes: []}}}\n"+v.Config()), func(string) (string, bool) { return "", false }, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Options{Config: cfg, Schema: resolvers.New(), Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	open := func(secret string) *client.Client {
		return client.New(client.Options{
			URL: client.HandlerURL, Transport: client.HandlerTransport{Handler: s.Handler()},
			Header: http.Header{"Router-Authorization": {secret}},
		})
	}
	rows, report := run(t, export.Export{Client: open("0123456789abcdef0123456789abcdef"), Kind: export.Users(), Columns: []string{"id", "email", "name", "unread"}})
	for _, row := range rows {
		if row["email"] != nil || !strings.Contains(table.TextOf(row["unread"]), "email") {
			t.Fatalf("%v", row)
		}
	}
	if len(rows) == 0 || report.Complete {
		t.Errorf("%d rows, complete %t", len(rows), report.Complete)
	}
	_, err = (&export.Export{Client: open("wrong"), Kind: export.Users()}).Run(t.Context(), func(table.Row) error { return nil })
	if request := new(client.RequestError); !errors.As(err, &request) || request.Code != "UNAUTHENTICATED" {
		t.Error(err)
	}
}

func TestExport_Invalid(t *testing.T) {
	t.Parallel()
	c := graph(t, startVendors(t, 0).Config())
	for name, e := range map[string]export.Export{
		"column":         {Kind: export.Users(), Columns: []string{"id", "shoeSize"}},
		"column twice":   {Kind: export.Users(), Columns: []string{"id", "id"}},
		"provider":       {Kind: export.Users(), Providers: []string{"nobody"}},
		"filter":         {Kind: export.Users(), Filter: map[string]any{"shoeSize": 5}},
		"filter's value": {Kind: export.Memberships(), Filter: map[string]any{"roles": []string{"owner"}}},
		"filter's name":  {Kind: export.Users(), Filter: map[string]any{"providers": "softwareone"}},
	} {
		e.Client = c
		_, err := e.Run(t.Context(), func(table.Row) error { return nil })
		if !errors.As(err, new(*export.InvalidError)) && !client.IsInvalid(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// providers in the filter selects providers, and an error of the writer ends the export.
func TestExport_Run(t *testing.T) {
	t.Parallel()
	c := graph(t, startVendors(t, 0).Config())
	rows, report := run(t, export.Export{Client: c, Kind: export.Users(), Filter: map[string]any{"providers": []any{"activeplatform", "blendvision"}, "status": []string{"ACTIVE"}}})
	for _, row := range rows {
		if p := row["provider"]; p != "activeplatform" && p != "blendvision" || row["status"] != "ACTIVE" {
			t.Errorf("%v", row)
		}
	}
	if len(rows) == 0 || len(report.Providers) != 2 {
		t.Errorf("%d rows, %d providers", len(rows), len(report.Providers))
	}
	full := errors.New("disk full")
	if _, err := (&export.Export{Client: c, Kind: export.Users()}).Run(t.Context(), func(table.Row) error { return full }); !errors.Is(err, full) {
		t.Error(err)
	}
}

// Every column can be exported.
func TestExport_AllColumns(t *testing.T) {
	t.Parallel()
	c := graph(t, startVendors(t, 0).Config())
	for _, kind := range export.Kinds() {
		var names []string
		for _, column := range kind.Columns {
			names = append(names, column.Name)
		}
		rows, report := run(t, export.Export{Client: c, Kind: kind, Columns: names})
		seen := map[string]bool{}
		for _, row := range rows {
			for name, value := range row {
				seen[name] = seen[name] || table.TextOf(value) != ""
			}
		}
		for name, filled := range seen {
			if !filled && name != "unread" {
				t.Errorf("%s: no row has a value of %s", kind.Name, name)
			}
		}
		if !report.Complete {
			t.Errorf("%s: not complete: %+v", kind.Name, report.Providers[0])
		}
	}
}

// docs/access.md has a row for each column.
func TestColumns_Documented(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../../docs/access.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, kind := range export.Kinds() {
		_, section, found := strings.Cut(string(text), "Of `"+kind.Name+"`:")
		section, _, _ = strings.Cut(section, "\nOf `")
		for _, c := range kind.Columns {
			mark := " "
			if c.Default {
				mark = " yes "
			}
			if row := "| `" + c.Name + "` |" + mark + "| " + c.Doc + " |\n"; !found || !strings.Contains(section, row) {
				t.Errorf("%s: docs/access.md lacks %s", kind.Name, row)
			}
		}
	}
}
