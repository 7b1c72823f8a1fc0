package blendvisionfake

import (
	"fmt"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

type role struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Type      string `json:"type"`
	IsDefault bool   `json:"is_default"`
}

// newRoles returns the default roles and custom ones. Those of the first reseller exceed
// the maximum page size.
func newRoles(organization int) []role {
	id := func(n int) string { return uuid(0xc, organization*1000+n) }
	var roles []role
	for i, r := range []struct{ name, typ string }{
		{"Owner", "OWNER"}, {"Admin", "ADMIN"}, {"Staff", "STAFF"}, {"Developer", "DEVELOPER"},
		{"Content contributor", "CONTENT_CONTRIBUTOR"},
	} {
		roles = append(roles, role{ID: id(i), Name: r.name, Type: "ROLE_TYPE_" + r.typ, IsDefault: true})
	}
	custom := 3
	if organization == firstReseller {
		custom = 103
	}
	for i := range custom {
		roles = append(roles, role{ID: id(100 + i), Name: fmt.Sprintf("Custom %d", i+1), Type: "ROLE_TYPE_CUSTOM"})
	}
	// A role without a name.
	roles[len(roles)-1].Name = ""
	return roles
}

type roleList struct {
	Roles      []role `json:"roles"`
	Pagination any    `json:"pagination"`
}

// https://developers.blendvision.com/docs/api/bv-one/public-organization-service-list-roles
func (f *Fake) listRoles(acting *organization, q query) (any, *rpcStatus) {
	var list roleList
	list.Roles, list.Pagination = pageOf(fakevendor.Rows[role]{Fixed: acting.roles}, q, f.Variation)
	return list, nil
}
