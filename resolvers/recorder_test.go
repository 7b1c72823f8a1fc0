package resolvers_test

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/providers"
)

// recorder records the reads of providers, and which of them the prefetch missed.
type recorder struct {
	mu          sync.Mutex
	prefetching bool
	reads       int
	// late are the reads outside the prefetch.
	late []string
}

// prefetch is a transport.Options.Prefetch.
func (r *recorder) prefetch(ctx context.Context, l *loaders.Loaders, root loaders.Selection) {
	r.setPrefetching(true)
	l.Prefetch(ctx, root)
	r.setPrefetching(false)
}

func (r *recorder) setPrefetching(prefetching bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.prefetching = prefetching
}

func (r *recorder) record(read string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.reads++
	if !r.prefetching {
		r.late = append(r.late, read)
	}
}

func (r *recorder) wrapProvider(p providers.Provider) providers.Provider {
	return recordedProvider{p, r}
}

type recordedProvider struct {
	providers.Provider
	recorder *recorder
}

func (p recordedProvider) Collections() providers.Collections {
	c := p.Provider.Collections()
	recorded := providers.Collections{
		Users: recordCollection(p.recorder, c.Users), Memberships: recordCollection(p.recorder, c.Memberships),
		Accounts: recordCollection(p.recorder, c.Accounts), Organizations: recordCollection(p.recorder, c.Organizations),
		Groups: recordCollection(p.recorder, c.Groups), Buyers: recordCollection(p.recorder, c.Buyers),
		Sellers: recordCollection(p.recorder, c.Sellers), Modules: recordCollection(p.recorder, c.Modules),
	}
	if c.Roles != nil {
		recorded.Roles = func(ctx context.Context, organization string) ([]*model.Role, error) {
			p.recorder.record("roles of " + organization)
			return c.Roles(ctx, organization)
		}
	}
	if c.UnreadableTenants != nil {
		recorded.UnreadableTenants = func(ctx context.Context) ([]string, []error) {
			p.recorder.record("unreadable tenants")
			return c.UnreadableTenants(ctx)
		}
	}
	return recorded
}

func recordCollection[T model.Node](r *recorder, c providers.Collection[T]) providers.Collection[T] {
	if c == nil {
		return nil
	}
	return recordedCollection[T]{c, r}
}

type recordedCollection[T model.Node] struct {
	providers.Collection[T]
	recorder *recorder
}

func (c recordedCollection[T]) Get(ctx context.Context, ids []string) providers.BatchResult[T] {
	c.recorder.record("objects " + strings.Join(ids, " "))
	return c.Collection.Get(ctx, ids)
}

func (c recordedCollection[T]) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[T], error) {
	c.recorder.record("page of " + strings.Join(slices.Concat([]string{q.Parent.Type}, q.Parent.IDs), " "))
	return c.Collection.Page(ctx, q, token)
}
