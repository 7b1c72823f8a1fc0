// Package loaders holds what one operation loads: a set of dataloaders that live as
// long as the operation, and a prefetch that fills them level by level from the
// operation's selection, so that resolvers find their data loaded.
//
// A batch is sent as soon as it is complete, not after a delay. Correctness does not
// depend on the prefetch: a resolver loads what the prefetch has not.
//
// The tables in fields.go list the entity types and the edges between them. The
// prefetch, priming, cache tags and type conditions all follow from them.
//
// The package knows no vendor and no GraphQL executor. It reads a selection through
// the interface Selection.
package loaders

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// Loaders are the loaders of one operation. Safe for concurrent use.
type Loaders struct {
	directory *directory.Directory
	table     *index

	Users         *Loader[*model.User]
	Memberships   *Loader[*model.Membership]
	Accounts      *Loader[*model.Account]
	Organizations *Loader[*model.Organization]
	Groups        *Loader[*model.Group]
	Buyers        *Loader[*model.Buyer]
	Sellers       *Loader[*model.Seller]
	Modules       *Loader[*model.Module]
	Providers     *Loader[*model.Provider]

	lists listDescriptions

	people      batcher[string, personResult]
	peoplePages batcher[peopleKey, *directory.Listing[*model.Person]]
	roles       batcher[model.ID, []*model.Role]
	unreadable  batcher[string, unreadableTenants]
}

// New builds the loaders of one operation.
func New(d *directory.Directory) *Loaders {
	s := &Loaders{directory: d, table: table}
	for _, t := range entityTypes {
		t.open(s)
	}
	s.people.read = s.loadPeople
	s.peoplePages.read = s.readPeople
	s.roles.read = s.loadRoles
	s.unreadable.read = s.loadUnreadable
	return s
}

// loaderOf returns the loader of an entity type, which must exist.
func (s *Loaders) loaderOf(typ string) anyLoader { return s.table.entities[typ].of(s) }

type contextKey struct{}

// With returns a context that carries an operation's loaders.
func With(ctx context.Context, s *Loaders) context.Context {
	return context.WithValue(ctx, contextKey{}, s)
}

// For returns the loaders of the operation that ctx belongs to.
func For(ctx context.Context) *Loaders {
	s, _ := ctx.Value(contextKey{}).(*Loaders)
	return s
}
