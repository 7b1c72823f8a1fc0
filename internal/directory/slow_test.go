package directory_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// While the first provider of a list does not respond, the others are read, so that their rows
// are there when it has failed.
func TestRead_ProviderHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		a := &fakeCollection[*model.User]{latency: 9 * time.Second, errs: map[int]error{0: unavailable}}
		others := make([]*fakeCollection[*model.User], 3)
		for i, name := range []string{"b", "c", "d"} {
			others[i] = &fakeCollection[*model.User]{latency: 400 * time.Millisecond, pages: [][]*model.User{usersNamed(name, "1")}}
		}
		d := withUsers(a, others[0], others[1], others[2])
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		start := time.Now()
		page := directory.Read(ctx, d, users, directory.List{}, directory.Window{First: 3})
		if took := time.Since(start); took != 9*time.Second || !slices.Equal(ids(page), []string{"b:1", "c:1", "d:1"}) {
			t.Errorf("%q after %v, want the rows of the others after the 9 s of the first one", ids(page), took)
		}
		if got := kinds(page.Errors); !slices.Equal(got, []providers.Kind{providers.Unavailable}) || page.Complete {
			t.Errorf("errors %v, complete %t", got, page.Complete)
		}
		for i, o := range others {
			if o.calls() != 1 {
				t.Errorf("%d calls of provider %d, want 1", o.calls(), i)
			}
		}
	})
}

// A provider that was begun because another one took long, but is not needed, is no part of the
// page; one that does not take long lets none begin.
func TestRead_ProviderIsSlow(t *testing.T) {
	for latency, calls := range map[time.Duration]int{2 * time.Second: 0, 3 * time.Second: 1} {
		synctest.Test(t, func(t *testing.T) {
			a := &fakeCollection[*model.User]{latency: latency, pages: [][]*model.User{usersNamed("a", "1", "2")}}
			b := &fakeCollection[*model.User]{errs: map[int]error{0: unavailable}}
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			start := time.Now()
			page := directory.Read(ctx, withUsers(a, b), users, directory.List{}, directory.Window{First: 1})
			if took := time.Since(start); took != latency || !slices.Equal(ids(page), []string{"a:1"}) || !page.Complete || len(page.Errors) > 0 {
				t.Errorf("%q after %v, complete %t, errors %v", ids(page), took, page.Complete, page.Errors)
			}
			if b.calls() != calls {
				t.Errorf("with %v, %d calls of the second provider, want %d", latency, b.calls(), calls)
			}
		})
	}
}
