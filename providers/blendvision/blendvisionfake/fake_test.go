package blendvisionfake_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
)

const token = "simulated-token"

// get makes one call. An empty token or organization sends no header.
func get(t *testing.T, f *blendvisionfake.Fake, token, organization, target string) (int, map[string]any) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, target, nil)
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	if organization != "" {
		r.Header.Set("x-bv-org-id", organization)
	}
	w := httptest.NewRecorder()
	f.ServeHTTP(w, r)
	if ct := w.Header().Get("Content-Type"); ct != "application/json" {
		t.Errorf("%s: content type %q", target, ct)
	}
	var body map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &body); err != nil {
		t.Fatalf("%s: %v", target, err)
	}
	return w.Code, body
}

const (
	organizations    = "/bv/org/v1/organizations"
	accounts         = "/bv/org/v1/organizations/accounts"
	roles            = "/bv/org/v1/organizations/roles"
	subOrganizations = "/bv/org/v1/sub-orgs"
	allAccounts      = "/bv/account/v1/accounts"
	info             = "/bv/account/v1/accounts/info"
)

func TestFake_Errors(t *testing.T) {
	f := blendvisionfake.New(token)
	mine, foreign := f.Organizations()[0], blendvisionfake.OrganizationID(1)
	for _, path := range []string{organizations, accounts, roles, subOrganizations, allAccounts, info} {
		for _, c := range []struct {
			token, organization, query string
			status, code               int
		}{
			{"", mine, "", 401, 16},
			{"wrong", mine, "", 401, 16},
			{token, "", "", 403, 7},
			{token, foreign, "", 403, 7},
			{token, "no such organization", "", 404, 5},
			{token, mine, "?items_per_page=101", 400, 3},
			{token, mine, "?items_per_page=-1", 400, 3},
			{token, mine, "?items_per_page=many", 400, 3},
			{token, mine, "?current_page=2147483648", 400, 3},
			{token, mine, "?current_page=%zz", 400, 3},
		} {
			status, body := get(t, f, c.token, c.organization, path+c.query)
			details, isList := body["details"].([]any)
			if status != c.status || body["code"] != float64(c.code) || body["message"] == "" || !isList || len(details) != 0 {
				t.Errorf("%s%s for %q: %d %v, want %d with code %d", path, c.query, c.organization, status, body, c.status, c.code)
			}
		}
	}
	if status, _ := get(t, f, token, mine, "/bv/org/v1/nothing"); status != 404 {
		t.Errorf("unknown path: %d", status)
	}
	if status, _ := get(t, f, token, mine, subOrganizations+"?types=BUSINESS"); status != 400 {
		t.Errorf("unknown type: %d", status)
	}
}

func TestFake_Pages(t *testing.T) {
	f := blendvisionfake.New(token)
	mine := f.Organizations()[0]
	for query, want := range map[string]struct{ rows, size, page int }{
		"":                                      {1, 1, 1},
		"?items_per_page=0&current_page=0":      {1, 1, 1},
		"?current_page=170":                     {1, 1, 170},
		"?current_page=171":                     {0, 1, 171},
		"?items_per_page=100":                   {100, 100, 1},
		"?items_per_page=100&current_page=2":    {70, 100, 2},
		"?items_per_page=100&current_page=3":    {0, 100, 3},
		"?items_per_page=60&current_page=3":     {50, 60, 3},
		"?items_per_page=1&unknown=ignored":     {1, 1, 1},
		"?items_per_page=9&current_page=999999": {0, 9, 999999},
	} {
		_, body := get(t, f, token, mine, accounts+query)
		rows, isList := body["accounts"].([]any)
		p := body["pagination"].(map[string]any)
		if !isList || len(rows) != want.rows || p["total_items"] != 170.0 ||
			p["items_per_page"] != float64(want.size) || p["current_page"] != float64(want.page) {
			t.Errorf("%s: %d rows, %v", query, len(rows), p)
		}
	}
}

// read returns the first 200 rows of a list of one organization.
func read(t *testing.T, f *blendvisionfake.Fake, organization, path, rows string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for _, page := range []string{"1", "2"} {
		_, body := get(t, f, token, organization, path+"?items_per_page=100&current_page="+page)
		for _, row := range body[rows].([]any) {
			all = append(all, row.(map[string]any))
		}
	}
	return all
}

func TestFake_SharedPeople(t *testing.T) {
	f := blendvisionfake.New(token)
	byID, seen := map[string]map[string]any{}, map[string]map[any]bool{}
	for _, organization := range f.Organizations() {
		for _, a := range read(t, f, organization, accounts, "accounts") {
			byID[a["id"].(string)] = a
			for _, field := range []string{"status", "role_type", "account_type", "created_at", "last_name"} {
				if seen[field] == nil {
					seen[field] = map[any]bool{}
				}
				seen[field][a[field]] = true
			}
		}
	}
	if len(byID) != 190 {
		t.Errorf("%d people, want 190", len(byID))
	}
	for _, p := range fakevendor.People()[fakevendor.SharedPersonFirst : fakevendor.SharedPersonLast+1] {
		a := byID[blendvisionfake.AccountID(p.Number)]
		if a == nil {
			t.Fatalf("person %d is missing", p.Number)
		}
		want := p.EmailAs(fakevendor.FourthUpperCase)
		if a["email"] != want && a["username"] != want && a["contact_email"] != want {
			t.Errorf("person %d has another address: %v", p.Number, a)
		}
	}
	for field, values := range map[string][]any{
		"status": {"ACCOUNT_STATUS_ACTIVATED", "ACCOUNT_STATUS_DEACTIVATED", "ACCOUNT_STATUS_LOCKED"},
		"role_type": {
			"ROLE_TYPE_OWNER", "ROLE_TYPE_ADMIN", "ROLE_TYPE_STAFF", "ROLE_TYPE_DEVELOPER",
			"ROLE_TYPE_CONTENT_CONTRIBUTOR", "ROLE_TYPE_CUSTOM", "ROLE_TYPE_AUDITOR",
		},
		"account_type": {"ACCOUNT_TYPE_EMAIL", "ACCOUNT_TYPE_NON_EMAIL"},
		"created_at":   {nil},
		"last_name":    {"", "Null"},
	} {
		for _, value := range values {
			if !seen[field][value] {
				t.Errorf("no account has %s %v", field, value)
			}
		}
	}
}

