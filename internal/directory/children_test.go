package directory_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

func groups(c providers.Collections) providers.Collection[*model.Group] { return c.Groups }

// group returns a group of an account.
func group(account, id string) *model.Group {
	return &model.Group{
		Entity:  model.NewEntity(connection("a"), model.TypeGroup, id),
		Account: &model.Account{Entity: model.NewEntity(connection("a"), model.TypeAccount, account)},
	}
}

func accountOf(g *model.Group) model.ID { return g.Account.ID }

func account(n int) model.ID { return model.NewID("a", model.TypeAccount, fmt.Sprint(n)) }

func accounts(n int) []model.ID {
	ids := make([]model.ID, n)
	for i := range ids {
		ids[i] = account(i)
	}
	return ids
}

// withGroups returns a directory whose provider reads groups by several accounts at
// once.
func withGroups(pages ...[]*model.Group) (*fakeCollection[*model.Group], *directory.Directory) {
	s := &fakeCollection[*model.Group]{pages: pages, supportsParents: true, isChild: func(g *model.Group, of providers.Parent) bool {
		return slices.Contains(of.IDs, g.Account.VendorID)
	}}
	return s, directory.New(fakeProvider{connection("a"), providers.Collections{Groups: s}})
}

// The pages of a read that serves several accounts are read together, but for the first one.
func TestReadChildren_ReadsPagesTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, d := withGroups([]*model.Group{group("0", "0")}, []*model.Group{group("1", "1")}, []*model.Group{group("2", "2")}, []*model.Group{group("3", "3")})
		s.latency, s.tellsAhead = time.Second, true
		start := time.Now()
		lists := directory.ReadChildren(t.Context(), d, groups, accountOf, directory.List{Kind: "groups"}, accounts(4), directory.Window{First: 9})
		if took := time.Since(start); took != 2*time.Second || s.calls() != 4 || len(lists[account(3)].Edges) != 1 {
			t.Errorf("%d calls took %s", s.calls(), took)
		}
	})
}

// One read serves several accounts, and the cursor of each list continues that list.
func TestReadChildren_SharesOneRead(t *testing.T) {
	s, d := withGroups([]*model.Group{group("0", "x"), group("1", "y"), group("0", "z"), group("7", "?")}, []*model.Group{group("0", "x"), group("1", "w")})
	l := directory.List{Kind: "groups"}
	lists := directory.ReadChildren(t.Context(), d, groups, accountOf, l, accounts(3), directory.Window{First: 1, More: true, Total: true})
	if s.calls() != 2 {
		t.Errorf("%d calls for two pages", s.calls())
	}
	for n, want := range [][]string{{"a:x"}, {"a:y"}, {}} {
		list := lists[account(n)]
		total := []int{2, 2, 0}[n]
		if !slices.Equal(ids(list), want) || list.PageInfo.HasNextPage != (total > 1) || *list.TotalCount != total || list.Errors != nil {
			t.Errorf("account %d: %q, %+v, total %d, %v", n, ids(list), list.PageInfo, *list.TotalCount, list.Errors)
		}
	}
	of := l.Of(account(1))
	rest := directory.Read(t.Context(), d, groups, of, windowAfter(t, of, lists[account(1)], 5))
	if !slices.Equal(ids(rest), []string{"a:w"}) || rest.PageInfo.HasNextPage {
		t.Errorf("after the cursor: %q", ids(rest))
	}
}

func TestReadChildren_AtMost100ParentsPerRead(t *testing.T) {
	s, d := withGroups([]*model.Group{group("0", "x"), group("149", "y")})
	lists := directory.ReadChildren(t.Context(), d, groups, accountOf, directory.List{}, accounts(150), directory.Window{First: 5})
	if s.calls() != 2 || len(lists) != 150 || !slices.Equal(ids(lists[account(149)]), []string{"a:y"}) {
		t.Errorf("%d calls, %d lists", s.calls(), len(lists))
	}
}

// When a common read takes more calls than one an account, the accounts are read one by
// one. A total shows that on the first page; without one, the third page of two
// accounts does.
func TestReadChildren_ExceedsCallBudget(t *testing.T) {
	for totals, joined := range map[bool]int{true: 1, false: 3} {
		s, d := withGroups([]*model.Group{group("0", "x")}, []*model.Group{group("1", "y")}, []*model.Group{group("0", "z")}, []*model.Group{group("1", "w")})
		s.totals = totals
		lists := directory.ReadChildren(t.Context(), d, groups, accountOf, directory.List{}, accounts(2), directory.Window{First: 1})
		if !slices.Equal(ids(lists[account(0)]), []string{"a:x"}) || !slices.Equal(ids(lists[account(1)]), []string{"a:y"}) {
			t.Errorf("totals %t: %q, %q", totals, ids(lists[account(0)]), ids(lists[account(1)]))
		}
		if alone := s.calls() - joined; alone != 1+2 { // the second account's group is on the second page
			t.Errorf("totals %t: %d calls, want %d and 3", totals, s.calls(), joined)
		}
	}
}

