package loaders_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/providers"
)

// userProvider has every user. A read waits until release is closed, and panics if panics is
// set.
type userProvider struct {
	providers.Provider
	providers.Collection[*model.User]
	release <-chan struct{}
	panics  *atomic.Bool
	reads   *atomic.Int32
}

func (p userProvider) Connection() *model.Provider { return acme }

func (p userProvider) Collections() providers.Collections { return providers.Collections{Users: p} }

func (p userProvider) Get(_ context.Context, ids []string) providers.BatchResult[*model.User] {
	p.reads.Add(int32(len(ids)))
	<-p.release
	if p.panics.Load() {
		panic("secret")
	}
	found := providers.BatchResult[*model.User]{Objects: map[string]*model.User{}}
	for _, id := range ids {
		found.Objects[id] = &model.User{Entity: model.NewEntity(acme, model.TypeUser, id)}
	}
	return found
}

// Loads at the same time read each id once, and all get what was read.
func TestLoadMany_SameIDsAtTheSameTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		p := userProvider{release: release, panics: new(atomic.Bool), reads: new(atomic.Int32)}
		l := loaders.New(directory.New(p))
		ids := []model.ID{"acme:User:1", "acme:User:2", "acme:User:1"}
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				users, errs := l.Users.LoadMany(t.Context(), ids)
				for i, u := range users {
					if errs[i] != nil || u.ID != ids[i] {
						t.Errorf("%s is %v, %v", ids[i], u, errs[i])
					}
				}
			})
		}
		synctest.Wait()
		close(release)
		wg.Wait()
		if n := p.reads.Load(); n != 2 {
			t.Errorf("%d users were read, want 2", n)
		}
	})
}

// A panic is the error of each key of its batch, also for those who wait for it, and the keys
// are read again by the next load.
func TestLoad_Panic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		p := userProvider{release: release, panics: new(atomic.Bool), reads: new(atomic.Int32)}
		p.panics.Store(true)
		l := loaders.New(directory.New(p))
		var wg sync.WaitGroup
		for range 2 {
			wg.Go(func() {
				if u, err := l.Users.Load(t.Context(), "acme:User:1"); err == nil {
					t.Errorf("the user is %v, without an error", u)
				}
			})
		}
		synctest.Wait()
		close(release)
		wg.Wait()
		p.panics.Store(false)
		if u, err := l.Users.Load(t.Context(), "acme:User:1"); err != nil || u == nil {
			t.Errorf("after the panic, the user is %v, %v", u, err)
		}
	})
}
