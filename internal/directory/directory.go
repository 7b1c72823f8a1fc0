// Package directory finds the provider that serves an id, reads from providers in
// parallel, merges their pages into one list, and returns what the others gave when
// one of them fails.
//
// It knows no vendor, no HTTP and no GraphQL.
package directory

import (
	"context"
	"fmt"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// Directory holds the configured providers, in their order. Safe for concurrent use.
type Directory struct {
	slots []slot
	// index has the position of each provider by its name.
	index  map[string]int
	people peopleTables
	// pagesPerList bounds the pages that one list reads from one provider.
	pagesPerList int
	// cursorKey is the key of cursors.
	cursorKey *CursorKey
}

// PagesPerList is the number of pages that one list reads from one provider, unless
// SetPagesPerList has set another: 10,000 rows at the usual 100 a page.
const PagesPerList = 100

// New returns a directory of providers, whose names must be unique.
func New(ps ...providers.Provider) *Directory {
	d := &Directory{slots: make([]slot, len(ps)), index: make(map[string]int, len(ps)), pagesPerList: PagesPerList}
	for i, p := range ps {
		d.slots[i].provider = p
		d.index[p.Connection().Name] = i
	}
	return d
}

// slot is a provider, which is made when it is needed first if it has another credential: most
// operations need one provider of all.
type slot struct {
	provider providers.Provider
	// token replaces the credential if replaced is set, by once.
	token    providers.Secret
	replaced bool
	once     sync.Once
}

func (s *slot) get() providers.Provider {
	if s.replaced {
		s.once.Do(func() { s.provider = s.provider.WithCredential(s.token) })
	}
	return s.provider
}

// all returns the providers, in order.
func (d *Directory) all() []providers.Provider {
	ps := make([]providers.Provider, len(d.slots))
	for i := range d.slots {
		ps[i] = d.slots[i].get()
	}
	return ps
}

// byName returns the provider with this name, and whether there is one.
func (d *Directory) byName(name string) (providers.Provider, bool) {
	i, ok := d.index[name]
	if !ok {
		return nil, false
	}
	return d.slots[i].get(), true
}

// SetPagesPerList sets the number of pages that one list reads from one provider. It is called
// before d is used.
func (d *Directory) SetPagesPerList(n int) { d.pagesPerList = n }

// SetCursorKey sets the key of cursors. It is called before d is used.
func (d *Directory) SetCursorKey(key *CursorKey) { d.cursorKey = key }

// CursorKey returns the key of cursors.
func (d *Directory) CursorKey() *CursorKey { return d.cursorKey }

// WithCredentials returns a directory whose named providers use the given tokens
// instead of their own. An empty token disables the provider. Names that are not
// configured are ignored.
func (d *Directory) WithCredentials(tokens map[string]providers.Secret) *Directory {
	if len(tokens) == 0 {
		return d
	}
	with := &Directory{slots: make([]slot, len(d.slots)), index: d.index, pagesPerList: d.pagesPerList, cursorKey: d.cursorKey}
	for name, i := range d.index {
		s := &with.slots[i]
		s.provider = d.slots[i].get()
		s.token, s.replaced = tokens[name]
	}
	return with
}

// Providers returns the connection of every provider, in order.
func (d *Directory) Providers() []*model.Provider {
	connections := make([]*model.Provider, len(d.slots))
	for i, p := range d.all() {
		connections[i] = p.Connection()
	}
	return connections
}

// Provider returns the connection of the provider with this name. An unknown name is
// an error of kind InvalidArgument, which names the providers that exist.
func (d *Directory) Provider(name string) (*model.Provider, error) {
	if p, ok := d.byName(name); ok {
		return p.Connection(), nil
	}
	return nil, d.unknownProvider(name)
}

// Status returns the status of a provider; ProviderUnknown when it is not configured.
func (d *Directory) Status(name string) model.ProviderStatus {
	if p, ok := d.byName(name); ok {
		return p.Status()
	}
	return model.ProviderUnknown
}

// Index describes the index of a provider's users; nil where it has none.
func (d *Directory) Index(name string) *model.ProviderIndex {
	p, _ := d.byName(name)
	if indexed, ok := p.(interface{ Index() model.ProviderIndex }); ok {
		return new(indexed.Index())
	}
	return nil
}

// Invalidate removes these objects, and the pages that hold one, from the cache.
func (d *Directory) Invalidate(ctx context.Context, ids []model.ID) {
	byProvider := map[string][]model.ID{}
	for _, id := range ids {
		byProvider[id.Provider()] = append(byProvider[id.Provider()], id)
	}
	for name, ids := range byProvider {
		if p, ok := d.byName(name); ok {
			p.Invalidate(ctx, ids)
		}
	}
}

// Purge removes everything that was read through a provider from the cache. An
// unknown provider is an error of kind InvalidArgument.
func (d *Directory) Purge(ctx context.Context, provider string) error {
	p, ok := d.byName(provider)
	if !ok {
		return d.unknownProvider(provider)
	}
	p.Invalidate(ctx, nil)
	return nil
}

// maxNameLength is the length to which a message cuts a name that a client has sent.
const maxNameLength = 40

// unknownProvider returns the error of a name that no provider has.
func (d *Directory) unknownProvider(name string) error {
	names := make([]string, len(d.slots))
	for i, p := range d.all() {
		names[i] = p.Connection().Name
	}
	detail := fmt.Sprintf("no provider has the name %.*q; there are %s", maxNameLength, name, strings.Join(names, ", "))
	return &providers.Error{Kind: providers.InvalidArgument, Detail: detail}
}

// Roles reads the roles of an organization; nil where the vendor has none.
func (d *Directory) Roles(ctx context.Context, organization model.ID) ([]*model.Role, error) {
	p, ok := d.byName(organization.Provider())
	if !ok || p.Collections().Roles == nil {
		return nil, nil
	}
	return p.Collections().Roles(ctx, organization.VendorID())
}

// UnreadableTenants returns the vendor ids of the tenants of a provider whose members
// its credential may not read, and errors if others may be missing.
func (d *Directory) UnreadableTenants(ctx context.Context, name string) ([]string, []error) {
	p, ok := d.byName(name)
	if !ok || p.Collections().UnreadableTenants == nil {
		return nil, nil
	}
	return p.Collections().UnreadableTenants(ctx)
}

// Selector returns the collection of one entity type; nil where a provider has none.
type Selector[T model.Node] func(providers.Collections) providers.Collection[T]

// Objects reads objects of one type by their ids, from all providers in parallel. An
// id in neither map does not exist, is hidden, or names no provider of d.
func Objects[T model.Node](ctx context.Context, d *Directory, sel Selector[T], ids []model.ID) (map[model.ID]T, map[model.ID]error) {
	byProvider := map[string][]model.ID{}
	for i, id := range ids {
		name := id.Provider()
		of := byProvider[name]
		if of == nil {
			of = make([]model.ID, 0, len(ids)-i)
		}
		byProvider[name] = append(of, id)
	}
	objects, failed := make(map[model.ID]T, len(ids)), map[model.ID]error{}
	var mu sync.Mutex
	read := func(name string, ids []model.ID) {
		p, ok := d.byName(name)
		if !ok {
			return
		}
		collection := sel(p.Collections())
		if collection == nil {
			return
		}
		vendorIDs := make([]string, len(ids))
		for i, id := range ids {
			vendorIDs[i] = id.VendorID()
		}
		result := collection.Get(ctx, vendorIDs)
		mu.Lock()
		defer mu.Unlock()
		for i, id := range ids {
			if object, ok := result.Objects[vendorIDs[i]]; ok {
				objects[id] = object
			}
			if err, ok := result.Failed[vendorIDs[i]]; ok {
				failed[id] = err
			}
		}
	}
	var wg sync.WaitGroup
	for name, ids := range byProvider {
		if len(byProvider) == 1 {
			read(name, ids)
			break
		}
		wg.Go(func() { read(name, ids) })
	}
	wg.Wait()
	return objects, failed
}