// After an error that one of the accounts may have caused, the accounts are read one by
// one. Any other error is that of all accounts, without more calls.
func TestReadChildren_CommonReadFails(t *testing.T) {
	for kind, alone := range map[providers.Kind]bool{
		providers.InvalidArgument: true, providers.InvalidID: true, providers.NotFound: true, providers.Forbidden: true, providers.BadResponse: true,
		providers.Unauthenticated: false, providers.Timeout: false, providers.Unavailable: false, providers.CircuitOpen: false,
		providers.RateLimited: false, providers.BudgetExceeded: false, providers.Canceled: false,
	} {
		s, d := withGroups([]*model.Group{group("0", "x")})
		s.errs = map[int]error{0: &providers.Error{Kind: kind}}
		lists := directory.ReadChildren(t.Context(), d, groups, accountOf, directory.List{}, accounts(3), directory.Window{First: 1})
		want := 1
		if alone {
			want += 3
		}
		if s.calls() != want {
			t.Errorf("%v: %d calls, want %d", kind, s.calls(), want)
		}
		for n := range 3 {
			if list := lists[account(n)]; !slices.Equal(kinds(list.Errors), []providers.Kind{kind}) || !list.Failed || list.PageInfo == nil || list.Complete {
				t.Errorf("%v: account %d: %+v", kind, n, list)
			}
		}
	}
}

// Without support for several parents, the lists are read one by one. A provider that
// has no such lists, or is not configured, has no listing.
func TestReadChildren_WithoutSupportForParents(t *testing.T) {
	s, d := withGroups([]*model.Group{group("0", "x"), group("1", "y")})
	s.supportsParents = false
	lists := directory.ReadChildren(t.Context(), d, groups, accountOf, directory.List{}, accounts(2), directory.Window{First: 5})
	if s.calls() != 2 || !slices.Equal(ids(lists[account(1)]), []string{"a:y"}) {
		t.Errorf("%d calls, %q", s.calls(), ids(lists[account(1)]))
	}
	for _, provider := range []string{"a", "gone"} {
		parents := []model.ID{model.NewID(provider, model.TypeAccount, "1")}
		none := directory.New(fakeProvider{connection("a"), providers.Collections{}})
		if lists := directory.ReadChildren(t.Context(), none, groups, accountOf, directory.List{}, parents, directory.Window{First: 5}); len(lists) != 0 {
			t.Errorf("%s: %v", provider, lists)
		}
	}
}

// A row without a parent is in no list.
func TestReadChildren_RowWithoutParent(t *testing.T) {
	orphan := group("", "orphan")
	_, d := withGroups([]*model.Group{group("0", "x"), orphan, group("1", "y")})
	parentOf := func(g *model.Group) model.ID {
		if g == orphan {
			return ""
		}
		return g.Account.ID
	}
	got := map[model.ID][]string{}
	for id, list := range directory.ReadChildren(t.Context(), d, groups, parentOf, directory.List{}, accounts(2), directory.Window{First: 9}) {
		got[id] = ids(list)
	}
	if diff := cmp.Diff(map[model.ID][]string{account(0): {"a:x"}, account(1): {"a:y"}}, got); diff != "" {
		t.Error(diff)
	}
}

// A common list that repeats its rows is read one by one, so that each list tells what
// it lacks.
func TestReadChildren_RepeatedPage(t *testing.T) {
	s, d := withGroups([]*model.Group{group("0", "x"), group("1", "y")}, []*model.Group{group("1", "y"), group("0", "x")}, []*model.Group{group("2", "z")})
	for id, list := range directory.ReadChildren(t.Context(), d, groups, accountOf, directory.List{}, accounts(3), directory.Window{First: 5}) {
		if complete := id == account(2); list.Complete != complete || !complete && !slices.Equal(kinds(list.Errors), []providers.Kind{providers.Incomplete}) {
			t.Errorf("%s after %d calls: %q, %v", id, s.calls(), ids(list), list.Errors)
		}
	}
}

// What a common read lacks may be missing in each of the lists.
func TestReadChildren_IncompletePage(t *testing.T) {
	for name, c := range map[string]struct {
		gaps   map[int][]error
		hidden map[int]bool
		want   []providers.Kind
	}{
		"complete": {},
		"errors":   {map[int][]error{1: {unavailable}}, nil, []providers.Kind{providers.Unavailable}},
		"hidden":   {nil, map[int]bool{0: true}, nil},
	} {
		s, d := withGroups([]*model.Group{group("0", "x")}, []*model.Group{group("1", "y")})
		s.gaps, s.hidden = c.gaps, c.hidden
		lists := directory.ReadChildren(t.Context(), d, groups, accountOf, directory.List{}, accounts(2), directory.Window{First: 5, Total: true})
		for n, want := range []string{"a:x", "a:y"} {
			list, complete := lists[account(n)], name == "complete"
			if list.Complete != complete || (list.TotalCount != nil) != complete || !slices.Equal(kinds(list.Errors), c.want) || list.Failed {
				t.Errorf("%s, account %d: complete %t, total %v, %v", name, n, list.Complete, list.TotalCount, list.Errors)
			}
			if !slices.Equal(ids(list), []string{want}) {
				t.Errorf("%s, account %d: %q", name, n, ids(list))
			}
		}
	}
}
