package resolvers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
)

type auditActor struct{}

func (auditActor) Name(ctx context.Context, a *model.AuditActor) (*string, error) {
	u, err := loadersOf(ctx).UserOf(ctx, a)
	if u == nil {
		return a.Name, err
	}
	return u.Name, err
}

func (auditActor) Icon(ctx context.Context, a *model.AuditActor) (*string, error) {
	u, err := loadersOf(ctx).UserOf(ctx, a)
	if u == nil {
		return a.Icon, err
	}
	return u.Icon, err
}

func (auditActor) User(ctx context.Context, a *model.AuditActor) (*model.User, error) {
	return reference(ctx, loadersOf(ctx).Users, a.User)
}
