package activityinfofake

import (
	"bufio"
	"encoding/json"
	"net/http"
	"slices"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// billingAccount is the documented BillingAccount with the additional fields that the
// vendor's client for R reads.
// https://www.activityinfo.org/support/docs/api/reference/getDatabaseBillingAccount.html
type billingAccount struct {
	ID                     int64   `json:"id"`
	Code                   string  `json:"code"`
	Name                   string  `json:"name"`
	Trial                  bool    `json:"trial"`
	ExpirationTime         float   `json:"expirationTime"`
	UserLimit              int     `json:"userLimit"`
	FullUserLimit          int     `json:"fullUserLimit"`
	UserCount              int     `json:"userCount"`
	DatabaseCount          int     `json:"databaseCount"`
	Status                 string  `json:"status"`
	Capped                 bool    `json:"capped"`
	PlanName               string  `json:"planName"`
	AutomaticCollection    bool    `json:"automaticCollection"`
	ParentBillingAccountID int64   `json:"parentBillingAccountId,omitempty"`
	AccountCredits         int     `json:"accountCredits"`
	SubmissionCount        int     `json:"submissionCount"`
	SubmissionLimit        int     `json:"submissionLimit"`
	StaleCounts            bool    `json:"staleCounts"`
	FullUserCount          int     `json:"fullUserCount"`
	BasicUserCount         int     `json:"basicUserCount"`
	ExpectedPaymentTime    *float  `json:"expectedPaymentTime"`
	Addons                 []addon `json:"addons"`
}

// addon is an assumption: its fields are not documented.
type addon struct {
	Name string `json:"name"`
}

// billingAccountUser is the documented BillingAccountUser with the account's id, which
// the vendor's client for R reads.
// https://www.activityinfo.org/support/docs/api/reference/getBillingAccountUsers.html
type billingAccountUser struct {
	UserID             string `json:"userId"`
	Email              string `json:"email"`
	Name               string `json:"name"`
	BillingAccountRole string `json:"billingAccountRole"`
	UserLicenseType    string `json:"userLicenseType"`
	LastLoginTime      *float `json:"lastLoginTime"`
	BillingAccountID   int64  `json:"billingAccountId"`
}

type userRef struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Email string `json:"email"`
}

// https://www.activityinfo.org/support/docs/api/reference/getBillingAccountDatabases.html
type billingAccountDatabase struct {
	DatabaseID        string  `json:"databaseId"`
	Label             string  `json:"label"`
	Description       string  `json:"description"`
	Owner             userRef `json:"owner"`
	FormCount         int     `json:"formCount"`
	UserCount         int     `json:"userCount"`
	BasicUserCount    int     `json:"basicUserCount"`
	RecordCount       int     `json:"recordCount"`
	LastRecordUpdate  string  `json:"lastRecordUpdate,omitempty"`
	BillingAccountID  int64   `json:"billingAccountId"`
	Suspended         bool    `json:"suspended"`
	PublishedTemplate bool    `json:"publishedTemplate"`
}

// https://www.activityinfo.org/support/docs/api/reference/getBillingAccountDomains.html
type billingAccountDomain struct {
	Domain         string `json:"domain"`
	IDP            string `json:"idp,omitempty"`
	DeliveryStatus string `json:"deliveryStatus"`
	UserCount      int    `json:"userCount"`
}

func (f *Fake) account(w http.ResponseWriter, _ *http.Request, a *account) {
	writeJSON(w, f.Variation.account(f.data.billingAccount(a)))
}

func (d *data) billingAccount(a *account) billingAccount {
	b := billingAccount{
		ID: a.id, Code: a.code, Name: a.name, Trial: a.trial, ExpirationTime: 1.798761599e12,
		UserLimit: a.userLimit, FullUserLimit: a.fullLimit, UserCount: len(a.members), DatabaseCount: len(d.databasesOf(a)),
		Status: a.status, Capped: a.trial, PlanName: a.plan, AutomaticCollection: !a.trial,
		ParentBillingAccountID: a.parent, SubmissionCount: 12 * len(a.members), SubmissionLimit: 0,
		Addons: []addon{},
	}
	count := func(n int) {
		switch a.licenseOf(n) {
		case "FULL":
			b.FullUserCount++
		case "BASIC":
			b.BasicUserCount++
		}
	}
	for _, n := range a.members {
		count(n)
	}
	for p := range d.crowdOf(a) {
		b.UserCount++
		count(p.Number)
	}
	return b
}

