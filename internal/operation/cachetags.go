package operation

import (
	"context"

	"github.com/accountgraph/accountgraph/internal/loaders"
)

// The response extensions in which routers look for cache tags:
//
//	https://www.apollographql.com/docs/graphos/routing/performance/caching/response-caching/invalidation
const (
	entityCacheTags = "apolloEntityCacheTags"
	cacheTags       = "apolloCacheTags"
)

// CacheTags returns the tags by which a router invalidates its copy of a query's
// response, and the name of the extension for them; "" for no tags.
//
// A query for entities always has tags, a list per representation. Other queries
// have them when all is set: a page can have hundreds.
func (o *Operation) CacheTags(ctx context.Context, all bool) (extension string, tags any) {
	var entities []loaders.Field
	fields := o.Selection.Fields("Query")
	for _, f := range fields {
		if f.Name == "_entities" {
			entities = append(entities, f)
		}
	}
	switch {
	case len(entities) == 1 && len(fields) == 1:
		return entityCacheTags, o.Loaders.EntityTags(ctx, entities[0])
	case len(entities) == 0 && all:
		return cacheTags, o.Loaders.Tags(ctx, o.Selection)
	}
	return "", nil
}
