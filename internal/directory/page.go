package directory

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// fetch reads a page, and ahead as many as the wanted rows take. It returns nil and sets err
// when that fails or maxPages is reached.
func (s *stream[T]) fetch(ctx context.Context, token string) *providers.Page[T] {
	return s.fetchOf(ctx, token, s.wantedPages())
}

// fetchOf is fetch for the first of so many pages.
func (s *stream[T]) fetchOf(ctx context.Context, token string, wanted int) *providers.Page[T] {
	full := s.pages >= s.maxPages
	if full && s.counts && s.most != nil && *s.most > s.headAt.Rows {
		s.err = s.tooManyPages()
		return nil
	}
	page, err := s.readPage(ctx, token, wanted)
	s.firstRows = 0
	if err == nil && page.Partial && (!GapsOf(page).Empty() || hasDuplicates(page)) {
		page, err = s.readPage(ctx, token, wanted)
	}
	if err != nil {
		s.err = err
		return nil
	}
	if full && (len(page.Items) > 0 || page.Next != "") {
		s.err = s.tooManyPages()
		return nil
	}
	page = ComparablePage(ctx, s.collection, s.users, s.query, page)
	s.pages++
	s.rows += len(page.Items)
	for _, row := range page.Items {
		if Accepts(row, s.query) {
			s.matching++
		}
	}
	s.freshness = s.freshness.Merge(&page.Freshness)
	page = s.withExactTotal(page)
	if page.Total != nil && (s.most == nil || *page.Total > *s.most) {
		s.most = page.Total
	}
	if gaps := GapsOf(page); !gaps.Empty() && !slices.Contains(s.gapTokens, token) {
		gaps.Providers = []*model.Provider{s.provider}
		s.gaps.Add(gaps)
		s.gapTokens = append(s.gapTokens, token)
	}
	if page.TokenAt != nil {
		if s.tokensAt == nil {
			s.tokensAt = map[string]func(int) string{}
		}
		s.tokensAt[token], s.counts = page.TokenAt, false
	}
	if page.Next != "" && page.Next == token {
		s.err = &providers.Error{Kind: providers.Incomplete, Provider: s.provider, Detail: "the vendor's pages do not advance"}
		page = &providers.Page[T]{Items: page.Items, Freshness: page.Freshness}
	}
	if token == "" {
		s.first = page
	}
	return page
}

// tooManyPages is the error of a list that does not end within its pages. A list with so many
// pages has ended where the next one is empty.
func (s *stream[T]) tooManyPages() error {
	return &providers.Error{
		Kind: providers.Incomplete, Provider: s.provider,
		Detail: fmt.Sprintf("the list does not end within %d pages (limits.pagesPerList); the rest was not read, which the index of a provider does", s.perList),
	}
}

// wantedPages returns the number of pages that the wanted rows take, if as many rows
// match on each page as on those before. Where not all match, it is at most twice the
// number of those before.
func (s *stream[T]) wantedPages() int {
	left := max(s.maxPages-s.pages, 1)
	switch {
	case s.at.Sorted || *s.wanted == math.MaxInt:
		return left
	case s.pages == 0:
		return 1
	case s.matching == s.rows && s.rows > 0:
		return min(left, (*s.wanted*s.pages+s.rows-1)/s.rows)
	case s.matching == 0:
		return min(left, 2*s.pages)
	}
	return min(left, 2*s.pages, (*s.wanted*s.pages+s.matching-1)/s.matching)
}

// stop ends the reading of the part.
func (s *stream[T]) stop() {
	if s.reader != nil {
		s.reader.Stop()
	}
}

// withExactTotal returns the page without its total once a row has not matched the
// filter: the vendor has not applied the filter exactly then.
func (s *stream[T]) withExactTotal(page *providers.Page[T]) *providers.Page[T] {
	if page.Total == nil {
		return page
	}
	s.inexact = s.inexact || slices.ContainsFunc(page.Items, func(row T) bool { return !Accepts(row, s.query) })
	if !s.inexact {
		return page
	}
	inexact := *page
	inexact.Total = nil
	return &inexact
}
