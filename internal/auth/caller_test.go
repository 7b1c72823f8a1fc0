package auth_test

import (
	"context"
	"strings"
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
		if got := test.caller.HasScope(auth.PersonalRead); got != test.want {
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

// TestKeyOfTokens holds that callers who bring different tokens share no answers,
// and that no token can be read in a key.
func TestKeyOfTokens(t *testing.T) {
	lent := func(pairs ...string) *auth.Caller {
		c := &auth.Caller{Credentials: map[string]providers.Secret{}}
		for i := 0; i < len(pairs); i += 2 {
			c.Credentials[pairs[i]] = providers.NewSecret(pairs[i+1])
		}
		return c
	}
	keys := map[string]int{}
	for i, c := range []*auth.Caller{
		lent(), {Scopes: []string{auth.PersonalRead}}, lent("one", ""), lent("one", "s3cr3t"), lent("one", "s3cr3t2"), lent("two", "s3cr3t"),
		lent("one", "x", "two", "y"), lent("one", "y", "two", "x"), lent("o", "nex"), lent("onex", ""),
	} {
		if first, taken := keys[c.Key()]; taken {
			t.Errorf("number %d shares answers with number %d", i, first)
		}
		keys[c.Key()] = i
		if strings.Contains(c.Key(), "s3cr3t") {
			t.Errorf("a token in %s", c.Key())
		}
	}
	if lent("one", "x", "two", "y").Key() != lent("two", "y", "one", "x").Key() || lent().Key() != (&auth.Caller{}).Key() {
		t.Error("who brings the same has another key")
	}
}
