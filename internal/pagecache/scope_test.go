package pagecache_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// TestPage_SeparatesParts tries parts with bytes that could be mistaken for separators.
func TestPage_SeparatesParts(t *testing.T) {
	c := open(t, pagecache.Config{})
	s := scope(c, "token")
	seed := rand.Uint64()
	random := rand.New(rand.NewPCG(seed, 0))
	alphabet := []string{"", "a", "b", "\x00", "\x00\x00\x00\x00\x00\x00\x00\x01", ":", "/", "|", "&", "1:", "page", "object", "%2F", "é", " "}
	seen := map[pagecache.Key]string{}
	for range iterations(200_000) {
		parts := make([]string, random.IntN(5))
		for i := range parts {
			for range random.IntN(4) {
				parts[i] += alphabet[random.IntN(len(alphabet))]
			}
		}
		quoted := fmt.Sprintf("%q", parts)
		if before, ok := seen[s.Page(parts...)]; ok && before != quoted {
			t.Fatalf("seed %d: %s and %s have the same key", seed, before, quoted)
		}
		seen[s.Page(parts...)] = quoted
	}
	if s.Page("user", "1") == s.Object("user", "1") || s.Page("object", "user", "1") == s.Object("user", "1") {
		t.Error("a page and an object have the same key")
	}
	if s.Page("a") == scope(c, "other").Page("a") {
		t.Error("two scopes have the same key")
	}
}

func FuzzKeys(f *testing.F) {
	c := open(f, pagecache.Config{})
	s := scope(c, "token")
	f.Add("a", "b", "ab", "")
	f.Fuzz(func(t *testing.T, a, b, c, d string) {
		if same := a == c && b == d; (s.Page(a, b) == s.Page(c, d)) != same {
			t.Errorf("%q %q and %q %q", a, b, c, d)
		}
		if s.Page(a, b) == s.Page(a+b) || s.Page(a) == s.Page(a, "") {
			t.Errorf("%q %q have the key of other parts", a, b)
		}
	})
}

func TestScope_IsolatesCredentialsAndURLs(t *testing.T) {
	c := open(t, minute())
	same := c.Scope(model.SoftwareOne, "https://api.example/v1", []byte("token"))
	v := &vendor{}
	v.one(t.Context(), same, "a")
	for name, test := range map[string]struct {
		vendor           model.Vendor
		base, credential string
		same             bool
	}{
		"the same":           {model.SoftwareOne, "https://api.example/v1", "token", true},
		"a slash":            {model.SoftwareOne, "https://api.example/v1/", "token", true},
		"case and port":      {model.SoftwareOne, "HTTPS://API.example:443/v1", "token", true},
		"another vendor":     {model.BlendVision, "https://api.example/v1", "token", false},
		"another path":       {model.SoftwareOne, "https://api.example/V1", "token", false},
		"another port":       {model.SoftwareOne, "https://api.example:444/v1", "token", false},
		"another scheme":     {model.SoftwareOne, "http://api.example/v1", "token", false},
		"another credential": {model.SoftwareOne, "https://api.example/v1", "Token", false},
		"shifted parts":      {model.SoftwareOne, "https://api.example/v1token", "", false},
	} {
		got := v.one(t.Context(), c.Scope(test.vendor, test.base, []byte(test.credential)), "a")
		if (got.Source == pagecache.FromMemory) != test.same {
			t.Errorf("%s: from %s", name, got.Source)
		}
	}
}

func TestScope_StringRevealsNothing(t *testing.T) {
	c := open(t, pagecache.Config{Key: providers.NewSecret(testKey)})
	s := scope(c, "SECRET")
	for _, verb := range []string{"%v", "%+v", "%s", "%q"} {
		if text := fmt.Sprintf(verb+verb, s, s.Page("SECRET")); strings.Contains(text, "SECRET") || len(text) > 20 {
			t.Errorf("%s: %s", verb, text)
		}
	}
}
