// Package loaders holds what one operation loads: a set of dataloaders that live
// as long as the operation, and a walk that fills them level by level from the
// operation's selection, so that resolvers find their data and do not wait.
//
// A batch is sent when all who take part in it have asked, not after a time. The
// resolvers are correct without the walk: what it did not foresee is loaded when
// it is asked for.
//
// It knows no vendor and no GraphQL executor; a selection reaches it through the
// interface Selection.
package loaders

import (
	"context"
	"time"

	"github.com/graph-gophers/dataloader/v7"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// Loaders is one operation's loaders. Safe for concurrent use.
type Loaders struct {
	directory *directory.Directory

	Users         *Loader[*model.User]
	Memberships   *Loader[*model.Membership]
	Accounts      *Loader[*model.Account]
	Organizations *Loader[*model.Organization]
	Groups        *Loader[*model.Group]
	Buyers        *Loader[*model.Buyer]
	Sellers       *Loader[*model.Seller]
	Modules       *Loader[*model.Module]

	people *dataloader.Loader[string, login]
	roles  *dataloader.Loader[model.ID, []*model.Role]
}

// New builds the loaders of one operation.
func New(d *directory.Directory) *Loaders {
	s := &Loaders{directory: d}
	s.Users = newKind(s, model.TypeUser, func(c providers.Collections) providers.Collection[*model.User] { return c.Users })
	s.Memberships = newKind(s, model.TypeMembership, func(c providers.Collections) providers.Collection[*model.Membership] { return c.Memberships })
	s.Accounts = newKind(s, model.TypeAccount, func(c providers.Collections) providers.Collection[*model.Account] { return c.Accounts })
	s.Organizations = newKind(s, model.TypeOrganization, func(c providers.Collections) providers.Collection[*model.Organization] { return c.Organizations })
	s.Groups = newKind(s, model.TypeGroup, func(c providers.Collections) providers.Collection[*model.Group] { return c.Groups })
	s.Buyers = newKind(s, model.TypeBuyer, func(c providers.Collections) providers.Collection[*model.Buyer] { return c.Buyers })
	s.Sellers = newKind(s, model.TypeSeller, func(c providers.Collections) providers.Collection[*model.Seller] { return c.Sellers })
	s.Modules = newKind(s, model.TypeModule, func(c providers.Collections) providers.Collection[*model.Module] { return c.Modules })
	s.people = newLoader(s.loadPeople)
	s.roles = newLoader(s.loadRoles)
	return s
}

type contextKey struct{}

// With puts an operation's loaders into its context.
func With(ctx context.Context, s *Loaders) context.Context {
	return context.WithValue(ctx, contextKey{}, s)
}

// For returns the loaders of the operation that ctx belongs to.
func For(ctx context.Context) *Loaders {
	s, _ := ctx.Value(contextKey{}).(*Loaders)
	return s
}

// patience is how long a batch would wait for company if nobody sent it off;
// every load here does.
const patience = time.Second

func newLoader[K comparable, V any](batch dataloader.BatchFunc[K, V]) *dataloader.Loader[K, V] {
	return dataloader.NewBatchedLoader(batch, dataloader.WithWait[K, V](patience))
}

// load asks for all keys in one batch, and waits.
func load[K comparable, V any](ctx context.Context, l *dataloader.Loader[K, V], keys []K) ([]V, []error) {
	thunks := make([]dataloader.Thunk[V], len(keys))
	for i, key := range keys {
		thunks[i] = l.Load(ctx, key)
	}
	l.Flush()
	values, errs := make([]V, len(keys)), make([]error, len(keys))
	for i, thunk := range thunks {
		values[i], errs[i] = thunk()
	}
	return values, errs
}

// one asks for one key.
func one[K comparable, V any](ctx context.Context, l *dataloader.Loader[K, V], key K) (V, error) {
	thunk := l.Load(ctx, key)
	l.Flush()
	return thunk()
}
