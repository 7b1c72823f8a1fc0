package resolvers_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/providers"
)

// The walk saves time and nothing else: it foresees everything that a story wants,
// so that behind it no resolver asks a provider for anything; and every story has
// the same answers without it, where each resolver loads what it needs.
func TestWalk(t *testing.T) {
	theatre := newTheatre(t)
	for name, story := range stories(t) {
		t.Run(name, func(t *testing.T) {
			w, text := &watch{}, string(txtar.Format(story))
			play(t, newStageFor(t, story, theatre.vendors(story), transport.Options{Prefetch: w.walk}, w.dress), story)
			if w.late != nil && !strings.Contains(text, "\nmutation ") { // which read when they have forgotten
				t.Errorf("asked for by a resolver: %q", w.late)
			}
			if w.asked == 0 && !strings.Contains(text, "\n0 different calls\n") {
				t.Error("nothing was watched")
			}
			still := transport.Options{Prefetch: func(context.Context, *loaders.Loaders, loaders.Selection) {}}
			played := play(t, newStageFor(t, story, theatre.vendors(story), still, as), story)
			if diff := cmp.Diff(responses(story), responses(played)); diff != "" {
				t.Errorf("another answer without the walk (-with +without):\n%s", diff)
			}
		})
	}
}

func responses(story *txtar.Archive) []string {
	var all []string
	for _, f := range story.Files {
		if strings.HasPrefix(f.Name, "response") {
			all = append(all, string(f.Data))
		}
	}
	return all
}

// watch sees what providers are asked for, and when.
type watch struct {
	mu    sync.Mutex
	walks bool
	asked int
	late  []string
}

func (w *watch) walk(ctx context.Context, s *loaders.Loaders, root loaders.Selection) {
	w.walking(true)
	s.Prefetch(ctx, root)
	w.walking(false)
}

func (w *watch) walking(yes bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.walks = yes
}

func (w *watch) see(what string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked++
	if !w.walks {
		w.late = append(w.late, what)
	}
}

func (w *watch) dress(p providers.Provider) providers.Provider { return watched{p, w} }

type watched struct {
	providers.Provider
	watch *watch
}

func (p watched) Collections() providers.Collections {
	c := p.Provider.Collections()
	dressed := providers.Collections{
		Users: watching(p.watch, c.Users), Memberships: watching(p.watch, c.Memberships), Accounts: watching(p.watch, c.Accounts),
		Organizations: watching(p.watch, c.Organizations), Groups: watching(p.watch, c.Groups), Buyers: watching(p.watch, c.Buyers),
		Sellers: watching(p.watch, c.Sellers), Modules: watching(p.watch, c.Modules),
	}
	if c.Roles != nil {
		dressed.Roles = func(ctx context.Context, organization string) ([]*model.Role, error) {
			p.watch.see("the roles of " + organization)
			return c.Roles(ctx, organization)
		}
	}
	return dressed
}

func watching[T model.Node](w *watch, c providers.Collection[T]) providers.Collection[T] {
	if c == nil {
		return nil
	}
	return watchedCollection[T]{c, w}
}

type watchedCollection[T model.Node] struct {
	providers.Collection[T]
	watch *watch
}

func (c watchedCollection[T]) Get(ctx context.Context, ids []string) providers.BatchResult[T] {
	c.watch.see(strings.Join(slices.Concat([]string{"by id:"}, ids), " "))
	return c.Collection.Get(ctx, ids)
}

func (c watchedCollection[T]) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[T], error) {
	c.watch.see("a page of " + strings.Join(slices.Concat([]string{q.Parent.Type}, q.Parent.IDs), " "))
	return c.Collection.Page(ctx, q, token)
}