// accountUsers responds with the owners only unless the parameter owners is present
// and not TRUE. With databaseId it responds with the owners and the users who were
// invited to that database. Assumption: a database of another account has no invited
// users.
func (f *Fake) accountUsers(w http.ResponseWriter, r *http.Request, a *account) {
	q := r.URL.Query()
	ownersOnly := !q.Has("owners") || q.Get("owners") == "TRUE"
	rows := []billingAccountUser{}
	for _, n := range a.members {
		owner := slices.Contains(a.owners, n)
		if ownersOnly && !owner {
			continue
		}
		if q.Has("databaseId") && !owner && !f.data.invited(a, q.Get("databaseId"), n) {
			continue
		}
		rows = append(rows, a.user(f.data.people[n]))
	}
	if ownersOnly || q.Has("databaseId") || f.data.crowd.Count == 0 {
		writeJSON(w, f.Variation.users(rows))
		return
	}
	f.writeUsers(w, f.Variation.users(rows), a)
}

// writeUsers writes rows and those of the crowd, who own no account and were invited to no
// database, one by one.
func (f *Fake) writeUsers(w http.ResponseWriter, rows []any, a *account) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	buffer := bufio.NewWriterSize(w, 64<<10)
	encoder := json.NewEncoder(buffer)
	separator := byte('[')
	write := func(row any) {
		_ = buffer.WriteByte(separator)
		_ = encoder.Encode(row)
		separator = ','
	}
	for _, row := range rows {
		write(row)
	}
	for p := range f.data.crowdOf(a) {
		write(f.Variation.user(a.user(p)))
	}
	_ = buffer.WriteByte(']')
	_ = buffer.Flush()
}

func (d *data) invited(a *account, databaseID string, n int) bool {
	db := d.database(databaseID)
	return db != nil && db.account == a && slices.Contains(db.users, n)
}

func (a *account) user(p fakevendor.Person) billingAccountUser {
	return billingAccountUser{
		UserID: UserID(p.Number), Email: email(p), Name: p.Name(),
		BillingAccountRole: a.roleOf(p.Number), UserLicenseType: a.licenseOf(p.Number),
		LastLoginTime: lastLoginTime(p), BillingAccountID: a.id,
	}
}

func (f *Fake) accountDatabases(w http.ResponseWriter, _ *http.Request, a *account) {
	rows := []billingAccountDatabase{}
	for _, d := range f.data.databasesOf(a) {
		row := billingAccountDatabase{
			DatabaseID: d.id, Label: d.label, Description: d.description, Owner: f.data.ref(d.owner),
			FormCount: 2, UserCount: len(d.users) + 1, RecordCount: 40 * len(d.users),
			BillingAccountID: a.id, Suspended: d.suspended, PublishedTemplate: d.template,
		}
		if len(d.users) > 0 {
			row.LastRecordUpdate = "2026-02-22"
		}
		for _, n := range d.users {
			if a.licenseOf(n) == "BASIC" {
				row.BasicUserCount++
			}
		}
		rows = append(rows, row)
	}
	writeJSON(w, rows)
}

// accountDomains counts the members by the domain of their e-mail address.
func (f *Fake) accountDomains(w http.ResponseWriter, _ *http.Request, a *account) {
	rows := []billingAccountDomain{}
	add := func(p fakevendor.Person) {
		domain := domainOf(email(p))
		i := slices.IndexFunc(rows, func(d billingAccountDomain) bool { return d.Domain == domain })
		if i < 0 {
			i = len(rows)
			rows = append(rows, billingAccountDomain{Domain: domain, DeliveryStatus: []string{"OK", "UNKNOWN"}[i%2]})
		}
		rows[i].UserCount++
	}
	for _, n := range a.members {
		add(f.data.people[n])
	}
	for p := range f.data.crowdOf(a) {
		add(p)
	}
	writeJSON(w, rows)
}
