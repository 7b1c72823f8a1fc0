package loaders

import (
	"context"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
)

// unreadableTenants are the vendor ids of unreadable tenants of a provider, and the
// error for others that may be missing.
type unreadableTenants struct {
	ids []string
	err error
}

// UnreadableTenants returns the vendor ids of the tenants of a provider whose members
// its credential may not read. The error, a PartialError, tells why others may be
// missing.
func (s *Loaders) UnreadableTenants(ctx context.Context, provider string) ([]string, error) {
	found, err := loadOne(ctx, &s.unreadable, provider)
	if err != nil {
		return nil, err
	}
	return found.ids, found.err
}

func (s *Loaders) loadUnreadable(ctx context.Context, names []string) []result[unreadableTenants] {
	results := make([]result[unreadableTenants], len(names))
	var wg sync.WaitGroup
	for i, name := range names {
		wg.Go(func() {
			ids, errs := s.directory.UnreadableTenants(ctx, name)
			found := unreadableTenants{ids: ids}
			if len(errs) > 0 {
				found.err = PartialError{errs}
			}
			results[i].value = found
		})
	}
	wg.Wait()
	return results
}

// unreadableTenantsOf is the list of the unreadable tenants of a provider.
func unreadableTenantsOf(parent parentType[*model.Provider], field string) edge {
	return edge{
		parent: parent.name(), field: field, target: "String", shape: list,
		follow: func(b *batch, p any, _ Field) { b.unreadable = append(b.unreadable, parent.cast(p).Name) },
	}
}
