package operation

import (
	"context"
)

// The response extensions in which routers look for cache tags:
//
//	https://www.apollographql.com/docs/graphos/routing/performance/caching/response-caching/invalidation
const (
	entityCacheTags = "apolloEntityCacheTags"
	cacheTags       = "apolloCacheTags"
)

// CacheTags returns the tags by which a router invalidates its copy of a query's
// response, by the names of the extensions for them.
//
// A query for entities always has tags, a list per representation; of several fields
// _entities, the lists follow one another in the order of the fields. Other fields have them
// when all is set: a page can have hundreds.
func (o *Operation) CacheTags(ctx context.Context, all bool) map[string]any {
	var lists [][]string
	entities := false
	fields := o.Selection.Fields("Query")
	for _, f := range fields {
		if f.Name == "_entities" {
			entities = true
			lists = append(lists, o.Loaders.EntityTags(ctx, f)...)
		}
	}
	found := map[string]any{}
	if entities {
		found[entityCacheTags] = lists
	}
	if all && !entities {
		found[cacheTags] = o.Loaders.Tags(ctx, o.Selection)
	}
	return found
}
