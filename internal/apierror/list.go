package apierror

import (
	"context"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/accountgraph/accountgraph/internal/loaders"
)

// AddIndexedErrors adds each error at its index below the path of ctx; nil errors
// are skipped.
func AddIndexedErrors(ctx context.Context, errs []error) {
	for i, err := range errs {
		if err != nil {
			AddErrors(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), err)
		}
	}
}

// AddErrors adds err at the path of ctx, a loaders.PartialError as one GraphQL
// error each. A nil error adds nothing.
func AddErrors(ctx context.Context, err error) {
	if err == nil {
		return
	}
	for _, err := range loaders.SplitErrors(err) {
		graphql.AddError(ctx, err)
	}
}

// SplitErrors returns a loaders.PartialError as one GraphQL error each, and nil for
// nil. gqlgen sets their paths where it adds them.
func SplitErrors(err error) error {
	if err == nil {
		return nil
	}
	var list gqlerror.List
	for _, err := range loaders.SplitErrors(err) {
		list = append(list, gqlerror.Wrap(err))
	}
	return list
}
