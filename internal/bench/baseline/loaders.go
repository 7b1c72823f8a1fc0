package baseline

import (
	"context"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"github.com/accountgraph/accountgraph/internal/bench/baseline/generated"
	"github.com/accountgraph/accountgraph/internal/bench/baseline/model"
)

// loaders batch the reads of one request.
type loaders struct {
	users  *dataloader.Loader[string, *model.User]
	buyers *dataloader.Loader[string, *model.Buyer]
	groups *dataloader.Loader[string, []*model.Group]
	people *dataloader.Loader[string, *generated.Person]
}

func newLoaders(c *client, wait time.Duration) *loaders {
	return &loaders{
		users:  loader(wait, single(c.users, func(u *model.User) string { return u.ID })),
		buyers: loader(wait, single(c.buyers, func(b *model.Buyer) string { return b.ID })),
		groups: loader(wait, func(ctx context.Context, accounts []string) (map[string][]*model.Group, error) {
			rows, err := c.groups(ctx, accounts)
			byAccount := map[string][]*model.Group{}
			for _, g := range rows {
				byAccount[g.Account.ID] = append(byAccount[g.Account.ID], g)
			}
			return byAccount, err
		}),
		people: loader(wait, func(ctx context.Context, emails []string) (map[string]*generated.Person, error) {
			people := map[string]*generated.Person{}
			for _, email := range emails { // no query asks for several
				person, err := c.person(ctx, email)
				if err != nil {
					return nil, err
				}
				people[email] = person
			}
			return people, nil
		}),
	}
}

func single[T any](read func(context.Context, []string) ([]*T, error), id func(*T) string) func(context.Context, []string) (map[string]*T, error) {
	return func(ctx context.Context, ids []string) (map[string]*T, error) {
		rows, err := read(ctx, ids)
		byID := make(map[string]*T, len(rows))
		for _, row := range rows {
			byID[id(row)] = row
		}
		return byID, err
	}
}

func loader[V any](wait time.Duration, read func(context.Context, []string) (map[string]V, error)) *dataloader.Loader[string, V] {
	batch := func(ctx context.Context, keys []string) []*dataloader.Result[V] {
		found, err := read(ctx, keys)
		results := make([]*dataloader.Result[V], len(keys))
		for i, key := range keys {
			results[i] = &dataloader.Result[V]{Data: found[key], Error: err}
		}
		return results
	}
	return dataloader.NewBatchedLoader(batch, dataloader.WithWait[string, V](wait), dataloader.WithBatchCapacity[string, V](pageSize))
}

type contextKey struct{}

func with(ctx context.Context, l *loaders) context.Context {
	return context.WithValue(ctx, contextKey{}, l)
}

func from(ctx context.Context) *loaders { return ctx.Value(contextKey{}).(*loaders) }
