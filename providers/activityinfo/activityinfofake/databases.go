package activityinfofake

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// https://www.activityinfo.org/support/docs/api/reference/getDatabases.html
type databaseRow struct {
	DatabaseID        string   `json:"databaseId"`
	Label             string   `json:"label"`
	Description       string   `json:"description"`
	OwnerID           string   `json:"ownerId"`
	BillingAccountID  int64    `json:"billingAccountId"`
	Suspended         bool     `json:"suspended"`
	PublishedTemplate bool     `json:"publishedTemplate"`
	Languages         []string `json:"languages"`
}

// databaseUser is the documented DatabaseUser. The fields of the role have the names
// in responses; the reference calls them roleId, roleParameters, roleResources.
// https://www.activityinfo.org/support/docs/api/reference/getDatabaseUsers.html
type databaseUser struct {
	DatabaseID       string   `json:"databaseId"`
	UserID           string   `json:"userId"`
	Name             string   `json:"name"`
	Email            string   `json:"email"`
	Role             userRole `json:"role"`
	Version          int      `json:"version"`
	DeliveryStatus   string   `json:"deliveryStatus"`
	InviteAccepted   bool     `json:"inviteAccepted"`
	UserLicenseType  string   `json:"userLicenseType"`
	ActivationStatus string   `json:"activationStatus"`
	Locked           bool     `json:"locked"`
	// A list contains dates; a single user contains times and grants.
	InviteDate    string  `json:"inviteDate,omitempty"`
	LastLoginDate string  `json:"lastLoginDate,omitempty"`
	InviteTime    *float  `json:"inviteTime,omitempty"`
	LastLoginTime *float  `json:"lastLoginTime,omitempty"`
	Grants        []grant `json:"grants,omitempty"`
}

type userRole struct {
	ID         string         `json:"id"`
	Parameters map[string]any `json:"parameters"`
	Resources  []string       `json:"resources"`
}

type role struct {
	ID          string       `json:"id"`
	Label       string       `json:"label"`
	Permissions []permission `json:"permissions"`
	Parameters  []any        `json:"parameters"`
	Filters     []any        `json:"filters"`
	Grants      []grant      `json:"grants"`
	Version     int          `json:"version"`
	GrantBased  bool         `json:"grantBased"`
}

type grant struct {
	ResourceID string       `json:"resourceId"`
	Optional   bool         `json:"optional"`
	Operations []permission `json:"operations"`
	Conditions []any        `json:"conditions"`
}

type permission struct {
	Operation          string   `json:"operation"`
	Filter             *string  `json:"filter"`
	SecurityCategories []string `json:"securityCategories"`
}

type resource struct {
	ID         string `json:"id"`
	ParentID   string `json:"parentId"`
	Label      string `json:"label"`
	Type       string `json:"type"`
	Visibility string `json:"visibility"`
}

// https://www.activityinfo.org/support/docs/api/reference/getDatabaseTree.html
type databaseTree struct {
	databaseRow
	UserID    string     `json:"userId"`
	Version   string     `json:"version"`
	OwnerRef  userRef    `json:"ownerRef"`
	Role      userRole   `json:"role"`
	Roles     []role     `json:"roles"`
	Resources []resource `json:"resources"`
	Grants    []grant    `json:"grants"`
}

// databases responds with all databases: the token's owner owns their accounts, or
// the database is shared.
func (f *Fake) databases(w http.ResponseWriter, _ *http.Request) {
	if status := f.Variation.Databases; status != 0 {
		writeError(w, status, statusCodes[status])
		return
	}
	rows := []databaseRow{}
	for _, d := range f.data.databases {
		rows = append(rows, d.row())
	}
	writeJSON(w, f.Variation.databases(rows))
}

func (d *database) row() databaseRow {
	return databaseRow{
		DatabaseID: d.id, Label: d.label, Description: d.description, OwnerID: UserID(d.owner),
		BillingAccountID: d.account.id, Suspended: d.suspended, PublishedTemplate: d.template, Languages: []string{},
	}
}

