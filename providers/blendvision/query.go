package blendvision

import (
	"reflect"
	"slices"

	"github.com/accountgraph/accountgraph/providers"
)

// checkQuery fails with kind InvalidArgument if q.Parent.Type is none of parents, and
// for a filter by database.
func (p *Provider) checkQuery(q providers.Query, parents ...string) error {
	if !slices.Contains(parents, q.Parent.Type) {
		return p.client.newError(providers.InvalidArgument, "list is not supported")
	}
	if q.Filter.Database != "" {
		return p.client.newError(providers.InvalidArgument, "filter by database is not supported")
	}
	return nil
}

// singleParent returns the canonical id of the organization of a query. It fails with kind InvalidArgument
// unless there is exactly one.
func (p *Provider) singleParent(q providers.Query) (string, error) {
	if len(q.Parent.IDs) != 1 {
		return "", p.client.newError(providers.InvalidArgument, "list requires exactly one organization")
	}
	return p.client.organizationIDs.canonical(q.Parent.IDs[0]), nil
}

// isUnfiltered reports whether q has no filter.
func isUnfiltered(q providers.Query) bool { return reflect.ValueOf(q.Filter).IsZero() }
