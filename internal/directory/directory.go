// Package directory is the core: it knows which provider serves an id, asks the
// providers in parallel, merges their pages into one list, and keeps what came
// when one of them fails.
//
// It knows no vendor, no HTTP and no GraphQL.
package directory

import (
	"context"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// Directory holds the configured providers, in their order. Safe for concurrent
// use.
type Directory struct {
	providers []providers.Provider
	byName    map[string]providers.Provider
}

// New builds a directory; names are unique.
func New(ps ...providers.Provider) *Directory {
	d := &Directory{providers: ps, byName: make(map[string]providers.Provider, len(ps))}
	for _, p := range ps {
		d.byName[p.Connection().Name] = p
	}
	return d
}

// WithCredentials is this directory for somebody who brings tokens along, by the providers'
// names: each takes the place of that provider's own, and an empty one has it
// asked for nothing. Providers that are not named keep theirs.
func (d *Directory) WithCredentials(tokens map[string]providers.Secret) *Directory {
	if len(tokens) == 0 {
		return d
	}
	ps := slices.Clone(d.providers)
	for i, p := range ps {
		if token, ok := tokens[p.Connection().Name]; ok {
			ps[i] = p.WithCredential(token)
		}
	}
	return New(ps...)
}

// Providers describes every provider, in order.
func (d *Directory) Providers() []*model.Provider {
	infos := make([]*model.Provider, len(d.providers))
	for i, p := range d.providers {
		infos[i] = p.Connection()
	}
	return infos
}

// Status tells how the last calls of a provider went.
func (d *Directory) Status(name string) model.ProviderStatus {
	if p, ok := d.byName[name]; ok {
		return p.Status()
	}
	return model.ProviderUnknown
}

// Invalidate drops what is remembered of these objects and of the pages that hold
// them.
func (d *Directory) Invalidate(ctx context.Context, ids []model.ID) {
	byProvider := map[string][]model.ID{}
	for _, id := range ids {
		byProvider[id.Provider()] = append(byProvider[id.Provider()], id)
	}
	for name, ids := range byProvider {
		if p, ok := d.byName[name]; ok {
			p.Invalidate(ctx, ids)
		}
	}
}

// Purge drops everything that was read through a provider.
func (d *Directory) Purge(ctx context.Context, provider string) error {
	p, ok := d.byName[provider]
	if !ok {
		return errNoProvider()
	}
	p.Invalidate(ctx, nil)
	return nil
}

func errNoProvider() error {
	return &providers.Error{Kind: providers.InvalidArgument, Detail: "no provider has this name"}
}

// Roles reads the roles of an organization; none where the vendor has none.
func (d *Directory) Roles(ctx context.Context, organization model.ID) ([]*model.Role, error) {
	p, ok := d.byName[organization.Provider()]
	if !ok || p.Collections().Roles == nil {
		return nil, nil
	}
	return p.Collections().Roles(ctx, organization.VendorID())
}

// Selector chooses one kind of object of a provider.
type Selector[T model.Node] func(providers.Collections) providers.Collection[T]

// Objects reads objects by their ids from all providers in parallel. An id in
// neither map does not exist, is hidden, or names no provider of this directory.
func Objects[T model.Node](ctx context.Context, d *Directory, pick Selector[T], ids []model.ID) (map[model.ID]T, map[model.ID]error) {
	byProvider := map[string][]string{}
	for _, id := range ids {
		byProvider[id.Provider()] = append(byProvider[id.Provider()], id.VendorID())
	}
	objects, failed := make(map[model.ID]T, len(ids)), map[model.ID]error{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for name, vendorIDs := range byProvider {
		p, ok := d.byName[name]
		if !ok {
			continue
		}
		collection := pick(p.Collections())
		if collection == nil {
			continue
		}
		wg.Go(func() {
			found := collection.Get(ctx, vendorIDs)
			mu.Lock()
			defer mu.Unlock()
			for _, object := range found.Objects {
				objects[object.GlobalID()] = object
			}
			typ := ids[0].Type()
			for vendorID, err := range found.Failed {
				failed[model.NewID(name, typ, vendorID)] = err
			}
		})
	}
	wg.Wait()
	return objects, failed
}
