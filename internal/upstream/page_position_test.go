package upstream_test

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// page returns the ids of n rows from number first on.
func page(first, n int) []string {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = fmt.Sprint(first + i)
	}
	return ids
}

func TestPagePosition_Next(t *testing.T) {
	const counted = 130
	for name, c := range map[string]struct {
		pages [][]string
		total int
		want  upstream.Step
	}{
		"no row":                          {[][]string{{}}, 0, upstream.End},
		"one page":                        {[][]string{page(0, 3)}, 0, upstream.More},
		"one page, then none":             {[][]string{page(0, 3), {}}, 0, upstream.End},
		"a shorter page":                  {[][]string{page(0, 3), page(3, 2)}, 0, upstream.End},
		"a longer page":                   {[][]string{page(0, 3), page(3, 4)}, 0, upstream.More},
		"the same page":                   {[][]string{page(0, 3), page(0, 3)}, 0, upstream.Repeated},
		"the same page, total":            {[][]string{page(0, 100), page(0, 100)}, counted, upstream.Repeated},
		"total promises more":             {[][]string{page(0, 100), page(100, 20)}, counted, upstream.More},
		"total reached":                   {[][]string{page(0, 100), page(100, 30)}, counted, upstream.End},
		"total reached by full pages":     {[][]string{page(0, 65), page(65, 65)}, counted, upstream.More},
		"total with an upper limit":       {[][]string{page(0, 65), page(65, 65), page(130, 65)}, counted, upstream.More},
		"total that may count the page":   {[][]string{page(0, 100)}, 100, upstream.More},
		"total of the page":               {[][]string{page(0, 100), page(100, 30)}, 30, upstream.End},
		"total below the rows":            {[][]string{page(0, 100)}, 7, upstream.More},
		"an empty page":                   {[][]string{page(0, 50), {}}, counted, upstream.More},
		"an empty first page":             {[][]string{{}}, counted, upstream.More},
		"two empty pages":                 {[][]string{page(0, 50), {}, {}}, counted, upstream.Short},
		"an empty page between":           {[][]string{page(0, 100), {}, page(100, 30)}, counted, upstream.End},
		"an empty page behind the last":   {[][]string{page(0, 65), page(65, 60), {}}, counted, upstream.Short},
		"an empty page before the middle": {[][]string{page(0, 20), page(20, 20), {}}, counted, upstream.More},
	} {
		at, step := upstream.Start(), upstream.More
		for _, ids := range c.pages {
			if step != upstream.More {
				t.Fatalf("%s: step %d before the last page", name, step)
			}
			parsed, ok := upstream.ParsePagePosition(at.String())
			if !ok || parsed != at {
				t.Fatalf("%s: ParsePagePosition(%q) = %+v, %t", name, at, parsed, ok)
			}
			at, step = at.Next(ids, c.total)
		}
		if step != c.want {
			t.Errorf("%s: step %d, want %d", name, step, c.want)
		}
	}
}

func FuzzParsePagePosition(f *testing.F) {
	for _, token := range []string{"", "1", "2", "3.200.100.5f3a09c1", "03.200.100.5f3a09c1", "3.200.100.5F3A09C1", "3.-1.100.5f3a09c1", "3.1.2.3.4"} {
		f.Add(token)
	}
	f.Fuzz(func(t *testing.T, token string) {
		at, ok := upstream.ParsePagePosition(token)
		if !ok {
			return
		}
		if at.Number < 1 || at.Rows < 0 || at.Size < 0 || at.String() != token && token != "" {
			t.Errorf("ParsePagePosition(%q) = %+v", token, at)
		}
	})
}

func TestPagePosition_Ahead(t *testing.T) {
	guess := func(tokens ...string) (all []providers.Ahead) {
		for _, token := range tokens {
			all = append(all, providers.Ahead{Token: token, Guess: true})
		}
		return all
	}
	for name, c := range map[string]struct {
		pages [][]string
		total int
		want  []providers.Ahead
	}{
		"a total":                     {[][]string{page(0, 100)}, 301, []providers.Ahead{{Token: "o/2."}, {Token: "o/3."}, {Token: "o/4."}}},
		"a total of full pages":       {[][]string{page(0, 100)}, 300, []providers.Ahead{{Token: "o/2."}, {Token: "o/3."}}},
		"a total, shorter pages":      {[][]string{page(0, 50)}, 130, []providers.Ahead{{Token: "o/2."}, {Token: "o/3."}}},
		"a total, later":              {[][]string{page(0, 100), page(100, 100)}, 301, []providers.Ahead{{Token: "o/3."}, {Token: "o/4."}}},
		"a total, an empty page":      {[][]string{page(0, 100), {}}, 301, []providers.Ahead{{Token: "o/3."}}},
		"a total of the page":         {[][]string{page(0, 60)}, 60, guess("o/2.")},
		"no total, a full page":       {[][]string{page(0, 100)}, 0, guess("o/2.", "o/3.", "o/4.", "o/5.", "o/6.", "o/7.", "o/8.", "o/9.")},
		"no total, a short page":      {[][]string{page(0, 50)}, 0, guess("o/2.")},
		"no total, pages of a length": {[][]string{page(0, 50), page(50, 50)}, 0, guess("o/3.", "o/4.", "o/5.", "o/6.", "o/7.", "o/8.", "o/9.", "o/10.")},
	} {
		t.Run(name, func(t *testing.T) {
			at, rows := upstream.Start(), 0
			for _, ids := range c.pages {
				rows = len(ids)
				at, _ = at.Next(ids, c.total)
			}
			if diff := cmp.Diff(c.want, at.Ahead(rows, 100, c.total, "o/")); diff != "" {
				t.Error(diff)
			}
			if !c.want[0].Is("o/" + at.String()) {
				t.Errorf("%q is not the position %q", c.want[0].Token, at)
			}
		})
	}
}

// A page of a long list does not tell all pages.
func TestPagePosition_AheadIsBounded(t *testing.T) {
	at, _ := upstream.Start().Next(page(0, 100), 1_000_000)
	if ahead := at.Ahead(100, 100, 1_000_000, ""); len(ahead) != providers.MaxAhead || ahead[99].Token != "101." {
		t.Errorf("%d pages ahead, want %d", len(ahead), providers.MaxAhead)
	}
}

// An incomplete position knows its number only.
func TestPagePosition_Incomplete(t *testing.T) {
	at, ok := upstream.ParsePagePosition("3.")
	if !ok || at.IsComplete() || at.Number != 3 || at.String() != "3." {
		t.Errorf("%+v, %t", at, ok)
	}
	if next, step := at.Next(page(0, 2), 2); step != upstream.More || next.String() != "4." || next.Ahead(2, 100, 0, "") != nil {
		t.Errorf("%+v, %v", next, step)
	}
	if _, step := at.Next(nil, 0); step != upstream.End {
		t.Errorf("an empty page: %v", step)
	}
	for _, token := range []string{"1.", "0.", "-3.", "03.", "3..", ".", "9999999."} {
		if _, ok := upstream.ParsePagePosition(token); ok {
			t.Errorf("%q is accepted", token)
		}
	}
}
