// Package softwareonefake simulates the SoftwareOne Marketplace: the read
// requests of its accounts API with a fixed data set, for demonstrations and
// tests. It follows https://docs.platform.softwareone.com/developer-resources/rest-api;
// comments here say what it does where that documentation is silent.
//
// It shares no code with this module's client for the platform, and its only
// state is its Control.
package softwareonefake

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// The ids of objects with special properties.
const (
	// FirstAccount is the account with the lowest id. It has the most users, more
	// than a page of them.
	FirstAccount = "ACC-1000-1234"
	// LoneAccount has neither users nor an address.
	LoneAccount = "ACC-1005-0829"
	// EverywhereUser has a login at every simulated vendor and is in each of the
	// first three accounts.
	EverywhereUser = "USR-1120-1514"
	// LoneUser is in no account.
	LoneUser = "USR-1299-9015"
)

// Fake is a simulated platform. It is an http.Handler for concurrent requests.
// Set the exported fields besides Control before the first one.
type Fake struct {
	// Control injects faults and records requests.
	Control fakevendor.Control
	// Operations is whether the token belongs to an operations account, which
	// sees everything. Otherwise it belongs to FirstAccount and sees that account
	// with its objects, and all sellers; modules are forbidden, and users lack
	// accounts and buyers lack errors.
	Operations bool
	// Removed makes /{accountId}/users and /account-users respond 404, as on the
	// live platform since May 2026.
	Removed bool
	// NestedOnly makes /accounts/{accountId}/users respond 404, as before that
	// path existed.
	NestedOnly bool
	// Verbose adds href and $meta to every object, short references included, as
	// on the vendor's reference pages. Otherwise only the top level and expanded
	// references have $meta, and nothing has href.
	Verbose bool
	// NoOmitted leaves out $meta.omitted everywhere, as some of the vendor's
	// examples do.
	NoOmitted bool
	// CurrencyObjects makes sellers' currencies objects instead of strings; the
	// vendor uses both forms.
	CurrencyObjects bool
	// WithoutCreation makes two users lack audit.created. An ascending order by it
	// begins with them.
	WithoutCreation bool
	// Users is the number of users. Those beyond the fixed data are computed when they are
	// read.
	Users int
	Variations

	token string
	views fakevendor.Views
	// data is built by the first request that needs it: many tests only inject
	// faults.
	data *data
	once sync.Once
}

// New returns a platform that accepts this token, of an operations account.
func New(token string) *Fake {
	return &Fake{Operations: true, token: token}
}

// ServeHTTP serves the paths below /public/v1/accounts.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.Control.Wrap(http.HandlerFunc(f.serve)).ServeHTTP(w, r)
}

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	if !f.isAuthenticated(r) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		writeProblem(w, unauthorized())
		return
	}
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		writeProblem(w, methodNotAllowed())
		return
	}
	f.once.Do(func() { f.data = newData(f.CurrencyObjects, f.WithoutCreation, f.Variations, f.Users) })
	body, err := f.respond(r)
	if err != nil {
		writeProblem(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body)
}

// isAuthenticated reports whether the request has the token.
func (f *Fake) isAuthenticated(r *http.Request) bool {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return ok && strings.EqualFold(scheme, "Bearer") &&
		subtle.ConstantTimeCompare([]byte(token), []byte(f.token)) == 1
}
