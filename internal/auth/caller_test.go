package auth_test

import (
	"context"
	"testing"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/providers"
)

func TestMay(t *testing.T) {
	for name, test := range map[string]struct {
		caller *auth.Caller
		want   bool
	}{
		"nobody":              {nil, false},
		"no scope":            {&auth.Caller{}, false},
		"another scope":       {&auth.Caller{Scopes: []string{"personal:read2", "personal", "PERSONAL:READ"}}, false},
		"the scope":           {&auth.Caller{Scopes: []string{"cache:write", "personal:read"}}, true},
		"a gateway as such":   {&auth.Caller{Trusted: true}, false},
		"someone with a name": {&auth.Caller{Subject: providers.NewSecret("personal:read")}, false},
	} {
		if got := test.caller.May(auth.PersonalRead); got != test.want {
			t.Errorf("%s: %t, want %t", name, got, test.want)
		}
	}
}

func TestACallerRidesInTheContext(t *testing.T) {
	caller := &auth.Caller{Scopes: []string{"a"}}
	if got := auth.From(auth.With(context.Background(), caller)); got != caller {
		t.Errorf("%+v, want the caller", got)
	}
	for name, ctx := range map[string]context.Context{"no caller": context.Background(), "nil": auth.With(context.Background(), nil)} {
		if got := auth.From(ctx); got == nil || got.Trusted || len(got.Scopes) > 0 {
			t.Errorf("%s: %+v, want someone who may do nothing", name, got)
		}
	}
}
