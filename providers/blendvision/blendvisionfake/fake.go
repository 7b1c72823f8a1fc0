// Package blendvisionfake simulates BlendVision One: a hierarchy of organizations, their
// members and their roles, as documented on
// https://developers.blendvision.com/docs/api/bv-one, with its defaults, limits and
// encoding of unset values. Comments mark assumptions where the documentation has no
// answer.
//
// The package shares no code with the client.
package blendvisionfake

import (
	"encoding/json"
	"net/http"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// Fake is a simulated installation. Its data never changes. It is safe for
// concurrent use.
type Fake struct {
	// Control records requests and injects faults.
	Control fakevendor.Control
	// Variation is what the vendor does differently. Set it before the first request.
	Variation Variation

	token         string
	organizations []*organization
	byID          map[string]*organization
}

// New returns an installation that accepts this API token.
func New(token string) *Fake { return NewSized(token, 0) }

// NewSized returns an installation with so many accounts, but no fewer than that of New.
func NewSized(token string, accounts int) *Fake {
	crowd := fakevendor.NewCrowd(accounts, lastPerson-firstPerson+1, 3)
	f := &Fake{token: token, organizations: newOrganizations(crowd), byID: map[string]*organization{}}
	for _, o := range f.organizations {
		f.byID[o.ID] = o
	}
	return f
}

// Organizations returns the ids of the organizations that the token has access to.
func (f *Fake) Organizations() []string {
	var ids []string
	for _, o := range f.organizations {
		if o.permitted {
			ids = append(ids, o.ID)
		}
	}
	return ids
}

// ServeHTTP implements http.Handler.
func (f *Fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.Control.Wrap(http.HandlerFunc(f.serve)).ServeHTTP(w, r)
}

// endpoint returns the response body for the organization that a call acts for.
type endpoint func(f *Fake, acting *organization, q query) (any, *rpcStatus)

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
	handle := route(r.URL.Path)
	if handle == nil {
		writeJSON(w, http.StatusNotFound, rpcStatus{Code: 5, Message: "Not Found"})
		return
	}
	if r.Method != http.MethodGet {
		// Assumption: the response of a gRPC gateway.
		writeJSON(w, http.StatusNotImplemented, rpcStatus{Code: 12, Message: "Method Not Allowed"})
		return
	}
	if r.Header.Get("Authorization") != "Bearer "+f.token {
		writeJSON(w, http.StatusUnauthorized, rpcStatus{Code: 16, Message: "the header authorization was missing or unidentified"})
		return
	}
	body, failed := f.call(r, handle)
	if failed != nil {
		writeJSON(w, failed.status(), *failed)
		return
	}
	writeJSON(w, http.StatusOK, body)
}

// call finds the organization of the header and calls the endpoint.
func (f *Fake) call(r *http.Request, handle endpoint) (any, *rpcStatus) {
	ids := r.Header.Values("X-Bv-Org-Id")
	if len(ids) != 1 {
		return nil, &rpcStatus{Code: 7, Message: "permission denied"}
	}
	acting := f.byID[ids[0]]
	if acting == nil {
		// Documented for the organization; an assumption for its lists.
		return nil, &rpcStatus{Code: 5, Message: "organization not found"}
	}
	if !acting.permitted {
		return nil, &rpcStatus{Code: 7, Message: "permission denied"}
	}
	q, failed := parseQuery(r.URL.RawQuery)
	if failed != nil {
		return nil, failed
	}
	return handle(f, acting, q)
}

// rpcStatus is a google.rpc.Status, the body of every error response.
type rpcStatus struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
	// Details is always an empty list.
	Details []struct{} `json:"details"`
}

// status returns the HTTP status of the code.
func (s rpcStatus) status() int {
	switch s.Code {
	case 3:
		return http.StatusBadRequest
	case 5:
		return http.StatusNotFound
	case 7:
		return http.StatusForbidden
	}
	return http.StatusInternalServerError
}

func writeJSON(w http.ResponseWriter, status int, body any) {
	if r, ok := body.(rpcStatus); ok {
		r.Details = []struct{}{}
		body = r
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// An error means that the client has disconnected.
	_ = json.NewEncoder(w).Encode(body)
}
