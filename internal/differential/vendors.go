package differential

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// activityInfo reads the configured billing accounts, then those of the databases in
// numerical order, without those that another owner has.
func (r *reader) activityInfo() {
	header := bearer(r.vendor.Token)
	var databases []record
	r.list("/resources/databases", header, &databases)
	ids := slices.Clone(r.vendor.Tenants)
	var found []string
	for _, d := range databases {
		found = append(found, d["billingAccountId"].(json.Number).String())
	}
	slices.SortFunc(found, func(a, b string) int {
		if len(a) != len(b) {
			return len(a) - len(b)
		}
		return strings.Compare(a, b)
	})
	for _, id := range slices.Compact(found) {
		if !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	for _, id := range ids {
		var w record
		if r.get("/resources/billingAccounts/"+id, header, &w) != http.StatusOK {
			r.provider.Fields["unreadableTenants"] = append(r.provider.Fields["unreadableTenants"].([]any), id)
			continue
		}
		a := r.account(id)
		a.Fields["name"], a.Fields["externalId"], a.Fields["vendorStatus"] = text(w["name"]), text(w["code"]), text(w["status"])
		a.Fields["status"] = enum(w["status"].(string), "ACTIVE", "SUSPENDED", "CLOSED")
		plan := &Object{Type: "AccountPlan", Fields: map[string]any{"name": text(w["planName"]), "expiresAt": milliseconds(w["expirationTime"])}}
		for _, name := range []string{"userLimit", "fullUserLimit", "userCount", "fullUserCount", "basicUserCount"} {
			plan.Fields[name] = w[name]
		}
		a.Fields["plan"] = plan
		var rows []record
		r.list("/resources/billingAccounts/"+id+"/users?owners=false", header, &rows)
		for _, row := range rows {
			u := r.user(row["userId"].(string))
			u.Fields["login"], u.Fields["email"], u.Fields["name"], u.Fields["status"] = text(row["email"]), text(row["email"]), text(row["name"]), "ACTIVE"
			u.Fields["lastLoginAt"] = milliseconds(row["lastLoginTime"])
			m := r.member(a, u)
			m.Fields["role"] = rename(row["billingAccountRole"], map[string]string{"OWNER": "OWNER", "NONE": "MEMBER"})
			m.Fields["vendorRole"], m.Fields["status"] = text(row["billingAccountRole"]), "ACTIVE"
			m.Fields["license"] = enum(row["userLicenseType"].(string), "NONE", "BASIC", "FULL")
		}
	}
}

// milliseconds returns an instant in milliseconds since 1970, nil for none.
func milliseconds(value any) any {
	if n, ok := value.(json.Number); ok {
		if ms, err := n.Float64(); err == nil && ms >= 1 {
			return time.UnixMilli(int64(ms)).UTC()
		}
	}
	return nil
}

// activePlatform reads the users, the accounts, and the users of each account.
func (r *reader) activePlatform() {
	pages := func(path string, row func(record)) {
		for page := 1; r.err == nil; page++ {
			var rows []record
			r.list(fmt.Sprintf("/api/vendor/v1/%s.json?per_page=100&page=%d&api_token=%s", path, page, url.QueryEscape(r.vendor.Token)), nil, &rows)
			for _, w := range rows {
				row(w)
			}
			if len(rows) < 100 {
				return
			}
		}
	}
	statuses := map[string]string{"active": "ACTIVE", "inactive": "INACTIVE"}
	pages("users", func(w record) {
		u := r.user(w["id"].(json.Number).String())
		u.Fields["login"], u.Fields["email"], u.Fields["status"], u.Fields["vendorStatus"] = text(w["email"]), text(w["email"]), rename(w["status"], statuses), text(w["status"])
		u.Fields["firstName"], u.Fields["middleName"], u.Fields["lastName"] = text(w["first_name"]), text(w["middle_name"]), text(w["last_name"])
		u.Fields["name"] = joined(" ", w["first_name"], w["last_name"])
		u.Fields["createdAt"], u.Fields["updatedAt"] = instant(w["created_at"]), instant(w["updated_at"])
		var attributes []any
		for _, a := range records(w["custom_attributes"]) {
			if strings.Contains(strings.ToLower(a["name"].(string)), "password") {
				continue
			}
			value := text(a["value"])
			if n, ok := a["value"].(json.Number); ok {
				value = n.String()
			}
			attributes = append(attributes, &Object{Type: "CustomAttribute", Fields: map[string]any{"name": a["name"], "value": value}})
		}
		u.Fields["customAttributes"] = append([]any{}, attributes...)
	})
	pages("accounts", func(w record) {
		a := r.account(w["id"].(json.Number).String())
		a.Fields["name"], a.Fields["status"], a.Fields["vendorStatus"] = text(w["name"]), rename(w["status"], statuses), text(w["status"])
		a.Fields["createdAt"], a.Fields["updatedAt"] = instant(w["created_at"]), instant(w["updated_at"])
		a.Fields["address"] = &Object{Type: "Address", Fields: map[string]any{
			"addressLine1": joined(", ", w["street"], w["building"], w["office"]), "postCode": text(w["zip"]),
			"city": text(w["city"]), "state": text(w["region"]), "country": text(w["country"]),
		}}
	})
	for _, a := range slices.Clone(r.Lists["Account"]) {
		if a.Provider != r.vendor.Name {
			continue
		}
		var rows []record
		r.list("/api/vendor/v1/accounts/"+a.text("vendorId")+"/users.json?api_token="+url.QueryEscape(r.vendor.Token), nil, &rows)
		for _, w := range rows {
			u := r.user(w["id"].(json.Number).String())
			m := r.member(a, u)
			m.Fields["role"], m.Fields["status"] = "MEMBER", u.Fields["status"]
		}
	}
}

// blendVision reads the configured organizations.
func (r *reader) blendVision() {
	pages := func(organization, path, name string, row func(record)) {
		header := bearer(r.vendor.Token)
		header.Set("X-Bv-Org-Id", organization)
		for page := 1; r.err == nil; page++ {
			var w record
			r.list(fmt.Sprintf("/bv/org/v1/%s?items_per_page=100&current_page=%d", path, page), header, &w)
			rows := records(w[name])
			for _, w := range rows {
				row(w)
			}
			if len(rows) < 100 {
				return
			}
		}
	}
	for _, id := range r.vendor.Tenants {
		header := bearer(r.vendor.Token)
		header.Set("X-Bv-Org-Id", id)
		var w record
		r.list("/bv/org/v1/organizations", header, &w)
		r.organization(r.add(r.provider, "Organization", id), w["organization"].(record))
	}
	for _, o := range slices.Clone(r.Lists["Organization"]) {
		id := o.text("vendorId")
		roles := []any{}
		pages(id, "organizations/roles", "roles", func(w record) {
			roles = append(roles, &Object{Type: "Role", Fields: map[string]any{
				"vendorId": w["id"], "name": text(w["name"]), "vendorType": text(w["type"]), "isDefault": w["is_default"],
				"type": role(w["type"]),
			}})
		})
		o.Fields["roles"], o.Fields["members"] = roles, &List{}
		below := &List{}
		pages(id, "sub-orgs", "organizations", func(w record) {
			child := newObject(r.provider, "Organization", w["id"].(string))
			child.Type = "SubOrganization"
			r.organization(child, w)
			below.Rows = append(below.Rows, child)
		})
		o.Fields["subOrganizations"] = below
		pages(id, "organizations/accounts", "accounts", func(w record) {
			u := r.user(w["id"].(string))
			r.blendVisionUser(u, w)
			m := r.member(o, u)
			m.Fields["role"], m.Fields["vendorRole"], m.Fields["vendorRoleId"] = role(w["role_type"]), text(w["role_type"]), text(w["role_id"])
			m.Fields["status"] = u.Fields["status"]
		})
	}
}

func role(value any) string {
	word, _ := strings.CutPrefix(value.(string), "ROLE_TYPE_")
	return enum(word, "OWNER", "ADMIN", "STAFF", "DEVELOPER", "CONTENT_CONTRIBUTOR", "CUSTOM")
}

func (r *reader) organization(o *Object, w record) {
	o.Fields["name"], o.Fields["vendorType"], o.Fields["vendorStatus"] = text(w["name"]), text(w["type"]), text(w["status"])
	word, _ := strings.CutPrefix(w["type"].(string), "ORGANIZATION_TYPE_")
	o.Fields["type"] = enum(word, "ROOT", "GENERAL_DISTRIBUTOR", "RESELLER", "BUSINESS")
	word, _ = strings.CutPrefix(w["status"].(string), "ORGANIZATION_STATUS_")
	o.Fields["status"] = enum(word, "ACTIVATED", "VERIFYING", "FAIL_TO_VERIFY", "DEACTIVATED", "DELETING", "DELETED", "ACTIVATION_SCHEDULED")
	o.Fields["createdAt"], o.Fields["updatedAt"] = instant(w["created_at"]), instant(w["updated_at"])
	if parent, ok := text(w["parent_id"]).(string); ok {
		p := newObject(r.provider, "Organization", parent)
		p.Type, p.Fields["name"] = "ParentOrganization", text(w["parent_name"])
		o.Fields["parent"] = p
	}
}

func (r *reader) blendVisionUser(u *Object, w record) {
	u.Fields["firstName"], u.Fields["lastName"] = text(w["first_name"]), text(w["last_name"])
	u.Fields["name"] = joined(" ", w["first_name"], w["last_name"])
	u.Fields["vendorStatus"], u.Fields["createdAt"] = text(w["status"]), instant(w["created_at"])
	u.Fields["status"] = rename(w["status"], map[string]string{"ACCOUNT_STATUS_ACTIVATED": "ACTIVE", "ACCOUNT_STATUS_DEACTIVATED": "INACTIVE"})
	// username identifies the user. An account without e-mail has no address: a contact
	// address is not one that the user signs in with.
	login, email := text(w["username"]), any(nil)
	if login == nil {
		login = text(w["email"])
	}
	if s, ok := login.(string); ok && w["account_type"] != "ACCOUNT_TYPE_NON_EMAIL" && strings.Contains(s, "@") {
		email = s
	}
	u.Fields["login"], u.Fields["email"], u.Fields["contactEmail"] = login, email, text(w["contact_email"])
	u.Fields["vendorAccountType"] = text(w["account_type"])
	u.Fields["accountType"] = map[any]any{"ACCOUNT_TYPE_EMAIL": "PERSON", "ACCOUNT_TYPE_NON_EMAIL": "SHARED"}[w["account_type"]]
}
