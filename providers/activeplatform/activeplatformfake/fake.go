// Package activeplatformfake simulates an ActivePlatform installation: the users
// and accounts of its vendor API v1, as documented below
// https://docs.activeplatform.com/api-guide/6.0/en and
// https://docs.activeplatform.com/api-guide/2.0/en.
//
// Assumptions where the documentation has no answer: pages count from 1 and have
// 20 rows by default and 100 at most; the lists of an account and of a user have no
// pages; a filter by e-mail address compares whole addresses case-insensitively; a
// filter by date matches that day; error bodies are JSON or HTML. Variation has other
// answers.
//
// The package shares no code with the client.
package activeplatformfake

import (
	"crypto/subtle"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// Fake is a simulated installation. Its data never changes. It is safe for
// concurrent use.
type Fake struct {
	// Control records requests and injects faults.
	Control fakevendor.Control
	// Variation is what installations differ in. Set it before the first request.
	Variation Variation

	token    string
	crowd    fakevendor.Crowd
	views    fakevendor.Views
	users    []user
	accounts []account
}

// New returns an installation that accepts this token.
func New(token string) *Fake { return NewSized(token, 0) }

// NewSized returns an installation with so many users, but no fewer than that of New.
func NewSized(token string, count int) *Fake {
	users := newUsers()
	f := &Fake{
		Variation: Variation{MaxPerPage: 100, FirstPage: 1}, token: token, users: users, accounts: newAccounts(users),
		crowd: fakevendor.NewCrowd(count, len(users), 2),
	}
	f.Control.PastEnd = f.isPastEnd
	return f
}

// isPastEnd reports whether a request is for a page behind the last one of a list.
func (f *Fake) isPastEnd(r *http.Request) bool {
	q := r.URL.Query()
	if pageNumber(q, f.Variation.FirstPage) <= f.Variation.FirstPage {
		return false
	}
	switch strings.TrimSuffix(r.URL.Path, ".json") {
	case "/api/vendor/v1/users":
		return len(f.pageOfUsers(q)) == 0
	case "/api/vendor/v1/accounts":
		return len(pageOf(f.accounts, q, f.Variation, defaultPerPage)) == 0
	}
	return false
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.Control.Wrap(http.HandlerFunc(f.serve)).ServeHTTP(w, r)
}

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	rest, ok := strings.CutPrefix(r.URL.EscapedPath(), "/api/vendor/v1/")
	if !ok {
		writeError(w, r, http.StatusNotFound, "not_found")
		return
	}
	if r.Method != http.MethodGet {
		writeError(w, r, http.StatusMethodNotAllowed, "method_not_allowed")
		return
	}
	token := r.URL.Query().Get("api_token")
	if subtle.ConstantTimeCompare([]byte(token), []byte(f.token)) != 1 {
		writeError(w, r, http.StatusUnauthorized, "invalid_token")
		return
	}
	segments := strings.Split(strings.TrimSuffix(rest, ".json"), "/")
	if status := f.Variation.statusBeforeFirstPage(r.URL.Query()); status != 0 {
		writeError(w, r, status, "invalid_page")
		return
	}
	if value := f.find(segments, r); value != nil {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(value)
		return
	}
	writeError(w, r, http.StatusNotFound, "not_found")
}

// find returns the resource of a path, nil if there is none.
func (f *Fake) find(path []string, r *http.Request) any {
	switch len(path) {
	case 1:
		return f.list(path[0], r)
	case 2, 3:
		id, err := strconv.Atoi(path[1])
		if err != nil {
			return nil
		}
		return f.get(path[0], id, strings.Join(path[2:], "/"), r.URL.Query())
	}
	return nil
}

func (f *Fake) list(name string, r *http.Request) any {
	q := r.URL.Query()
	switch name {
	case "users":
		return f.Variation.rows(f.pageOfUsers(q))
	case "accounts":
		return pageOf(f.accounts, q, f.Variation, defaultPerPage)
	}
	return nil
}

func (f *Fake) get(name string, id int, children string, q url.Values) any {
	switch name {
	case "users":
		if u, ok := f.user(id); ok {
			return map[string]any{"": f.Variation.row(u), "accounts": childrenOf(f.accountsOf(id), q, f.Variation)}[children]
		}
	case "accounts":
		for _, a := range f.accounts {
			if a.ID == id {
				return map[string]any{"": a, "users": f.Variation.rows(childrenOf(f.usersOf(a), q, f.Variation))}[children]
			}
		}
	}
	return nil
}

// childrenOf returns the rows of a list of an account or of a user.
func childrenOf[T row](all []T, q url.Values, v Variation) []T {
	if v.ChildrenPerPage == 0 {
		return all
	}
	if v.ChildrenMaxPerPage > 0 {
		v.MaxPerPage = v.ChildrenMaxPerPage
	}
	return pageOf(all, q, v, v.ChildrenPerPage)
}

func (f *Fake) accountsOf(user int) []account {
	accounts := []account{}
	i, inCrowd := f.crowd.Index(personOf(user))
	for n, a := range f.accounts {
		if a.members[user] || inCrowd && hasCrowdMember(n, i) {
			accounts = append(accounts, a)
		}
	}
	return accounts
}

func (f *Fake) usersOf(a account) []user {
	if f.Variation.Members > 0 && a.ID == firstAccountID {
		return f.users[:f.Variation.Members]
	}
	users := []user{}
	for _, u := range f.users {
		if a.members[u.ID] {
			users = append(users, u)
		}
	}
	for i := range f.crowd.Count {
		if hasCrowdMember(a.ID-firstAccountID, i) {
			users = append(users, newUser(f.crowd.Person(i)))
		}
	}
	return users
}

// writeError responds with a JSON body to requests for JSON and for accounts, and
// with an HTML body to all others.
func writeError(w http.ResponseWriter, r *http.Request, status int, code string) {
	if strings.HasSuffix(r.URL.Path, "users.json") || strings.Contains(r.URL.Path, "/accounts/") {
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": code, "message": http.StatusText(status)})
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = w.Write([]byte("<html><head><title>" + http.StatusText(status) + "</title></head><body><h1>Sorry</h1></body></html>"))
}
