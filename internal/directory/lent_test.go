package directory_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// TestAs holds which providers get the token that somebody brings along.
func TestAs(t *testing.T) {
	d := directory.New(vendor{info: called("one")}, vendor{info: called("two")}, vendor{info: called("three")})
	names := func(d *directory.Directory) (names []string) {
		for _, p := range d.Providers() {
			names = append(names, p.Name)
		}
		return names
	}
	for want, tokens := range map[string]map[string]providers.Secret{
		"one two/x three":  {"two": providers.NewSecret("x")},
		"one/ two three/y": {"three": providers.NewSecret("y"), "one": {}, "four": providers.NewSecret("z")},
		"one two three":    {"four": providers.NewSecret("z")},
	} {
		got := names(d.WithCredentials(tokens))
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Error(diff)
		}
	}
	if d.WithCredentials(nil) != d || d.WithCredentials(map[string]providers.Secret{}) != d {
		t.Error("who brings nothing gets a directory of their own")
	}
	if got := strings.Join(names(d), " "); got != "one two three" {
		t.Errorf("the directory itself has become %s", got)
	}
}
