package directory_test

import (
	"strings"
	"sync"
	"sync/atomic"
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

// countingProvider counts the connections that are made with another credential.
type countingProvider struct {
	fakeProvider
	made *atomic.Int64
}

func (p countingProvider) WithCredential(token providers.Secret) providers.Provider {
	p.made.Add(1)
	return p.fakeProvider.WithCredential(token)
}

// An operation that reads from one provider makes one connection with the caller's credential.
func TestDirectory_WithCredentialsMakesWhatIsUsed(t *testing.T) {
	made := map[string]*atomic.Int64{"one": {}, "two": {}}
	d := directory.New(countingProvider{fakeProvider{connection: connection("one")}, made["one"]}, countingProvider{fakeProvider{connection: connection("two")}, made["two"]})
	with := d.WithCredentials(map[string]providers.Secret{"one": providers.NewSecret("x"), "two": providers.NewSecret("y")})
	var wg sync.WaitGroup
	for range 10 {
		wg.Go(func() { with.Status("one") })
	}
	wg.Wait()
	if made["one"].Load() != 1 || made["two"].Load() != 0 {
		t.Errorf("%d connections to one, %d to two", made["one"].Load(), made["two"].Load())
	}
}
