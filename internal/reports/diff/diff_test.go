package diff_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/reports/diff"
	"github.com/accountgraph/accountgraph/internal/reports/export"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

var columns = []string{"id", "provider", "tenantId", "email", "status", "role", "license", "groups", "lastLoginAt", "unread"}

// member returns a row of a tenant of the provider p.
func member(tenant, user string) table.Row {
	return table.Row{"p:Membership:" + tenant + "/" + user, "p", "p:Account:" + tenant, user + "@x.example", "ACTIVE", "MEMBER", "BASIC", []string{"a", "b"}, nil, []string{}}
}

func with(row table.Row, column string, value table.Value) table.Row {
	changed := append(table.Row{}, row...)
	for i, name := range columns {
		if name == column {
			changed[i] = value
		}
	}
	return changed
}

func complete() *export.Report {
	return &export.Report{Kind: "memberships", Complete: true, Providers: []*export.ProviderState{{
		Name: "p", Part: export.Part{Complete: true}, Tenants: []*export.TenantState{
			{ID: "p:Account:1", Part: export.Part{Complete: true}}, {ID: "p:Account:2", Part: export.Part{Complete: true}},
		},
	}}}
}

// write writes an export and reads it again.
func write(t *testing.T, format table.Format, report *export.Report, rows ...table.Row) (*diff.File, error) {
	t.Helper()
	var b bytes.Buffer
	w, err := table.NewWriter(format, &b, columns)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(report); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "a")
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	if format == table.CSV && report != nil {
		sum, described := sha256.Sum256(b.Bytes()), *report
		described.SHA256 = hex.EncodeToString(sum[:])
		text, err := json.Marshal(described)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".report.json", text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return diff.Read(path, path+".report.json")
}

func mustWrite(t *testing.T, format table.Format, report *export.Report, rows ...table.Row) *diff.File {
	t.Helper()
	f, err := write(t, format, report, rows...)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// compare returns the differences as lines.
func compare(t *testing.T, old, current *diff.File) ([]string, diff.Report) {
	t.Helper()
	result, err := diff.Compare(old, current)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, row := range result.Rows {
		id := strings.TrimPrefix(row[1].(string), "p:Membership:")
		lines = append(lines, strings.TrimSpace(row[0].(string)+" "+id+" "+table.TextOf(row[len(row)-1])))
	}
	return lines, result.Report
}

// Two exports with ten differences have exactly these, whatever their formats are.
func TestCompare(t *testing.T) {
	t.Parallel()
	same := []table.Row{member("1", "s1"), member("2", "s2"), with(member("1", "=cmd"), "email", "=cmd@x"), with(member("2", "s3"), "lastLoginAt", "2026-01-01T00:00:00Z")}
	before := append([]table.Row{member("1", "l1"), member("2", "l2"), member("2", "both"), member("1", "m1"), member("1", "m2"), member("1", "m3"), member("2", "m4"), member("2", "m5")}, same...)
	after := append([]table.Row{
		with(member("2", "m5"), "groups", []string{}), with(with(member("2", "m4"), "groups", []string{"a", "c"}), "role", "OWNER"),
		with(member("1", "m3"), "license", nil), with(member("1", "m2"), "role", "ADMIN"), with(member("1", "m1"), "status", "BLOCKED"),
		member("1", "j1"), member("1", "both"), member("2", "j2"),
	}, same...)
	after[len(after)-1] = with(after[len(after)-1], "lastLoginAt", "2026-06-01T00:00:00Z")
	want := []string{
		"joiner 1/both", "joiner 1/j1", "joiner 2/j2", "leaver 1/l1", "leaver 2/both", "leaver 2/l2",
		"mover 1/m1 status: ACTIVE → BLOCKED", "mover 1/m2 role: MEMBER → ADMIN", "mover 1/m3 license: BASIC → (none)",
		"mover 2/m4 role: MEMBER → OWNER; groups: a; b → a; c", "mover 2/m5 groups: a; b → (none)",
	}
	for _, formats := range [][2]table.Format{{table.CSV, table.CSV}, {table.NDJSON, table.NDJSON}, {table.CSV, table.NDJSON}, {table.NDJSON, table.CSV}} {
		old, current := mustWrite(t, formats[0], complete(), before...), mustWrite(t, formats[1], complete(), after...)
		got, report := compare(t, old, current)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%v: %s", formats, diff)
		}
		if report.Joiners != 3 || report.Leavers != 3 || report.Movers != 5 || report.Undecided != 0 || !report.Complete {
			t.Errorf("%v: %+v", formats, report)
		}
		if got, _ := compare(t, old, old); got != nil {
			t.Errorf("%v: an export differs from itself: %v", formats, got)
		}
	}
}

