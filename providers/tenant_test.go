package providers_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

func TestIsUnreadable_Errors(t *testing.T) {
	for _, c := range []struct {
		err                 error
		unreadable, refused bool
	}{
		{nil, false, false},
		{errors.New("other"), false, false},
		{&providers.Error{Kind: providers.Unauthenticated, HTTPStatus: 401}, true, true},
		{&providers.Error{Kind: providers.Unauthenticated}, false, false}, // the caller sent no credential
		{&providers.Error{Kind: providers.Forbidden, HTTPStatus: 403}, true, true},
		{&providers.Error{Kind: providers.NotFound, HTTPStatus: 404}, true, true},
		{&providers.Error{Kind: providers.NotFound, HTTPStatus: 410}, true, true},
		{&providers.Error{Kind: providers.BadResponse, HTTPStatus: 200}, true, false},
		{&providers.Error{Kind: providers.Unavailable, HTTPStatus: 503}, false, false},
		{&providers.Error{Kind: providers.RateLimited, HTTPStatus: 429}, false, false},
		{&providers.Error{Kind: providers.BudgetExceeded}, false, false},
	} {
		if got := providers.IsUnreadable(c.err); got != c.unreadable {
			t.Errorf("IsUnreadable(%v) = %t", c.err, got)
		}
		if got := providers.IsRefused(c.err); got != c.refused {
			t.Errorf("IsRefused(%v) = %t", c.err, got)
		}
	}
}

func TestWithDetail_Text(t *testing.T) {
	refused := &providers.Error{Kind: providers.Forbidden, Provider: nil, HTTPStatus: 403, VendorCode: "NO"}
	got := providers.WithDetail(refused, "account 17")
	if want := "provider: permission denied (HTTP 403): account 17"; got.Error() != want || refused.Detail != "" {
		t.Errorf("%q, want %q", got, want)
	}
	got = providers.WithDetail(got, "page 2")
	if want := "provider: permission denied (HTTP 403): page 2: account 17"; got.Error() != want {
		t.Errorf("%q, want %q", got, want)
	}
	if other := errors.New("other"); !errors.Is(providers.WithDetail(other, "account 17"), other) {
		t.Error("another error is not returned as it is")
	}
}

// objects are a collection of objects with these ids. The id "broken" cannot be read.
type objects struct {
	providers.Collection[*model.Account]
	ids []string
}

func (o objects) Get(_ context.Context, ids []string) providers.BatchResult[*model.Account] {
	result := providers.BatchResult[*model.Account]{Objects: map[string]*model.Account{}, Failed: map[string]error{}}
	for _, id := range ids {
		switch {
		case slices.Contains(o.ids, id):
			result.Objects[id] = &model.Account{}
		case id == "broken":
			result.Failed[id] = &providers.Error{Kind: providers.Timeout}
		}
	}
	return result
}

func TestIfExists_MissingList(t *testing.T) {
	missing := &providers.Error{Kind: providers.NotFound}
	for id, want := range map[string]error{"known": missing, "broken": missing, "unknown": nil} {
		if err := providers.IfExists(t.Context(), objects{ids: []string{"known"}}, id, missing); !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestFailMissing_ConfiguredOnly(t *testing.T) {
	p := &model.Provider{Name: "one"}
	refused := &providers.Error{Kind: providers.Forbidden}
	result := providers.BatchResult[int]{Objects: map[string]int{"1": 1}, Failed: map[string]error{"2": refused}}
	providers.FailMissing(result, []string{"1", "2", "3", "4"}, []string{"1", "2", "3", "5"}, p)
	if len(result.Failed) != 2 || result.Failed["2"] != refused || providers.KindOf(result.Failed["3"]) != providers.NotFound {
		t.Errorf("failed %v", result.Failed)
	}
}
