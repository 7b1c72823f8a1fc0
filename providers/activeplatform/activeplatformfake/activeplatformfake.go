// Package activeplatformfake simulates an ActivePlatform installation: the part
// of its vendor API v1 that is about users and accounts, written from the
// vendor's pages below https://docs.activeplatform.com/api-guide/6.0/en and
// https://docs.activeplatform.com/api-guide/2.0/en.
//
// Where those pages are silent it does what is likely: pages count from 1, hold
// 20 rows unless more are asked for and 100 at most, e-mail addresses are found
// whole and without regard to case, a filter by a date finds that day, and
// failures come with any kind of body. It knows nothing of the client.
package activeplatformfake

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// Fake is a simulated installation. It is an http.Handler and may be used
// concurrently.
type Fake struct {
	// Control decides how it behaves and remembers what it was asked.
	Control fakevendor.Control
	// MaxPerPage bounds the rows of a page; set it before the first request.
	MaxPerPage int

	token    string
	users    []user
	accounts []account
}

// New builds an installation that accepts this token.
func New(token string) *Fake {
	users := people()
	return &Fake{MaxPerPage: 100, token: token, users: users, accounts: companies(users)}
}

// ServeHTTP answers a request.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.Control.Wrap(http.HandlerFunc(f.answer)).ServeHTTP(w, r)
}

func (f *Fake) answer(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), "/api/vendor/v1/")
	if !ok {
		refuse(w, r, http.StatusNotFound, "not_found")
		return
	}
	if r.Method != http.MethodGet {
		refuse(w, r, http.StatusMethodNotAllowed, "method_not_allowed")
		return
	}
	token := r.URL.Query().Get("api_token")
	if subtle.ConstantTimeCompare([]byte(token), []byte(f.token)) != 1 {
		refuse(w, r, http.StatusUnauthorized, "invalid_token")
		return
	}
	segments := strings.Split(strings.TrimSuffix(rest, ".json"), "/")
	if value := f.find(segments, r); value != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(value)
		return
	}
	refuse(w, r, http.StatusNotFound, "not_found")
}

// find is what a path names, nil where there is nothing.
func (f *Fake) find(path []string, r *http.Request) any {
	switch len(path) {
	case 1:
		return f.list(path[0], r)
	case 2, 3:
		id, err := strconv.Atoi(path[1])
		if err != nil {
			return nil
		}
		return f.one(path[0], id, strings.Join(path[2:], "/"))
	}
	return nil
}

func (f *Fake) list(name string, r *http.Request) any {
	q := r.URL.Query()
	switch name {
	case "users":
		return pageOf(f.users, q, f.MaxPerPage)
	case "accounts":
		return pageOf(f.accounts, q, f.MaxPerPage)
	}
	return nil
}

func (f *Fake) one(name string, id int, children string) any {
	switch name {
	case "users":
		for _, u := range f.users {
			if u.ID == id {
				return map[string]any{"": u, "accounts": f.accountsOf(id)}[children]
			}
		}
	case "accounts":
		for _, a := range f.accounts {
			if a.ID == id {
				return map[string]any{"": a, "users": f.usersOf(a)}[children]
			}
		}
	}
	return nil
}

func (f *Fake) accountsOf(user int) []account {
	some := []account{}
	for _, a := range f.accounts {
		if a.members[user] {
			some = append(some, a)
		}
	}
	return some
}

func (f *Fake) usersOf(a account) []user {
	some := []user{}
	for _, u := range f.users {
		if a.members[u.ID] {
			some = append(some, u)
		}
	}
	return some
}

// refuse fails as a JSON API where JSON was asked for, and as a web site
// elsewhere.
func refuse(w http.ResponseWriter, r *http.Request, status int, word string) {
	if strings.HasSuffix(r.URL.Path, "users.json") || strings.Contains(r.URL.Path, "/accounts/") {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": word, "message": http.StatusText(status)})
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<html><head><title>" + http.StatusText(status) + "</title></head><body><h1>Sorry</h1></body></html>"))
}
