package complexity_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/accountgraph/accountgraph/internal/complexity"
)

// FuzzRead checks that any document is read without a panic within a second, and that
// an accepted document parses and is validated within that time.
func FuzzRead(f *testing.F) {
	for _, h := range hostile {
		f.Add(h.document)
	}
	f.Add(introspection)
	v, s := newValidator(), schema()
	f.Fuzz(func(t *testing.T, document string) {
		start := time.Now()
		if check(v, document, map[string]any{"a": "b"}) == "" {
			parsed, err := parser.ParseQuery(&ast.Source{Input: document})
			if err != nil {
				t.Fatal("accepted, but does not parse")
			}
			validator.ValidateWithRules(s, parsed, rules.NewDefaultRules())
		}
		// The limit is a hundred times the usual duration, because of other load on the machine.
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %s", took)
		}
	})
}

// TestValidator_LinearTime checks that a document of ten times the length takes about
// ten times as long, without limits.
func TestValidator_LinearTime(t *testing.T) {
	const unlimited = 1 << 60
	v := complexity.New(schema(), complexity.Limits{
		Bytes: unlimited, Depth: unlimited, RootFields: unlimited, Fields: unlimited, Aliases: unlimited, Directives: unlimited,
		UnknownFields: unlimited, Fragments: unlimited, Operations: unlimited, Cost: unlimited, Representations: unlimited,
	}, true)
	measure := func(length, times int) time.Duration {
		document := bomb(length, times)
		fastest := time.Hour
		for range 5 {
			start := time.Now()
			_, _ = v.Read(document)
			fastest = min(fastest, time.Since(start))
		}
		return fastest
	}
	for times := 2; times <= 6; times += 2 {
		short, long := measure(60, times), measure(600, times)
		if long > 40*short {
			t.Errorf("%d spreads: %s for 60 fragments, %s for 600", times, short, long)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	for _, test := range []struct{ name, document string }{
		{"users, 1.1 kB", query},
		{"introspection, 2 kB", introspection},
		{"26 fragments, 1 kB", bomb(26, 2)},
		{"circle, 2.7 kB", circle(120, "first: 2")},
	} {
		b.Run(test.name, func(b *testing.B) {
			v := newValidator()
			b.ReportAllocs()
			for b.Loop() {
				_, _ = v.Read(test.document)
			}
		})
	}
}

// query has 1 kB and the fields of a page that lists users with their memberships.
const query = `query UsersWithMemberships($providers: [String!], $first: Int!, $after: String, $memberships: Int!) {
  users(first: $first, after: $after, filter: {providers: $providers, status: [ACTIVE, INVITED]}) {
    totalCount complete freshness { fetchedAt stale } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    nodes {
      ...Name email status vendorStatus createdAt updatedAt lastLoginAt phone { countryCode number }
      currentAccount { id name type status }
      memberships(first: $memberships) {
        totalCount pageInfo { hasNextPage endCursor }
        nodes {
          id role vendorRole status invitedAt joinedAt lastAccessAt
          tenant { __typename ... on Account { ...AccountFields } ... on Organization { id name } }
          via { id name isDefault account { id } modules { id name } }
        }
      }
    }
  }
}
fragment Name on User { id vendorId provider { name vendor } login name firstName lastName icon }
fragment AccountFields on Account { id vendorId name type status vendorStatus serviceLevel externalId description website createdAt }`

func BenchmarkCheck(b *testing.B) {
	d, err := newValidator().Read(query)
	if err != nil {
		b.Fatal(err)
	}
	variables := map[string]any{"first": json.Number("10"), "memberships": json.Number("5")}
	for b.Loop() {
		if err := d.Check("", variables); err != nil {
			b.Fatal(err)
		}
	}
}
