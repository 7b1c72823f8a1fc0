package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
)

type contact struct{}

func (contact) User(ctx context.Context, c *model.Contact) (*model.User, error) {
	return reference(ctx, loadersOf(ctx).Users, c.User)
}
