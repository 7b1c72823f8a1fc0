package directory_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

func groups(c providers.Collections) providers.Collection[*model.Group] { return c.Groups }

// group is a group of an account.
func group(account, id string) *model.Group {
	return &model.Group{
		Entity:  model.NewEntity(called("a"), model.TypeGroup, id),
		Account: &model.Account{Entity: model.NewEntity(called("a"), model.TypeAccount, account)},
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

// withGroups is a directory with pages of groups, which can be asked for by
// several accounts at once.
func withGroups(pages ...[]*model.Group) (*shelf[*model.Group], *directory.Directory) {
	s := &shelf[*model.Group]{pages: pages, joins: true, only: func(g *model.Group, of providers.Parent) bool {
		return slices.Contains(of.IDs, g.Account.VendorID)
	}}
	return s, directory.New(vendor{called("a"), providers.Collections{Groups: s}})
}

// The lists of several accounts come with one reading, and each can be gone on
// with alone.
func TestJoinedLists(t *testing.T) {
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
	rest := directory.Read(t.Context(), d, groups, of, behind(t, of, lists[account(1)], 5))
	if !slices.Equal(ids(rest), []string{"a:w"}) || rest.PageInfo.HasNextPage {
		t.Errorf("behind the joined list: %q", ids(rest))
	}
}

// A hundred accounts travel together, no more.
func TestJoinedInHundreds(t *testing.T) {
	s, d := withGroups([]*model.Group{group("0", "x"), group("149", "y")})
	lists := directory.ReadChildren(t.Context(), d, groups, accountOf, directory.List{}, accounts(150), directory.Window{First: 5})
	if s.calls() != 2 || len(lists) != 150 || !slices.Equal(ids(lists[account(149)]), []string{"a:y"}) {
		t.Errorf("%d calls, %d lists", s.calls(), len(lists))
	}
}

// Where reading all rows of all accounts takes more calls than one an account,
// each account is asked for. A total tells so at once, else the third page of two
// accounts does.
func TestTooManyToJoin(t *testing.T) {
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

// A failure that one of the accounts may have caused is looked into; one that any
// call would meet is not met again and again.
func TestJoinedCallFails(t *testing.T) {
	for kind, alone := range map[providers.Kind]bool{
		providers.InvalidArgument: true, providers.NotFound: true, providers.Forbidden: true, providers.BadResponse: true,
		providers.Unauthenticated: false, providers.Timeout: false, providers.Unavailable: false, providers.CircuitOpen: false,
		providers.RateLimited: false, providers.BudgetExceeded: false, providers.Canceled: false,
	} {
		s, d := withGroups([]*model.Group{group("0", "x")})
		s.fails = map[int]error{0: &providers.Error{Kind: kind}}
		lists := directory.ReadChildren(t.Context(), d, groups, accountOf, directory.List{}, accounts(3), directory.Window{First: 1})
		want := 1
		if alone {
			want += 3
		}
		if s.calls() != want {
			t.Errorf("%v: %d calls, want %d", kind, s.calls(), want)
		}
		for n := range 3 {
			if list := lists[account(n)]; !slices.Equal(kinds(list.Errors), []providers.Kind{kind}) || !list.Failed || list.PageInfo == nil {
				t.Errorf("%v: account %d: %+v", kind, n, list)
			}
		}
	}
}

// What cannot be joined is read list by list; a provider without such lists, or
// that is not there, has none.
func TestListByList(t *testing.T) {
	s, d := withGroups([]*model.Group{group("0", "x"), group("1", "y")})
	s.joins = false
	lists := directory.ReadChildren(t.Context(), d, groups, accountOf, directory.List{}, accounts(2), directory.Window{First: 5})
	if s.calls() != 2 || !slices.Equal(ids(lists[account(1)]), []string{"a:y"}) {
		t.Errorf("%d calls, %q", s.calls(), ids(lists[account(1)]))
	}
	for _, provider := range []string{"a", "gone"} {
		parents := []model.ID{model.NewID(provider, model.TypeAccount, "1")}
		none := directory.New(vendor{called("a"), providers.Collections{}})
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
