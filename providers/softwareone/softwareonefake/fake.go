// Package softwareonefake is a simulated SoftwareOne Marketplace: the reading
// half of its accounts API with a fixed set of data, for demonstrations and
// tests. It behaves as https://docs.platform.softwareone.com/developer-resources/rest-api
// says, and where that says nothing, as its comments here say.
//
// It does not know the client that this module has for the platform, does not
// write, and keeps no state but its Control.
package softwareonefake

import (
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// Ids that are worth knowing by name.
const (
	// FirstAccount is the account that comes first in the order of ids. It has
	// the most users, more than a page of them.
	FirstAccount = "ACC-1000-1234"
	// LoneAccount has neither users nor an address.
	LoneAccount = "ACC-1005-0829"
	// EverywhereUser has a login at every simulated vendor and is in each of the
	// first three accounts.
	EverywhereUser = "USR-1120-1514"
	// LoneUser is in no account.
	LoneUser = "USR-1299-9015"
)

// Fake is a simulated platform. It serves concurrent requests. The exported
// fields besides Control are set before the first one.
type Fake struct {
	// Control makes the platform misbehave and tells what it was asked.
	Control fakevendor.Control
	// Operations says that the token belongs to an operations account. Such a
	// token sees all there is. Any other token here belongs to FirstAccount and
	// sees that account with what is in it, and all sellers; modules are
	// forbidden to it, and users' accounts and buyers' errors are left out.
	Operations bool
	// Removed takes away /{accountId}/users and /account-users, as the live
	// platform did in May 2026.
	Removed bool
	// NestedOnly takes away /accounts/{accountId}/users, as on a platform before
	// that path existed.
	NestedOnly bool
	// Verbose adds href and $meta to every object, short references included, as
	// the vendor's reference pages show it. Otherwise $meta is on the answer
	// itself and on expanded references, and href is nowhere.
	Verbose bool
	// NoOmitted leaves $meta.omitted out of every answer, as in some of the
	// vendor's examples.
	NoOmitted bool
	// CurrencyObjects makes sellers' currencies objects instead of words; both
	// are in use.
	CurrencyObjects bool

	token string
	// data is made once, for the first request that gets this far: many tests
	// only make the platform fail.
	data *data
	once sync.Once
}

// New returns a platform that lets this token in, of an operations account.
func New(token string) *Fake {
	return &Fake{Operations: true, token: token}
}

// ServeHTTP answers a request below /public/v1/accounts.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.Control.Wrap(http.HandlerFunc(f.serve)).ServeHTTP(w, r)
}

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	if !f.allowed(r) {
		w.Header().Set("WWW-Authenticate", "Bearer")
		writeProblem(w, unauthorized())
		return
	}
	if r.Method != http.MethodGet {
		w.Header().Set("Allow", http.MethodGet)
		writeProblem(w, notAllowed())
		return
	}
	f.once.Do(func() { f.data = newData(f.CurrencyObjects) })
	body, err := f.answer(r)
	if err != nil {
		writeProblem(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	_, _ = w.Write(body)
}

func (f *Fake) allowed(r *http.Request) bool {
	scheme, token, ok := strings.Cut(r.Header.Get("Authorization"), " ")
	return ok && strings.EqualFold(scheme, "Bearer") &&
		subtle.ConstantTimeCompare([]byte(token), []byte(f.token)) == 1
}
