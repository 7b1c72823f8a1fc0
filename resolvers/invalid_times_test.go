package resolvers_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

var vendorTimes = regexp.MustCompile(`"\d{4}-\d\d-\d\dT[^"]*"`)

// startVendorsWithoutTimes starts the simulated vendors, which send texts that are no times.
func startVendorsWithoutTimes(t *testing.T) *demo.Vendors {
	t.Helper()
	simulated := startVendors(t)
	invalid := func(h http.Handler) string {
		return listen(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			recorded := httptest.NewRecorder()
			h.ServeHTTP(recorded, r)
			w.Header().Set("Content-Type", recorded.Header().Get("Content-Type"))
			w.WriteHeader(recorded.Code)
			body := vendorTimes.ReplaceAll(recorded.Body.Bytes(), []byte(`"not a date"`))
			_, _ = w.Write(bytes.TrimSpace(body))
		}))
	}
	for i, v := range simulated.All {
		switch v.Name {
		case "softwareone":
			fake := softwareonefake.New(demo.Token)
			v.BaseURL, v.Control = invalid(fake)+"/public", &fake.Control
		case "activeplatform":
			fake := activeplatformfake.New(demo.Token)
			v.BaseURL, v.Control = invalid(fake), &fake.Control
		case "blendvision":
			fake := blendvisionfake.New(demo.Token)
			v.BaseURL, v.Control = invalid(fake), &fake.Control
		}
		simulated.All[i] = v
	}
	return simulated
}

// A time that could not be read is null with an error at its path, and a list that compares
// it is not complete.
func TestTimes_Invalid(t *testing.T) {
	s := newTestServer(t, serverConfig{vendors: startVendorsWithoutTimes(t)})
	invalid := func(provider, field, path string) string {
		vendor := strings.ToUpper(provider)
		return `{"message":"` + provider + `: invalid response: ` + field + ` is invalid, so that values may be missing","path":[` + path +
			`],"extensions":{"code":"UPSTREAM_BAD_RESPONSE","provider":"` + provider + `","vendor":"` + vendor + `"}}`
	}
	const gap = `{"totalCount":null,"complete":false,"nodes":[]}`
	for _, c := range []struct{ query, errors, data string }{
		{`{users(first:1,filter:{providers:["softwareone"]}){complete nodes{l:lastLoginAt}}}`,
			invalid("softwareone", "User.lastLoginAt", `"users","nodes",0,"l"`), `{"users":{"complete":true,"nodes":[{"l":null}]}}`},
		{`{users(first:1,filter:{providers:["softwareone"]}){nodes{audit{created{at}}}}}`,
			invalid("softwareone", "User.audit", `"users","nodes",0,"audit"`), `{"users":{"nodes":[{"audit":{"created":{"at":null}}}]}}`},
		{`{account(id:"softwareone:Account:` + softwareonefake.AccountID(0) + `"){members(first:1){nodes{lastAccessAt}}}}`,
			invalid("softwareone", "Membership.lastAccessAt", `"account","members","nodes",0,"lastAccessAt"`), `{"account":{"members":{"nodes":[{"lastAccessAt":null}]}}}`},
		{`{users(filter:{providers:["softwareone"],createdBefore:"2030-01-01T00:00:00Z"}){totalCount complete nodes{id}}}`,
			invalid("softwareone", "User.createdAt", `"users"`), `{"users":` + gap + `}`},
		{`{users(filter:{providers:["softwareone"],lastLoginBefore:"2030-01-01T00:00:00Z"}){totalCount complete nodes{id}}}`,
			invalid("softwareone", "User.lastLoginAt", `"users"`), `{"users":` + gap + `}`},
		{`{users(first:1,filter:{providers:["activeplatform"]}){complete nodes{createdAt}}}`,
			invalid("activeplatform", "User.createdAt", `"users","nodes",0,"createdAt"`), `{"users":{"complete":true,"nodes":[{"createdAt":null}]}}`},
		{`{users(first:1,filter:{providers:["blendvision"]}){complete nodes{createdAt}}}`,
			invalid("blendvision", "User.createdAt", `"users","nodes",0,"createdAt"`), `{"users":{"complete":true,"nodes":[{"createdAt":null}]}}`},
		{`{users(filter:{providers:["blendvision"],createdBefore:"2030-01-01T00:00:00Z"}){totalCount complete nodes{id}}}`,
			invalid("blendvision", "User.createdAt", `"users"`), `{"users":` + gap + `}`},
		{`{users(filter:{providers:["activeplatform"],createdBefore:"2030-01-01T00:00:00Z"}){totalCount complete nodes{id}}}`,
			invalid("activeplatform", "User.createdAt", `"users"`), `{"users":` + gap + `}`},
		{`{person(email:"person000@acme.example"){lastLoginAt}}`,
			invalid("softwareone", "User.lastLoginAt", `"person","lastLoginAt"`), `{"person":{"lastLoginAt":null}}`},
		{`{people(first:1,filter:{emails:["person000@acme.example"],neverLoggedIn:true}){totalCount complete nodes{email}}}`,
			invalid("softwareone", "User.lastLoginAt", `"people"`), `{"people":{"totalCount":null,"complete":false,"nodes":[]}}`},
	} {
		want := `{"errors":[` + c.errors + `],"data":` + c.data + `}`
		if diff := cmp.Diff(want, withoutLocations(strings.TrimSpace(string(s.query(t, c.query, nil))))); diff != "" {
			t.Errorf("%s: %s", c.query, diff)
		}
	}
}
