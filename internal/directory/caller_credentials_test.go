package directory_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

func TestDirectory_WithCredentials(t *testing.T) {
	d := directory.New(fakeProvider{connection: connection("one")}, fakeProvider{connection: connection("two")}, fakeProvider{connection: connection("three")})
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
		t.Error("without tokens, the result is another directory")
	}
	if got := strings.Join(names(d), " "); got != "one two three" {
		t.Errorf("the directory itself has changed: %s", got)
	}
}
