package resolvers_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/persisted"
	"github.com/accountgraph/accountgraph/internal/transport"
)

const notFound = "400 PERSISTED_QUERY_NOT_FOUND"

func newAutomaticDoor(t *testing.T) *door {
	t.Helper()
	return newDoorWith(t, transport.Options{Documents: transport.Documents{Trusted: trust(t), Automatic: true}})
}

// TestAutomatic goes the way of a client of Apollo: the hash, the document with it,
// the hash again.
func TestAutomatic(t *testing.T) {
	d := newAutomaticDoor(t)
	hash, pair := sends(t, "", "", persisted.Sum(free)), sends(t, free, "", persisted.Sum(free))
	for i, step := range []struct {
		knock
		want string
	}{
		{knock{body: hash}, notFound},
		{knock{body: pair}, "free"},
		{knock{body: hash}, "free"},
		{knock{method: http.MethodGet, url: inURL(t, hash)}, "free"},
		{knock{body: pair}, "free"},
		{knock{body: sends(t, "", persisted.Hash(free), "")}, notFound}, // not trusted
	} {
		if got := d.executed(t, step.knock); got != step.want {
			t.Errorf("step %d: %s, want %s", i+1, got, step.want)
		}
	}
	if got := newAutomaticDoor(t).executed(t, knock{body: hash}); got != notFound {
		t.Errorf("another server knows the document: %s", got)
	}
}

// TestPoisoning sends documents under the names of others a thousand times; none
// is ever executed under that name, nor anything remembered (T26).
func TestPoisoning(t *testing.T) {
	d := newAutomaticDoor(t)
	for i := range 1000 {
		mine := fmt.Sprintf("{ evil%d: __typename }", i)
		yours := fmt.Sprintf("query Yours%d { yours: __typename }", i%10)
		sum := persisted.Sum(yours)
		name := []string{
			sum, strings.ToUpper(sum), "sha256:" + sum, sum + " ", sum[:63], persisted.Sum(known), persisted.Hash(known), knownID,
			persisted.Sum(mine + " "), sum + persisted.Sum(mine),
		}[i%10]
		body := sends(t, mine, "", name)
		for _, k := range []knock{{body: body}, {method: http.MethodGet, url: inURL(t, body)}} {
			if got := d.executed(t, k); got != "400 BAD_REQUEST" {
				t.Fatalf("%s as %q: %s", mine, name, got)
			}
		}
		for asked, want := range map[string]string{persisted.Sum(mine): notFound, sum: notFound, knownID: "known", persisted.Sum(known): "known"} {
			if got := d.executed(t, knock{body: sends(t, "", "", asked)}); got != want {
				t.Fatalf("after %s as %q, %q is %s, want %s", mine, name, asked, got, want)
			}
		}
	}
}

// TestRefusedIsNotRemembered holds that what cannot be executed takes no memory.
func TestRefusedIsNotRemembered(t *testing.T) {
	d := newAutomaticDoor(t)
	for name, document := range map[string]string{
		"no GraphQL":       "query {",
		"an unknown field": "{ nothing }",
		"too deep":         "{ users {" + strings.Repeat("nodes { memberships {", 12) + "__typename" + strings.Repeat("}", 26),
		"too many fields":  "{" + strings.Repeat(" __typename", 1001) + "}",
		"the schema":       "{ __schema { types { name } } }",
		"several":          "query A { __typename } query B { __typename }",
		"no variables":     "query ($id: ID!) { user(id: $id) { id } }",
	} {
		for range 2 {
			if got := d.executed(t, knock{body: sends(t, document, "", persisted.Sum(document))}); strings.Contains(got, "data") {
				t.Errorf("%s is executed: %s", name, got)
			}
		}
		if got := d.executed(t, knock{body: sends(t, "", "", persisted.Sum(document))}); got != notFound {
			t.Errorf("%s is remembered: %s", name, got)
		}
	}
	// By GET a mutation is refused, and so not remembered.
	if got := d.executed(t, knock{method: http.MethodGet, url: inURL(t, sends(t, change+" ", "", persisted.Sum(change+" ")))}); got != "405 BAD_REQUEST" {
		t.Error(got)
	}
	if got := d.executed(t, knock{body: sends(t, "", "", persisted.Sum(change+" "))}); got != notFound {
		t.Error(got)
	}
}

func TestAPQ_Limits(t *testing.T) {
	const entries, bytes = 2000, 4 << 20
	for name, test := range map[string]struct{ registered, size, limit int }{
		"entries": {entries + 200, 40, entries},
		"bytes":   {100, 60 << 10, bytes / (60 << 10)},
	} {
		t.Run(name, func(t *testing.T) {
			d := newAutomaticDoor(t)
			document := func(i int) string {
				text := fmt.Sprintf("{ n%06d: __typename } #", i)
				return text + strings.Repeat("x", test.size-len(text))
			}
			for i := range test.registered {
				text, want := document(i), fmt.Sprintf("n%06d", i)
				for _, query := range []string{text, ""} {
					if got := d.executed(t, knock{body: sends(t, query, "", persisted.Sum(text))}); got != want {
						t.Fatalf("document %d: %s", i, got)
					}
				}
			}
			cached := 0
			for i := range test.registered {
				if d.executed(t, knock{body: sends(t, "", "", persisted.Sum(document(i)))}) != notFound {
					cached++
				}
			}
			if cached > test.limit || cached < test.limit*9/10 {
				t.Errorf("%d documents are cached, want at most %d and not many less", cached, test.limit)
			}
		})
	}
}
