package review_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"log/slog"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/reports/client"
	"github.com/accountgraph/accountgraph/internal/reports/export"
	"github.com/accountgraph/accountgraph/internal/reports/review"
	"github.com/accountgraph/accountgraph/internal/reports/table"
	"github.com/accountgraph/accountgraph/internal/server"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/resolvers"
)

// now is a time at which many logins of the simulated vendors are stale, and many are not.
func now() time.Time { return time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC) }

func startVendors(t *testing.T) *demo.Vendors {
	t.Helper()
	simulated, err := demo.Start(0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(simulated.Stop)
	return simulated
}

func graph(t *testing.T, v *demo.Vendors) *client.Client {
	t.Helper()
	cfg, err := config.Parse("test", []byte(v.Config()), func(string) (string, bool) { return "", false }, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Options{Config: cfg, Schema: resolvers.New(), Log: slog.New(slog.DiscardHandler), Embedded: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return client.New(client.Options{URL: client.HandlerURL, Transport: client.HandlerTransport{Handler: s.Handler()}})
}

// run makes a review and returns its findings by column.
func run(t *testing.T, name string, o review.Options) ([]map[string]string, *review.Result) {
	t.Helper()
	kinds := review.Kinds()
	o.Now = now
	result, err := review.Run(t.Context(), kinds[slices.IndexFunc(kinds, func(k review.Kind) bool { return k.Name == name })], o)
	if err != nil {
		t.Fatal(err)
	}
	var rows []map[string]string
	for _, row := range result.Rows {
		object := map[string]string{}
		for i, column := range review.Columns() {
			object[column] = table.TextOf(row[i])
		}
		rows = append(rows, object)
		if object["evidence"] == "" || object["readAt"] == "" {
			t.Errorf("%s: a finding without evidence or time: %v", name, object)
		}
	}
	return rows, result
}

// read returns all rows of a list by column.
func read(t *testing.T, c *client.Client, kind export.Kind) (rows []map[string]string) {
	t.Helper()
	columns, err := kind.ColumnNames(nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (&export.Export{Client: c, Kind: kind}).Run(t.Context(), func(row table.Row) error {
		object := map[string]string{}
		for i, column := range columns {
			object[column] = table.TextOf(row[i])
		}
		rows = append(rows, object)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return rows
}

// thousand is a file of 1,000 addresses with mixed case and spaces: everybody in the
// simulated vendors' data, and others.
func thousand(t *testing.T) []string {
	t.Helper()
	var b strings.Builder
	b.WriteString("\ufeffName;E-Mail\r\n")
	for i := range 1000 {
		email := fmt.Sprintf("nobody%d@acme.example", i)
		if people := fakevendor.People(); i < len(people) {
			email = people[i].Email
		}
		switch i % 3 {
		case 0:
			email = strings.ToUpper(email[:1]) + email[1:]
		case 1:
			email = "  " + email + " "
		}
		fmt.Fprintf(&b, "Person %d;%s\r\n", i, email)
	}
	addresses, err := review.ReadAddresses(strings.NewReader(b.String()), "")
	if err != nil || len(addresses.List) != 1000 {
		t.Fatalf("%v, %v", addresses, err)
	}
	return addresses.List
}

// outcomes returns the findings of each address, as found in the list of all users.
func outcomes(users []map[string]string, addresses []string) map[string][]string {
	all := map[string][]string{}
	for _, address := range addresses {
		found := map[string]bool{}
		for _, u := range users {
			if !strings.EqualFold(u["email"], address) {
				continue
			}
			switch u["status"] {
			case "ACTIVE":
				found["CAN_SIGN_IN "+u["id"]] = true
			case "INVITED", "INVITATION_EXPIRED":
				found["CAN_ACCEPT_INVITATION "+u["id"]] = true
			case "OTHER":
				found["MAY_SIGN_IN "+u["id"]] = true
			default:
				found["CANNOT_SIGN_IN"] = true
			}
		}
		if len(found) == 0 {
			found["NO_LOGIN"] = true
		}
		if len(found) > 1 {
			delete(found, "CANNOT_SIGN_IN")
		}
		all[address] = slices.Sorted(maps.Keys(found))
	}
	return all
}

func found(rows []map[string]string) map[string][]string {
	all := map[string][]string{}
	for _, row := range rows {
		text := strings.TrimSpace(row["finding"] + " " + row["userId"])
		if !slices.Contains(all[row["email"]], text) {
			all[row["email"]] = append(all[row["email"]], text)
			slices.Sort(all[row["email"]])
		}
	}
	return all
}

func TestLeavers(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	c, addresses := graph(t, v), thousand(t)
	rows, result := run(t, "leavers", review.Options{Client: c, Leavers: addresses, LeaversColumn: "column 2 (E-Mail)"})
	var summary bytes.Buffer
	result.WriteSummary(&summary)
	if note := "1000 addresses were read from column 2 (E-Mail)"; !slices.Contains(result.Report.Notes, note) || !strings.Contains(summary.String(), note) {
		t.Errorf("%q\n%s", result.Report.Notes, summary.String())
	}
	want := outcomes(read(t, c, export.Users()), addresses)
	// One address is in another normal form at a vendor, which only the graph knows.
	unusual := fakevendor.People()[fakevendor.SharedPersonFirst].Email
	got := found(rows)
	for _, all := range []map[string][]string{want, got} {
		maps.DeleteFunc(all, func(email string, _ []string) bool { return strings.EqualFold(email, unusual) })
	}
	if diff := cmp.Diff(want, got); diff != "" || !result.Report.Complete {
		t.Errorf("complete %t\n%s", result.Report.Complete, diff)
	}
	memberships := 0
	for _, m := range read(t, c, export.Memberships()) {
		if slices.Contains(want[lookup(want, m["email"])], "CAN_SIGN_IN "+m["userId"]) {
			memberships++
		}
	}
	can := 0
	for _, row := range rows {
		if row["finding"] == "CAN_SIGN_IN" && row["tenantId"] != "" && !strings.EqualFold(row["email"], unusual) {
			can++
		}
	}
	if can != memberships || can == 0 {
		t.Errorf("%d memberships of active logins, want %d", can, memberships)
	}
}

func lookup(all map[string][]string, email string) string {
	for address := range all {
		if strings.EqualFold(address, email) {
			return address
		}
	}
	return ""
}

// With a provider down, nobody is called gone or disabled who may have a login there.
func TestLeavers_ProviderDown(t *testing.T) {
	t.Parallel()
	for _, down := range vendors.All() {
		v := startVendors(t)
		v.Vendor(down.Word()).Control.Add(fakevendor.Fault{Path: "/", Status: 500})
		var addresses []string
		for _, person := range fakevendor.People()[100:140] {
			addresses = append(addresses, person.Email)
		}
		addresses = append(addresses, "nobody@acme.example")
		rows, result := run(t, "leavers", review.Options{Client: graph(t, v), Leavers: addresses})
		if result.Report.Complete {
			t.Errorf("%s: complete", down.Word())
		}
		unknown := map[string]bool{}
		for _, row := range rows {
			switch row["finding"] {
			case "NO_LOGIN", "CANNOT_SIGN_IN":
				t.Errorf("%s is down: %v", down.Word(), row)
			case "NOT_KNOWN":
				unknown[row["email"]] = true
				if !strings.Contains(row["evidence"], down.Word()) {
					t.Errorf("%s is not named: %v", down.Word(), row)
				}
			}
		}
		if len(unknown) != len(addresses) {
			t.Errorf("%s is down: %d of %d addresses are not known", down.Word(), len(unknown), len(addresses))
		}
	}
}

const age = 60 * 24 * time.Hour

// The findings of the other reviews are those that a loop over all rows has.
func TestReviews(t *testing.T) {
	t.Parallel()
	c := graph(t, startVendors(t))
	users, members := read(t, c, export.Users()), read(t, c, export.Memberships())
	before := func(text string, limit time.Time) bool {
		at, err := time.Parse(time.RFC3339, text)
		return err == nil && at.Before(limit)
	}
	want := map[string]map[string]int{"stale": {}, "invitations": {}, "licenses": {}, "owners": {}, "orphans": {}, "conflicts": {}}
	tells := map[string]bool{}
	for _, v := range vendors.All() {
		tells[v.Word()] = v.Name.TellsLogins()
	}
	for _, u := range users {
		switch active := u["status"] == "ACTIVE"; {
		case active && before(u["lastLoginAt"], now().Add(-age)):
			want["stale"]["STALE"]++
		case active && u["lastLoginAt"] == "" && tells[u["provider"]]:
			want["stale"]["NEVER_SIGNED_IN"]++
		}
		switch {
		case u["email"] == "":
			want["orphans"]["NO_ADDRESS"]++
		case !strings.HasSuffix(strings.ToLower(u["email"]), "@acme.example") && !strings.HasSuffix(strings.ToLower(u["email"]), "@globex.example"):
			want["orphans"]["FOREIGN_DOMAIN"]++
		}
	}
	active, roles, unknown := map[string]int{}, map[string]bool{}, map[string]int{}
	for _, m := range members {
		if status := m["status"]; (status == "INVITED" || status == "INVITATION_EXPIRED") && (m["invitedAt"] == "" || before(m["invitedAt"], now().Add(-age))) {
			want["invitations"][status]++
		}
		switch paid := m["license"] == "BASIC" || m["license"] == "FULL"; {
		case paid && m["status"] != "ACTIVE":
			want["licenses"]["UNUSABLE_LICENSE"]++
		case paid && (m["lastLoginAt"] == "" || before(m["lastLoginAt"], now().Add(-age))):
			want["licenses"]["UNUSED_LICENSE"]++
		}
		if m["role"] == "OWNER" || m["role"] == "ADMIN" {
			want["owners"]["CAN_ADMINISTER"]++
		}
		unknown[m["role"]]++
		if m["vendorRole"] != "" {
			roles[m["tenantId"]] = true
		}
		if m["role"] == "OWNER" && m["status"] == "ACTIVE" {
			active[m["tenantId"]]++
		}
	}
	for tenant := range roles {
		switch active[tenant] {
		case 0:
			want["owners"]["NO_OWNER"]++
		case 1:
			want["owners"]["ONE_OWNER"]++
		}
	}
	for _, p := range read(t, c, export.People()) {
		if p["conflicts"] != "" {
			want["conflicts"]["CONFLICT"]++
			if kinds := strings.Split(p["conflicts"], "; "); len(slices.Compact(slices.Sorted(slices.Values(kinds)))) != len(kinds) {
				t.Errorf("%s: %s", p["email"], p["conflicts"])
			}
		}
	}
	for name, counts := range want {
		_, result := run(t, name, review.Options{Client: c, Stale: age, InvitedBefore: age, Domains: []string{"acme.example", "Globex.example"}})
		if name == "owners" {
			note := fmt.Sprintf("%d memberships have a role whose rights are not known here (OTHER: %d, CUSTOM: %d); they may administer",
				unknown["OTHER"]+unknown["CUSTOM"], unknown["OTHER"], unknown["CUSTOM"])
			if !slices.Contains(result.Report.Notes, note) || unknown["CUSTOM"] == 0 {
				t.Errorf("%q lacks %s", result.Report.Notes, note)
			}
		}
		if diff := cmp.Diff(counts, result.Report.Findings); diff != "" || !result.Report.Complete || len(counts) == 0 {
			t.Errorf("%s: complete %t\n%s", name, result.Report.Complete, diff)
		}
	}
}

// With a provider down, a review is not complete, and no tenant there is called without owner.
func TestReviews_ProviderDown(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	v.Vendor("activityinfo").Control.Add(fakevendor.Fault{Path: "/resources/billingAccounts/190780004/users", Status: 500})
	c := graph(t, v)
	for _, kind := range review.Kinds() {
		rows, result := run(t, kind.Name, review.Options{Client: c, Stale: age, Leavers: []string{"nobody@acme.example"}, Domains: []string{"acme.example"}})
		if result.Report.Complete {
			t.Errorf("%s: complete", kind.Name)
		}
		for _, row := range rows {
			if strings.HasSuffix(row["finding"], "_OWNER") && strings.HasSuffix(row["tenantId"], ":190780004") {
				t.Errorf("%v", row)
			}
		}
	}
}

// The page needs nothing else, and no value can become markup or a script.
func TestResult_WriteHTML(t *testing.T) {
	t.Parallel()
	rows := []table.Row{make(table.Row, len(review.Columns())), make(table.Row, len(review.Columns()))}
	rows[0][1], rows[1][2] = `</td><script>alert(1)</script>`, "\x1b[31m<img src=//x.example>"
	result := &review.Result{Kind: review.Kinds()[0], Rows: rows, Report: &review.Report{Review: "leavers", Notes: []string{"<b>note"}}}
	var b bytes.Buffer
	if err := result.WriteHTML(&b); err != nil {
		t.Fatal(err)
	}
	page := b.String()
	for _, kind := range []string{"style", "script"} {
		content := regexp.MustCompile(`(?s)<`+kind+`>(.*?)</`+kind+`>`).FindAllStringSubmatch(page, -1)
		if len(content) != 1 {
			t.Fatalf("%d elements %s", len(content), kind)
		}
		sum := sha256.Sum256([]byte(content[0][1]))
		if allowed := kind + "-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"; !strings.Contains(strings.NewReplacer("&#39;", "'", "&#43;", "+").Replace(page), allowed) {
			t.Errorf("the policy does not allow the %s: %s", kind, allowed)
		}
	}
	if strings.Contains(page, "<img") || strings.Contains(page, "alert(1)</script>") || strings.Contains(page, "<b>") || strings.Contains(page, "\x1b") {
		t.Error(page)
	}
	if foreign := regexp.MustCompile(`(?i)(src|href|action)=|https?://|@import|url\(`).FindString(strings.ReplaceAll(page, "src=//x.example", "")); foreign != "" {
		t.Errorf("the page refers to something else: %s", foreign)
	}
	if !strings.Contains(page, "default-src") || !strings.Contains(page, "Not complete") {
		t.Error(page)
	}
}