func (f *Fake) databaseTree(w http.ResponseWriter, _ *http.Request, d *database) {
	writeJSON(w, databaseTree{
		databaseRow: d.row(), UserID: UserID(FirstPerson), Version: "7", OwnerRef: f.data.ref(d.owner),
		Role: d.roleOf(FirstPerson),
		Roles: []role{
			{
				ID: "admin", Label: "Administrator", Permissions: permissions("MANAGE_USERS", "MANAGE_ROLES", "AUDIT"),
				Parameters: []any{}, Filters: []any{}, Version: 1, GrantBased: true,
				Grants: d.grants("VIEW", "ADD_RECORD", "EDIT_RECORD", "DELETE_RECORD", "EXPORT_RECORDS"),
			},
			{
				ID: "reader", Label: "Reader", Permissions: permissions(),
				Parameters: []any{}, Filters: []any{}, Version: 3, GrantBased: true,
				Grants: d.grants("VIEW", "DISCOVER"),
			},
		},
		Resources: []resource{
			{d.id + "fo", d.id, "Forms", "FOLDER", "PRIVATE"},
			{d.id + "f1", d.id + "fo", "Registration", "FORM", "PRIVATE"},
			{d.id + "f2", d.id + "fo", "Follow-up", "FORM", "REFERENCE"},
		},
		Grants: d.grants("VIEW"),
	})
}

func permissions(operations ...string) []permission {
	all := []permission{}
	for _, o := range operations {
		all = append(all, permission{Operation: o, SecurityCategories: []string{}})
	}
	return all
}

func (d *database) grants(operations ...string) []grant {
	return []grant{{ResourceID: d.id, Operations: permissions(operations...), Conditions: []any{}}}
}

// databaseAccount fails for an account that the token's owner does not own.
func (f *Fake) databaseAccount(w http.ResponseWriter, _ *http.Request, d *database) {
	if d.account.foreign {
		writeError(w, http.StatusForbidden, "FORBIDDEN")
		return
	}
	writeJSON(w, f.data.billingAccount(d.account))
}

// databaseUsers omits the owner of the database.
func (f *Fake) databaseUsers(w http.ResponseWriter, _ *http.Request, d *database) {
	if d.account.foreign {
		writeError(w, http.StatusForbidden, "FORBIDDEN")
		return
	}
	rows := []databaseUser{}
	for _, n := range d.users {
		p := f.data.people[n]
		row := d.user(p)
		row.InviteDate = p.CreatedAt.Format(time.DateOnly)
		if at := lastLogin(p); !at.IsZero() {
			row.LastLoginDate = at.Format(time.DateOnly)
		}
		rows = append(rows, row)
	}
	writeJSON(w, rows)
}

func (f *Fake) databaseUserGrants(w http.ResponseWriter, r *http.Request, d *database) {
	if d.account.foreign {
		writeError(w, http.StatusForbidden, "FORBIDDEN")
		return
	}
	i := slices.IndexFunc(d.users, func(n int) bool { return UserID(n) == r.PathValue("user") })
	if i < 0 {
		writeError(w, http.StatusNotFound, "NOT_FOUND")
		return
	}
	p := f.data.people[d.users[i]]
	row := d.user(p)
	invited := float(p.CreatedAt.UnixMilli())
	row.InviteTime, row.LastLoginTime, row.Grants = &invited, lastLoginTime(p), d.grants("VIEW")
	writeJSON(w, row)
}

func (d *database) user(p fakevendor.Person) databaseUser {
	u := databaseUser{
		DatabaseID: d.id, UserID: UserID(p.Number), Name: p.Name(), Email: email(p), Role: d.roleOf(p.Number),
		Version: 1 + p.Number%3, DeliveryStatus: "OK", InviteAccepted: !p.NeverLoggedIn,
		UserLicenseType: d.account.licenseOf(p.Number), ActivationStatus: "ACTIVE",
	}
	if p.NeverLoggedIn {
		u.DeliveryStatus, u.ActivationStatus = "UNKNOWN", "PENDING"
	}
	return u
}

func (d *database) roleOf(n int) userRole {
	id := "reader"
	if n%10 == 0 {
		id = "admin"
	}
	return userRole{ID: id, Parameters: map[string]any{}, Resources: []string{}}
}

func (d *data) ref(n int) userRef {
	p := d.people[n]
	return userRef{UserID(n), p.Name(), email(p)}
}

func domainOf(address string) string {
	_, domain, _ := strings.Cut(address, "@")
	return domain
}
