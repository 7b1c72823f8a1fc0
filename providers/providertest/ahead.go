package providertest

import (
	"reflect"
	"slices"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// ahead checks that the tokens that pages name ahead return the pages that a walk from one
// page to the next returns. It reads all of the first page, and the first of each other.
func (s suite) ahead(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	for _, l := range s.listsOf(p) {
		t.Run(l.name, func(t *testing.T) {
			walked := map[string]*providers.Page[model.Node]{}
			var tokens []string
			for token := ""; ; token = walked[token].Next {
				page, err := l.page(t.Context(), l.query, token)
				if err != nil {
					t.Fatal(err)
				}
				if page.At != nil {
					t.Errorf("Page(%q) has At, although the token is complete", token)
				}
				walked[token] = page
				if tokens = append(tokens, token); page.Next == "" {
					break
				}
			}
			if l.firstPages != nil {
				l.checkFirstPages(t, tokens, walked[""])
			}
			for i, token := range tokens {
				ahead := walked[token].Ahead
				if len(ahead) == 0 {
					continue
				}
				if !ahead[0].Is(walked[token].Next) {
					t.Errorf("Page(%q): %q is not Next, %q", token, ahead[0].Token, walked[token].Next)
				}
				if i > 0 {
					ahead = ahead[:1]
				}
				for _, a := range ahead {
					l.checkAhead(t, a, tokens, walked)
				}
			}
		})
	}
}

// checkFirstPages checks that the first pages of further lists are pages of the walk, in
// its order, and pages ahead of the first one.
func (l list) checkFirstPages(t *testing.T, tokens []string, first *providers.Page[model.Node]) {
	t.Helper()
	at := 0
	for _, a := range l.firstPages(t.Context(), l.query) {
		if a.Guess || !slices.Contains(first.Ahead, a) {
			t.Errorf("FirstPages: %+v is not ahead of the first page, %v", a, first.Ahead)
		}
		i := slices.IndexFunc(tokens[at:], a.Is)
		if i < 0 {
			t.Errorf("FirstPages: %q is no page after %q", a.Token, tokens[at])
			continue
		}
		at += i
	}
}

// checkAhead compares a page ahead with the one that was walked to.
func (l list) checkAhead(t *testing.T, a providers.Ahead, tokens []string, walked map[string]*providers.Page[model.Node]) {
	t.Helper()
	page, err := l.page(t.Context(), l.query, a.Token)
	if err != nil {
		t.Errorf("Page(%q) = %v", a.Token, err)
		return
	}
	i := slices.IndexFunc(tokens, a.Is)
	if i < 0 {
		if !a.Guess || len(page.Items) > 0 || page.Next != "" {
			t.Errorf("Page(%q) is behind the end: a guess %t, %d rows, Next %q", a.Token, a.Guess, len(page.Items), page.Next)
		}
		return
	}
	if a.Token != tokens[i] {
		if page.At == nil || page.At(tokens[i-1]) != nil || page.At(tokens[i]) == nil {
			t.Errorf("Page(%q).At does not tell %q from %q", a.Token, tokens[i], tokens[i-1])
			return
		}
		page = page.At(tokens[i])
	}
	want := walked[tokens[i]]
	if got, want := (rows{nodes: page.Items}).keys(), (rows{nodes: want.Items}).keys(); !slices.Equal(got, want) {
		t.Errorf("Page(%q): rows %q, walked %q", a.Token, got, want)
	}
	if page.Next != want.Next || !reflect.DeepEqual(page.Total, want.Total) || !slices.Equal(page.Ahead, want.Ahead) || len(page.Errors) != len(want.Errors) {
		t.Errorf("Page(%q): %q, %v, %v, %v; walked %q, %v, %v, %v", a.Token,
			page.Next, page.Total, page.Ahead, page.Errors, want.Next, want.Total, want.Ahead, want.Errors)
	}
}
