package baseline

import (
	"context"
	"errors"
	"strings"

	"github.com/graph-gophers/dataloader/v7"

	"github.com/accountgraph/accountgraph/internal/bench/baseline/generated"
	"github.com/accountgraph/accountgraph/internal/bench/baseline/model"
)

type root struct{ client *client }

func (r root) Query() generated.QueryResolver     { return query(r) }
func (r root) Entity() generated.EntityResolver   { return entity(r) }
func (r root) Account() generated.AccountResolver { return account(r) }
func (r root) Group() generated.GroupResolver     { return group(r) }

type (
	query   root
	entity  root
	account root
	group   root
)

func (q query) Accounts(ctx context.Context, first *int, _ *generated.AccountFilter) (*model.AccountConnection, error) {
	rows, err := q.client.accounts(ctx, *first)
	return &model.AccountConnection{Nodes: rows}, err
}

func (query) User(ctx context.Context, id string) (*model.User, error) { return oneUser(ctx, id) }

func (query) Person(ctx context.Context, email string) (*generated.Person, error) {
	return from(ctx).people.Load(ctx, email)()
}

func (entity) FindUserByID(ctx context.Context, id string) (*model.User, error) {
	return oneUser(ctx, id)
}

var errID = errors.New("not the id of a user")

func oneUser(ctx context.Context, id string) (*model.User, error) {
	vendorID, ok := strings.CutPrefix(id, "softwareone:User:")
	if !ok {
		return nil, errID
	}
	return from(ctx).users.Load(ctx, vendorID)()
}

func (account) Groups(ctx context.Context, a *model.Account, first *int) (*model.GroupConnection, error) {
	groups, err := from(ctx).groups.Load(ctx, a.ID)()
	return &model.GroupConnection{Nodes: groups[:min(*first, len(groups))]}, err
}

func (group) Users(ctx context.Context, g *model.Group, first *int) (*model.UserConnection, error) {
	ids := idsOf(g.Users, *first, func(u *model.User) string { return u.ID })
	users, err := many(ctx, from(ctx).users, ids)
	return &model.UserConnection{Nodes: users}, err
}

func (group) Buyers(ctx context.Context, g *model.Group, first *int) (*model.BuyerConnection, error) {
	ids := idsOf(g.Buyers, *first, func(b *model.Buyer) string { return b.ID })
	buyers, err := many(ctx, from(ctx).buyers, ids)
	return &model.BuyerConnection{Nodes: buyers}, err
}

func idsOf[T any](refs []*T, first int, id func(*T) string) []string {
	refs = refs[:min(first, len(refs))]
	ids := make([]string, len(refs))
	for i, ref := range refs {
		ids[i] = id(ref)
	}
	return ids
}

func many[T any](ctx context.Context, l *dataloader.Loader[string, T], ids []string) ([]T, error) {
	if len(ids) == 0 {
		return []T{}, nil
	}
	rows, errs := l.LoadMany(ctx, ids)()
	return rows, errors.Join(errs...)
}
