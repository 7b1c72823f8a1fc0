// Package activityinfofake is a simulated ActivityInfo server: the reading half
// of its billing and database API as its public reference describes it, over a
// fixed cast. Where the reference is silent, a comment says what was assumed.
//
// It knows nothing of the client that reads it.
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

// What the simulated server holds, for those who ask it.
const (
	// FirstAccount is a billing account of the token's owner, and of others.
	FirstAccount = "190780004"
	// SuspendedAccount and ClosedAccount belong to the token's owner, too.
	SuspendedAccount = "190780017"
	ClosedAccount    = "190780230"
	// LargeAccount belongs to the token's owner; no float64 holds its id.
	LargeAccount = "9007199254740993"
	// ForeignAccount is someone else's; one of its databases is shared with the
	// token's owner.
	ForeignAccount = "190780555"
	// DeletedAccount was deleted.
	DeletedAccount = "190780410"
	// Database belongs to FirstAccount.
	Database = "ck8oykh8m5"
	// ForeignDatabase belongs to ForeignAccount and is shared.
	ForeignDatabase = "ckx0fore1g"
	// LicenseWord is a license that the reference does not know; LicenseWordUser
	// is the id of the user who has it, in FirstAccount.
	LicenseWord     = "EXTENDED"
	LicenseWordUser = "533"
	// FirstPerson and LastPerson are the numbers of the cast who have a login.
	FirstPerson = 100
	LastPerson  = 259
)

// UserID is the id of the person with this number in the cast.
func UserID(number int) string { return strconv.Itoa(400 + number) }

// Fake is a simulated server. It may be used concurrently.
type Fake struct {
	// Control makes it misbehave, and remembers what it was asked.
	Control fakevendor.Control

	token   string
	world   *world
	handler http.Handler
}

// New builds a server that accepts this token.
func New(token string) *Fake {
	f := &Fake{token: token, world: newWorld()}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /resources/ping", f.ping)
	mux.HandleFunc("GET /resources/billingAccounts/{account}", f.billing(f.account))
	mux.HandleFunc("GET /resources/billingAccounts/{account}/users", f.billing(f.accountUsers))
	mux.HandleFunc("GET /resources/billingAccounts/{account}/databases", f.billing(f.accountDatabases))
	mux.HandleFunc("GET /resources/billingAccounts/{account}/domains", f.billing(f.accountDomains))
	mux.HandleFunc("GET /resources/databases", f.databases)
	mux.HandleFunc("GET /resources/databases/{database}", f.database(f.databaseTree))
	mux.HandleFunc("GET /resources/databases/{database}/billingAccount", f.database(f.databaseAccount))
	mux.HandleFunc("GET /resources/databases/{database}/users", f.database(f.databaseUsers))
	mux.HandleFunc("GET /resources/databases/{database}/users/{user}/grants", f.database(f.databaseUserGrants))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fail(w, http.StatusNotFound, "NOT_FOUND") })
	f.handler = f.Control.Wrap(f.authenticated(mux))
	return f
}

// ServeHTTP answers a request.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) { f.handler.ServeHTTP(w, r) }

// authenticated wants the token as the password of HTTP Basic, whatever the
// user name, or as a bearer token.
func (f *Fake) authenticated(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, token, ok := r.BasicAuth()
		if !ok {
			token, ok = strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
		}
		if !ok || token != f.token {
			fail(w, http.StatusUnauthorized, "AUTHENTICATION_REQUIRED")
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ping's body is not documented; an empty object is assumed.
func (f *Fake) ping(w http.ResponseWriter, _ *http.Request) { answer(w, struct{}{}) }

// billing finds the billing account of the path, and refuses it unless the
// token's owner owns it.
func (f *Fake) billing(next func(http.ResponseWriter, *http.Request, *account)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		a := f.world.account(r.PathValue("account"))
		switch {
		case a == nil:
			fail(w, http.StatusNotFound, "NOT_FOUND")
		case a.deleted:
			fail(w, http.StatusGone, "DELETED")
		case a.foreign:
			fail(w, http.StatusForbidden, "FORBIDDEN")
		default:
			next(w, r, a)
		}
	}
}

// database finds the database of the path.
func (f *Fake) database(next func(http.ResponseWriter, *http.Request, *database)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		d := f.world.database(r.PathValue("database"))
		if d == nil {
			fail(w, http.StatusNotFound, "NOT_FOUND")
			return
		}
		next(w, r, d)
	}
}

func answer(w http.ResponseWriter, body any) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	_ = json.NewEncoder(w).Encode(body)
}

func fail(w http.ResponseWriter, status int, code string) {
	w.Header().Set("Content-Type", "application/json;charset=UTF-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"code": code})
}