// Nobody is called joined or left whom an export may lack.
func TestCompare_Incomplete(t *testing.T) {
	t.Parallel()
	failed := func(change func(p *export.ProviderState)) *export.Report {
		r := complete()
		r.Complete, r.Providers[0].Complete = false, false
		change(r.Providers[0])
		return r
	}
	tenantDown := failed(func(p *export.ProviderState) { p.MissingRows, p.Tenants[0].MissingRows = true, true })
	rows := []table.Row{member("1", "a"), member("2", "b")}
	for _, test := range []struct {
		name     string
		old, new *export.Report
		// before and after are the rows of each export.
		before, after []table.Row
		want          []string
		undecided     int
	}{
		{"new lacks a tenant", complete(), tenantDown, rows, nil, []string{"leaver 2/b"}, 1},
		{"old lacks a tenant", tenantDown, complete(), rows, nil, []string{"leaver 2/b"}, 1},
		{"old lacks a tenant, joined", tenantDown, complete(), nil, rows, []string{"joiner 2/b"}, 1},
		{"new lacks a tenant, joined", complete(), tenantDown, nil, rows, []string{"joiner 1/a", "joiner 2/b"}, 0},
		{"the list of tenants was cut", complete(), failed(func(p *export.ProviderState) {
			p.MissingRows, p.MissingTenants, p.Tenants = true, true, p.Tenants[1:]
		}), rows, nil, []string{"leaver 2/b"}, 1},
		{"a tenant is gone", complete(), func() *export.Report {
			r := complete()
			r.Providers[0].Tenants = r.Providers[0].Tenants[1:]
			return r
		}(), rows, nil, []string{"leaver 1/a", "leaver 2/b"}, 0},
		{"the provider was not read", complete(), &export.Report{Kind: "memberships", Complete: true}, rows, nil, nil, 2},
		{"only values are missing", complete(), failed(func(p *export.ProviderState) { p.UnreadValues = 1 }), rows, nil, []string{"leaver 1/a", "leaver 2/b"}, 0},
		{"a value is missing", complete(), failed(func(p *export.ProviderState) { p.UnreadValues = 1 }), rows,
			[]table.Row{with(with(rows[0], "groups", nil), "unread", []string{"groups"}), with(rows[1], "groups", nil)}, []string{"mover 2/b groups: a; b → (none)"}, 0},
	} {
		for _, format := range []table.Format{table.CSV, table.NDJSON} {
			got, report := compare(t, mustWrite(t, format, test.old, test.before...), mustWrite(t, format, test.new, test.after...))
			if diff := cmp.Diff(test.want, got); diff != "" || report.Undecided != test.undecided {
				t.Errorf("%s, %s: %d undecided\n%s", test.name, format, report.Undecided, diff)
			}
		}
	}
}

// A file without its report, cut short, or changed afterwards decides nothing.
func TestRead_NoReport(t *testing.T) {
	t.Parallel()
	old := mustWrite(t, table.CSV, complete(), member("1", "a"), member("2", "b"))
	current, err := write(t, table.CSV, nil, member("1", "a"))
	if !errors.Is(err, diff.ErrNoReport) {
		t.Error(err)
	}
	if got, report := compare(t, old, current); got != nil || report.Undecided != 1 || report.Complete {
		t.Errorf("%v, %+v", got, report)
	}
	folder := t.TempDir()
	for name, text := range map[string]string{"other report": "id,provider,tenantId\r\n", "cut": `{"id":"p:Membership:1/a","provider":"p","tenantId":"p:Account:1"}` + "\n"} {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path+".report.json", []byte(`{"kind":"memberships","complete":true,"providers":[{"name":"p","complete":true}],"sha256":"00"}`), 0o600); err != nil {
			t.Fatal(err)
		}
		current, err := diff.Read(path, path+".report.json")
		if !errors.Is(err, diff.ErrNoReport) {
			t.Errorf("%s: %v", name, err)
		}
		if got, report := compare(t, old, current); len(got) > 0 || report.Undecided == 0 {
			t.Errorf("%s: %v, %+v", name, got, report)
		}
	}
}

func TestCompare_Invalid(t *testing.T) {
	t.Parallel()
	memberships := mustWrite(t, table.NDJSON, complete(), member("1", "a"))
	users := mustWrite(t, table.NDJSON, &export.Report{Kind: "users"}, member("1", "a"))
	filtered := complete()
	filtered.Filter = map[string]any{"roles": []any{"OWNER"}}
	for name, other := range map[string]*diff.File{"kind": users, "filter": mustWrite(t, table.NDJSON, filtered, member("1", "a"))} {
		if _, err := diff.Compare(memberships, other); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, text := range []string{"", "shoes\r\n1\r\n", "email\r\na@x\r\n"} {
		path := filepath.Join(t.TempDir(), "a")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := diff.Read(path, path+".report.json"); err == nil || errors.Is(err, diff.ErrNoReport) {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// The CSV of people that the page /access writes has two columns more, and no report.
func TestRead_PageOfPeople(t *testing.T) {
	const header = "\ufeffemail,name,canSignIn,loginCount,providers,userIds,lastLoginAt,conflicts,readAt,unread,complete,missing\r\n"
	path := filepath.Join(t.TempDir(), "people.csv")
	row := "a@x.example,A,true,1,p,p:User:1,,,2026-11-26T14:19:43Z,,true,\r\n"
	if err := os.WriteFile(path, []byte(header+row), 0o600); err != nil {
		t.Fatal(err)
	}
	if f, err := diff.Read(path, path+".report.json"); f == nil || !errors.Is(err, diff.ErrNoReport) {
		t.Errorf("%v, %v", f, err)
	}
	other := strings.Replace(header, "missing", "surprise", 1) + row
	if err := os.WriteFile(path, []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := diff.Read(path, path+".report.json"); err == nil || errors.Is(err, diff.ErrNoReport) {
		t.Errorf("another column: %v", err)
	}
}
