package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
)

type auditActor struct{}

func (auditActor) User(ctx context.Context, a *model.AuditActor) (*model.User, error) {
	return reference(ctx, loadersOf(ctx).Users, a.User)
}
