package blendvision

import (
	"slices"
	"strings"

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

// checkOrganizationID fails with kind InvalidArgument for an id that is not valid as the
// single value of a header, or that contains a slash, which separates the parts of a
// membership's id.
func (c *client) checkOrganizationID(organization string) error {
	if organization == "" || len(organization) > maxOrganizationID ||
		strings.ContainsFunc(organization, func(r rune) bool { return r <= ' ' || r > '~' || r == ',' || r == '/' }) {
		return c.newError(providers.InvalidArgument, "invalid organization id")
	}
	return nil
}
