package complexity_test

import (
	"testing"
	"time"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
	"github.com/vektah/gqlparser/v2/validator"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/accountgraph/accountgraph/internal/complexity"
)

// FuzzRead holds the promise of the guard against any document: it does not
// panic, takes no time to speak of, and what it lets pass is validated as fast.
func FuzzRead(f *testing.F) {
	for _, h := range hostile {
		f.Add(h.document)
	}
	f.Add(introspection)
	g, s := newGuard(), schema()
	f.Fuzz(func(t *testing.T, document string) {
		start := time.Now()
		if judge(g, document, map[string]any{"a": "b"}) == "" {
			parsed, err := parser.ParseQuery(&ast.Source{Input: document})
			if err != nil {
				t.Fatal("passed, but does not parse")
			}
			validator.ValidateWithRules(s, parsed, rules.NewDefaultRules())
		}
		// A hundred times what it should be, for what else the machine does.
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %s", took)
		}
	})
}

// TestLinear holds that ten times the document takes about ten times as long,
// where nothing is refused.
func TestLinear(t *testing.T) {
	const all = 1 << 60
	g := complexity.New(schema(), complexity.Limits{
		Bytes: all, Depth: all, RootFields: all, Fields: all, Aliases: all, Directives: all,
		UnknownFields: all, Fragments: all, Operations: all, Cost: all, Representations: all,
	}, true)
	measure := func(length, times int) time.Duration {
		document := bomb(length, times)
		fastest := time.Hour
		for range 5 {
			start := time.Now()
			_, _ = g.Read(document)
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
		{"introspection, 2 kB", introspection},
		{"26 fragments, 1 kB", bomb(26, 2)},
		{"circle, 2.7 kB", circle(120, "first: 2")},
	} {
		b.Run(test.name, func(b *testing.B) {
			g := newGuard()
			b.ReportAllocs()
			for b.Loop() {
				_, _ = g.Read(test.document)
			}
		})
	}
}

func BenchmarkCheck(b *testing.B) {
	d, err := newGuard().Read(`query ($n: Int) { accounts(first: $n) { nodes { groups(first: $n) { nodes { users(first: $n) { nodes { id name } } } } } } }`)
	if err != nil {
		b.Fatal(err)
	}
	variables := map[string]any{"n": "5"}
	for b.Loop() {
		_ = d.Check("", variables)
	}
}
