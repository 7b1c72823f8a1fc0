package blendvision

import (
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// organizationIDs are the ids of the configured organizations. The vendor may write an
// id in another case; the graph uses the configured one.
type organizationIDs []string

func (ids organizationIDs) contains(id string) bool {
	return slices.ContainsFunc(ids, func(known string) bool { return strings.EqualFold(known, id) })
}

// canonical returns the configured form of id, or id if it is not configured.
func (ids organizationIDs) canonical(id string) string {
	for _, known := range ids {
		if strings.EqualFold(known, id) {
			return known
		}
	}
	return id
}

// canonicalMembership returns the id of a membership with the canonical id of its
// organization.
func (ids organizationIDs) canonicalMembership(id string) string {
	organization, user := model.SplitMembership(id)
	if organization == "" {
		return id
	}
	return model.JoinMembership(ids.canonical(organization), user)
}

// canonicalIDs returns global ids in the form in which the graph has them; nil for nil.
func (ids organizationIDs) canonicalIDs(all []model.ID) []model.ID {
	canonical := slices.Clone(all)
	for i, id := range all {
		switch provider, typ, vendorID := id.Parts(); typ {
		case model.TypeOrganization:
			canonical[i] = model.NewID(provider, typ, ids.canonical(vendorID))
		case model.TypeMembership:
			canonical[i] = model.NewID(provider, typ, ids.canonicalMembership(vendorID))
		}
	}
	return canonical
}

// group returns the distinct canonical forms of ids, each with the ids that have it.
func group(ids []string, canonical func(id string) string) map[string][]string {
	groups := map[string][]string{}
	for _, id := range ids {
		groups[canonical(id)] = append(groups[canonical(id)], id)
	}
	return groups
}

// IsOrganizationID reports whether id is valid as the single value of a header and as a
// segment of a path, and has no slash, which separates the parts of a membership's id.
func IsOrganizationID(id string) bool {
	_, err := upstream.Path(id)
	return err == nil && len(id) <= maxOrganizationID &&
		!strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' || r == ',' })
}

// checkOrganizationID fails with kind InvalidID for what is no IsOrganizationID.
func (c *client) checkOrganizationID(organization string) error {
	if !IsOrganizationID(organization) {
		return c.newError(providers.InvalidID, "the id of the organization is not valid in a request")
	}
	return nil
}
