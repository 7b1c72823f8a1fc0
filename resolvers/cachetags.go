package resolvers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/accountgraph/accountgraph/internal/loaders"
)

// tagsHeader asks for `extensions.apolloCacheTags`.
const tagsHeader = "Accountgraph-Cache-Tags"

// tag names what a router may forget its copy of an answer by, where routers look
// for it:
//
//	https://www.apollographql.com/docs/graphos/routing/performance/caching/response-caching/invalidation
//
// Entities always have their tags, a list for each representation. Answers of
// other queries have them when they are asked for: there a page can have hundreds.
func tag(ctx context.Context, oc *graphql.OperationContext, set *loaders.Loaders, root selection, response *graphql.Response) {
	var entities []loaders.Field
	fields := root.Fields("Query")
	for _, f := range fields {
		if f.Name == "_entities" {
			entities = append(entities, f)
		}
	}
	switch {
	case len(entities) == 1 && len(fields) == 1:
		extend(response, "apolloEntityCacheTags", set.EntityTags(ctx, entities[0]))
	case len(entities) == 0 && oc.Headers.Get(tagsHeader) == "1":
		extend(response, "apolloCacheTags", set.Tags(ctx, root))
	}
}

func extend(response *graphql.Response, name string, value any) {
	if response.Extensions == nil {
		response.Extensions = map[string]any{}
	}
	response.Extensions[name] = value
}
