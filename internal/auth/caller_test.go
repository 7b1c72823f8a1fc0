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

// TestKey holds that callers share answers only where they have the same rights.
func TestKey(t *testing.T) {
	keys := map[string]string{}
	for name, scopes := range map[string][]string{
		"none": nil, "personal": {auth.PersonalRead}, "cache": {auth.CacheWrite}, "both": {auth.PersonalRead, auth.CacheWrite},
	} {
		caller := &auth.Caller{Scopes: scopes}
		if first, taken := keys[caller.Key()]; taken {
			t.Errorf("%s and %s have the same key", first, name)
		}
		keys[caller.Key()] = name
	}
	for want, scopes := range map[string][]string{
		"none": {"openid", "personal:read cache:write"}, "both": {"openid", auth.CacheWrite, auth.PersonalRead, auth.CacheWrite},
	} {
		if got := keys[(&auth.Caller{Trusted: true, Scopes: scopes}).Key()]; got != want {
			t.Errorf("%q have the key of %q, not of %q", scopes, got, want)
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