func TestFake_RolesOfAccounts(t *testing.T) {
	f := blendvisionfake.New(token)
	for _, organization := range f.Organizations() {
		types := map[any]any{}
		for _, r := range read(t, f, organization, roles, "roles") {
			types[r["id"]] = r["type"]
		}
		for _, a := range read(t, f, organization, accounts, "accounts") {
			if id := a["role_id"]; id != "" && types[id] != a["role_type"] || id == "" && a["role_type"] != "ROLE_TYPE_AUDITOR" {
				t.Errorf("%s: role %v of type %v, which is %v", a["id"], id, a["role_type"], types[id])
			}
		}
	}
}

func TestFake_SubOrganizations(t *testing.T) {
	f := blendvisionfake.New(token)
	reseller := f.Organizations()[1]
	children := read(t, f, reseller, subOrganizations, "organizations")
	if len(children) <= 100 {
		t.Errorf("%d sub-organizations do not fill a page", len(children))
	}
	statuses := map[any]int{}
	for _, o := range children {
		statuses[o["status"]]++
		if o["parent_id"] != reseller || o["license_key"] == "" || o["has_sub_orgs"] != false {
			t.Errorf("%v", o)
		}
	}
	if len(statuses) != 8 {
		t.Errorf("statuses %v, want the seven documented ones and an unknown one", statuses)
	}
	deleted := statuses["ORGANIZATION_STATUS_DELETED"] + statuses["ORGANIZATION_STATUS_DELETING"]
	_, body := get(t, f, token, reseller, subOrganizations+
		"?items_per_page=100&statuses=ORGANIZATION_STATUS_DELETED&statuses=ORGANIZATION_STATUS_DELETING")
	if rows := body["organizations"].([]any); len(rows) != deleted {
		t.Errorf("%d deleted rows, want %d", len(rows), deleted)
	}
	_, body = get(t, f, token, reseller, subOrganizations+"?items_per_page=100&name=Globex&types=ORGANIZATION_TYPE_BUSINESS")
	rows := body["organizations"].([]any)
	for _, row := range rows {
		if name := row.(map[string]any)["name"].(string); !strings.Contains(name, "Globex") {
			t.Errorf("%s does not contain the name", name)
		}
	}
	if len(rows) == 0 || len(rows) == len(children) {
		t.Errorf("%d rows with the name", len(rows))
	}
	_, body = get(t, f, token, f.Organizations()[2], subOrganizations)
	if rows, isList := body["organizations"].([]any); !isList || len(rows) != 0 {
		t.Errorf("children of a business: %v", body)
	}
}

func TestFake_Organization(t *testing.T) {
	f := blendvisionfake.New(token)
	for _, id := range f.Organizations() {
		_, body := get(t, f, token, id, organizations)
		o := body["organization"].(map[string]any)
		for _, field := range []string{
			"name", "parent_id", "parent_name", "type", "status", "description", "owner_email", "billing_cycle",
			"contract_valid_start_time", "contract_valid_end_time", "contract_months", "contract_days", "next_contract",
			"has_sub_orgs", "license_key", "time_zone", "created_at", "updated_at", "business_plan_type",
		} {
			if _, ok := o[field]; !ok {
				t.Errorf("%s lacks %s", id, field)
			}
		}
		if o["id"] != id || len(o) != 20 {
			t.Errorf("%s: %v", id, o)
		}
	}
}

func TestFake_AllAccounts(t *testing.T) {
	f := blendvisionfake.New(token)
	mine := f.Organizations()[0]
	for query, want := range map[string]int{
		"":                  170,
		"?items_per_page=5": 170,
		"?enable_pagination=true&items_per_page=5": 5,
		"?email=person111@":                        1,
		"?email=nobody":                            0,
		"?status=ACCOUNT_STATUS_ACTIVATED,ACCOUNT_STATUS_DEACTIVATED,ACCOUNT_STATUS_LOCKED": 170,
		"?status=ACCOUNT_STATUS_DEACTIVATED":                                                17,
	} {
		_, body := get(t, f, token, mine, allAccounts+query)
		if rows, isList := body["account"].([]any); !isList || len(rows) != want {
			t.Errorf("%s: %d rows, want %d", query, len(rows), want)
		}
	}
	_, body := get(t, f, token, mine, info)
	infos := body["account"].(map[string]any)["account_infos"].([]any)
	if len(infos) != len(f.Organizations()) {
		t.Errorf("the token's account is in %d organizations", len(infos))
	}
}
