// Package blendvisionfake simulates BlendVision One: organizations in a
// hierarchy, their members and their roles, as
// https://developers.blendvision.com/docs/api/bv-one describes them, with its
// defaults, bounds and ways of writing what is unset. What the pages do not say
// and was decided here is marked as assumed.
//
// It does not know the client that is tried on it.
package blendvisionfake

import (
	"encoding/json"
	"net/http"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// Fake is a simulated installation. It always holds the same data.
type Fake struct {
	Control fakevendor.Control

	token         string
	organizations []*organization
	byID          map[string]*organization
}

// New builds an installation that accepts one API token.
func New(token string) *Fake {
	f := &Fake{token: token, organizations: hierarchy(), byID: map[string]*organization{}}
	for _, o := range f.organizations {
		f.byID[o.ID] = o
	}
	return f
}

// Organizations are the ids of the organizations that the token may act for.
func (f *Fake) Organizations() []string {
	var ids []string
	for _, o := range f.organizations {
		if o.permitted {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// ServeHTTP answers as the vendor would, unless Control says otherwise.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.Control.Wrap(http.HandlerFunc(f.serve)).ServeHTTP(w, r)
}

// endpoint answers for the organization that a call acts for.
type endpoint func(f *Fake, acting *organization, q query) (any, *refusal)

func route(path string) endpoint {
	switch path {
	case "/bv/org/v1/organizations":
		return (*Fake).getOrganization
	case "/bv/org/v1/organizations/accounts":
		return (*Fake).listAccounts
	case "/bv/org/v1/organizations/roles":
		return (*Fake).listRoles
	case "/bv/org/v1/sub-orgs":
		return (*Fake).listSubOrganizations
	case "/bv/account/v1/accounts":
		return (*Fake).listAllAccounts
	case "/bv/account/v1/accounts/info":
		return (*Fake).getAccountInfo
	}
	return nil
}

func (f *Fake) serve(w http.ResponseWriter, r *http.Request) {
	answer := route(r.URL.Path)
	if answer == nil {
		write(w, http.StatusNotFound, refusal{Code: 5, Message: "Not Found"})
		return
	}
	if r.Method != http.MethodGet {
		// Assumed: what the vendor's kind of gateway does.
		write(w, http.StatusNotImplemented, refusal{Code: 12, Message: "Method Not Allowed"})
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+f.token {
		write(w, http.StatusUnauthorized, refusal{Code: 16, Message: "the header authorization was missing or unidentified"})
		return
	}
	body, refused := f.act(r, answer)
	if refused != nil {
		write(w, refused.status(), *refused)
		return
	}
	write(w, http.StatusOK, body)
}

func (f *Fake) act(r *http.Request, answer endpoint) (any, *refusal) {
	ids := r.Header.Values("X-Bv-Org-Id")
	if len(ids) != 1 {
		return nil, &refusal{Code: 7, Message: "permission denied"}
	}
	acting := f.byID[ids[0]]
	if acting == nil {
		// Documented for the organization itself, assumed for its lists.
		return nil, &refusal{Code: 5, Message: "organization not found"}
	}
	if !acting.permitted {
		return nil, &refusal{Code: 7, Message: "permission denied"}
	}
	q, refused := parseQuery(r.URL.RawQuery)
	if refused != nil {
		return nil, refused
	}
	return answer(f, acting, q)
}

// refusal is a google.rpc.Status, the body of every answer that failed.
type refusal struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	// Details are always empty; the pages show the list.
	Details []struct{} `json:"details"`
}

// status is the HTTP status for a code.
func (r refusal) status() int {
	switch r.Code {
	case 3:
		return http.StatusBadRequest
	case 5:
		return http.StatusNotFound
	case 7:
		return http.StatusForbidden
	}
	return http.StatusInternalServerError
}

func write(w http.ResponseWriter, status int, body any) {
	if r, ok := body.(refusal); ok {
		r.Details = []struct{}{}
		body = r
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// The client may have gone away; nobody is left to be told.
	_ = json.NewEncoder(w).Encode(body)
}
