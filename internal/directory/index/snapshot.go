package index

import (
	"context"
	"time"
	"weak"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// Snapshot returns all rows of the index. ok is false if the list is too short for one.
func (c *collection[T, R]) Snapshot(ctx context.Context) (s directory.Snapshot[T], ok bool, err error) {
	if !c.sizeOf(providers.Query{}).isLarge(ctx) {
		return s, false, nil
	}
	start := time.Now()
	b, err := c.live.get(ctx)
	switch {
	case c.live.isReadable(err):
		return s, false, nil
	case err != nil:
		return s, false, err
	}
	table, freshness := c.table(b), c.record(ctx, b, start)
	gaps := b.gaps
	if !gaps.Empty() {
		gaps.Providers = []*model.Provider{c.live.source.provider}
	}
	return directory.Snapshot[T]{
		ID: weak.Make(b), Len: table.len(), Freshness: &freshness, Gaps: gaps, Records: table.records,
		Reader: func() func(n int) T {
			record := table.codec.record()
			return func(n int) T { return table.at(n, record) }
		},
	}, true, nil
}
