// Package activityinfofake simulates an ActivityInfo server: the read endpoints of
// its billing and database API as documented in the public reference. Comments mark
// assumptions where the reference has no answer.
//
// The package shares no code with the client.
//
// https://www.activityinfo.org/support/docs/api/
package activityinfofake

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// The ids of the data, for tests.
const (
	// FirstAccount is a billing account of the token's owner and of other owners.
	FirstAccount = "190780004"
	// SuspendedAccount and ClosedAccount belong to the token's owner.
	SuspendedAccount = "190780017"
	ClosedAccount    = "190780230"
	// LargeAccount belongs to the token's owner. A float64 cannot represent its id.
	LargeAccount = "9007199254740993"
	// ForeignAccount belongs to another owner. One of its databases is shared with the
	// token's owner.
	ForeignAccount = "190780555"
	// DeletedAccount was deleted.
	DeletedAccount = "190780410"
	// Database belongs to FirstAccount.
	Database = "ck8oykh8m5"
	// ForeignDatabase belongs to ForeignAccount and is shared.
	ForeignDatabase = "ckx0fore1g"
	// UnknownLicense is an undocumented license type. UnknownLicenseUser is the id of the user
	// of FirstAccount who has it.
	UnknownLicense     = "EXTENDED"
	UnknownLicenseUser = "533"
	// FirstPerson and LastPerson are the numbers of the people who have a login.
	FirstPerson = 100
	LastPerson  = 259
)

// UserID returns the id of the user of the person with this number.
func UserID(number int) string { return strconv.Itoa(400 + number) }

// Fake is a simulated server. Its data never changes. It is safe for
// concurrent use.
type Fake struct {
	// Control records requests and injects faults.
	Control fakevendor.Control
	// Variation is what servers differ in. Set it before the first request.
	Variation Variation

	token   string
	data    *data
	handler http.Handler
}

// New returns a server that accepts this token.
func New(token string) *Fake { return NewSized(token, 0) }

// NewSized returns a server with so many users, but no fewer than that of New. Three of
// four users are in FirstAccount.
func NewSized(token string, users int) *Fake {
	f := &Fake{token: token, data: newData(fakevendor.NewCrowd(users, LastPerson-FirstPerson+1, 1))}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /resources/ping", f.ping)
	mux.HandleFunc("GET /resources/billingAccounts/{account}", f.withAccount(f.account))
	mux.HandleFunc("GET /resources/billingAccounts/{account}/users", f.withAccount(f.withUsers(f.accountUsers)))
	mux.HandleFunc("GET /resources/billingAccounts/{account}/databases", f.withAccount(f.accountDatabases))
	mux.HandleFunc("GET /resources/billingAccounts/{account}/domains", f.withAccount(f.accountDomains))
	mux.HandleFunc("GET /resources/databases", f.databases)
	mux.HandleFunc("GET /resources/databases/{database}", f.withDatabase(f.databaseTree))
	mux.HandleFunc("GET /resources/databases/{database}/billingAccount", f.withDatabase(f.databaseAccount))
	mux.HandleFunc("GET /resources/databases/{database}/users", f.withDatabase(f.databaseUsers))
	mux.HandleFunc("GET /resources/databases/{database}/users/{user}/grants", f.withDatabase(f.databaseUserGrants))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { writeError(w, http.StatusNotFound, "NOT_FOUND") })
	f.handler = f.Control.Wrap(f.authenticate(mux))
	return f
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.handler.ServeHTTP(w, r) }

// authenticate accepts the token as the password of HTTP Basic authentication, with
// any user name, or as a bearer token.
func (f *Fake) authenticate(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, token, ok := r.BasicAuth()
		if !ok {
			token, ok = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		}
		if !ok || token != f.token {
			writeError(w, http.StatusUnauthorized, "AUTHENTICATION_REQUIRED")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ping responds with an empty object (assumption: the body is not documented).
func (f *Fake) ping(w http.ResponseWriter, _ *http.Request) { writeJSON(w, struct{}{}) }

// withAccount passes the billing account of the path to next. It fails unless the
// token's owner owns the account.
func (f *Fake) withAccount(next func(http.ResponseWriter, *http.Request, *account)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a := f.data.account(r.PathValue("account"))
		if status := f.Variation.Accounts[r.PathValue("account")]; status != 0 {
			writeError(w, status, statusCodes[status])
			return
		}
		switch {
		case a == nil:
			writeError(w, http.StatusNotFound, "NOT_FOUND")
		case a.deleted:
			writeError(w, http.StatusGone, "DELETED")
		case a.foreign:
			writeError(w, http.StatusForbidden, "FORBIDDEN")
		default:
			next(w, r, a)
		}
	}
}

// withUsers passes an account whose user list can be read to next.
func (f *Fake) withUsers(next func(http.ResponseWriter, *http.Request, *account)) func(http.ResponseWriter, *http.Request, *account) {
	return func(w http.ResponseWriter, r *http.Request, a *account) {
		if status := f.Variation.Users[r.PathValue("account")]; status != 0 {
			writeError(w, status, statusCodes[status])
			return
		}
		next(w, r, a)
	}
}

// withDatabase passes the database of the path to next.
func (f *Fake) withDatabase(next func(http.ResponseWriter, *http.Request, *database)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d := f.data.database(r.PathValue("database"))
		if d == nil {
			writeError(w, http.StatusNotFound, "NOT_FOUND")
			return
		}
		next(w, r, d)
	}
}

func writeJSON(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_ = json.NewEncoder(w).Encode(body)
}

func writeError(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"code": code})
}
