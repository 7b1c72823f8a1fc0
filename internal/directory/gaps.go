package directory

import (
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// Gaps tell why rows of a list may be missing.
type Gaps struct {
	// Errors are the reasons. Rows that the vendor hides are missing without one.
	Errors []error
	Hidden bool
	// Providers are those whose rows may be missing.
	Providers []*model.Provider
}

// GapsOf returns what a page lacks, without Providers.
func GapsOf[T any](page *providers.Page[T]) Gaps {
	return Gaps{Errors: page.Errors, Hidden: page.Hidden}
}

// Add adds the gaps of a part. A field of which values are invalid in several parts has one
// error.
func (g *Gaps) Add(part Gaps) {
	for _, err := range part.Errors {
		if !slices.ContainsFunc(g.Errors, func(other error) bool { return providers.IsSameField(err, other) }) {
			g.Errors = append(g.Errors, err)
		}
	}
	g.Hidden = g.Hidden || part.Hidden
	for _, p := range part.Providers {
		if !slices.Contains(g.Providers, p) {
			g.Providers = append(g.Providers, p)
		}
	}
}

// Empty reports whether no row is missing.
func (g Gaps) Empty() bool { return !g.Hidden && len(g.Errors) == 0 && len(g.Providers) == 0 }

// takeIncomplete removes and returns an error of kind Incomplete; nil if there is none.
func (g *Gaps) takeIncomplete() error {
	i := slices.IndexFunc(g.Errors, func(err error) bool { return providers.KindOf(err) == providers.Incomplete })
	if i < 0 {
		return nil
	}
	err := g.Errors[i]
	g.Errors = slices.Delete(slices.Clone(g.Errors), i, i+1)
	return err
}
