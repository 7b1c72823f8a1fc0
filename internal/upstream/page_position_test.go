package upstream_test

import (
	"fmt"
	"testing"

	"github.com/accountgraph/accountgraph/internal/upstream"
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
