package loaders

import (
	"context"
	"slices"
	"sync"

	"go.opentelemetry.io/otel/trace"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/tracing"
)

// Prefetch reads a query's selection breadth first and loads what it selects. All
// ids and lists of a level, from all branches, are loaded in parallel before the
// next level is read. Errors are left for the resolvers to report.
func (s *Loaders) Prefetch(ctx context.Context, root Selection) {
	b := &batch{loaders: s}
	b.visitQuery(root)
	b.prefetchLevels(ctx)
}

// prefetchLevels loads a level and all below it.
func (b *batch) prefetchLevels(ctx context.Context) {
	for level := 1; !b.empty() && ctx.Err() == nil; level++ {
		b.loadLevel(ctx, level)
		next := &batch{loaders: b.loaders}
		for _, f := range b.follow {
			if ctx.Err() != nil {
				return
			}
			next.tags = f.tags
			f.follow(ctx, next)
		}
		b = next
	}
}

// batch is what one level of the selection needs.
type batch struct {
	loaders       *Loaders
	lists         []listBatch
	ids           map[anyLoader][]model.ID
	fields        map[anyLoader][]fieldsKey
	emails        []string
	people        []peopleKey
	organizations []model.ID
	// unreadable are the providers whose unreadable tenants are selected.
	unreadable []string
	// follow reads the next level of the selection, once this one is loaded.
	follow []follower
	// tags collects the tags of the part of the response that is being visited; nil
	// during a prefetch.
	tags *tags
}

// follower reads a part of the next level, with the tags of its part of the response.
type follower struct {
	tags   *tags
	follow func(ctx context.Context, next *batch)
}

func (b *batch) empty() bool {
	return len(b.lists) == 0 && len(b.ids) == 0 && len(b.fields) == 0 && len(b.emails) == 0 && len(b.people) == 0 && len(b.organizations) == 0 && len(b.unreadable) == 0 && len(b.follow) == 0
}

// loadLevel loads what a level needs, in a span.
func (b *batch) loadLevel(ctx context.Context, number int) {
	ctx, span := tracing.Start(ctx, "prefetch level", trace.SpanKindInternal)
	if span.IsRecording() {
		span.SetAttributes(tracing.Level.Int(number))
		defer span.End()
	}
	b.load(ctx)
}

// load loads everything that the level needs, in parallel.
func (b *batch) load(ctx context.Context) {
	jobs := make([]func(context.Context), 0, len(b.lists)+len(b.ids)+2)
	for _, lists := range b.lists {
		jobs = append(jobs, lists.load)
	}
	for loader, ids := range b.ids {
		jobs = append(jobs, func(ctx context.Context) { loader.prefetch(ctx, ids) })
	}
	for loader, keys := range b.fields {
		jobs = append(jobs, func(ctx context.Context) { loader.prefetchFields(ctx, keys) })
	}
	if len(b.emails) > 0 {
		jobs = append(jobs, func(ctx context.Context) { b.loaders.People(ctx, b.emails) })
	}
	if len(b.people) > 0 {
		jobs = append(jobs, func(ctx context.Context) { load(ctx, &b.loaders.peoplePages, b.people) })
	}
	if len(b.organizations) > 0 {
		jobs = append(jobs, func(ctx context.Context) { load(ctx, &b.loaders.roles, b.organizations) })
	}
	if len(b.unreadable) > 0 {
		jobs = append(jobs, func(ctx context.Context) { load(ctx, &b.loaders.unreadable, b.unreadable) })
	}
	if len(jobs) == 1 {
		jobs[0](ctx)
		return
	}
	var wg sync.WaitGroup
	for _, job := range jobs {
		wg.Go(func() { job(ctx) })
	}
	wg.Wait()
}

// next calls follow with the next level, once this one is loaded.
func (b *batch) next(follow func(ctx context.Context, next *batch)) {
	b.follow = append(b.follow, follower{b.tags, follow})
}

func (b *batch) addID(loader anyLoader, id model.ID) {
	if b.ids == nil {
		b.ids = map[anyLoader][]model.ID{}
	}
	b.ids[loader] = append(b.ids[loader], id)
}

// enqueueID loads the object with this id and visits it on the next level, as idBatch does.
func (b *batch) enqueueID(text string, typ string, want Selection) {
	one := idBatch{want: want}
	one.add(b, text, typ)
	one.enqueue(b)
}

// idBatch are objects that are read by their ids and visited on the next level.
type idBatch struct {
	want Selection
	ids  []model.ID
	// tags are those of the part of the response that each is in.
	tags []*tags
}

// add adds an object. It ignores an id that is malformed or, unless typ is "", of another type.
func (a *idBatch) add(b *batch, text, typ string) {
	id, err := model.ParseID(text)
	if err != nil || typ != "" && id.Type() != typ {
		return
	}
	b.tags.addID(id)
	a.ids, a.tags = append(a.ids, id), append(a.tags, b.tags)
	b.addID(b.loaders.loaderOf(id.Type()), id)
}

// enqueue visits the objects on the next level.
func (a *idBatch) enqueue(b *batch) {
	if len(a.ids) == 0 {
		return
	}
	want, ids, parts := a.want, a.ids, a.tags
	b.next(func(ctx context.Context, next *batch) {
		var nodes []model.Node
		for i, id := range ids {
			node, _ := next.loaders.loaderOf(id.Type()).node(ctx, id)
			switch {
			case node == nil:
			case parts[i] != nil:
				next.tags = parts[i]
				next.visitNode(node, want)
			default:
				nodes = append(nodes, node)
			}
		}
		visitAll(next, nodes, want)
	})
}

// visitNode adds to this level the object itself, if it lacks a selected field, and
// the lists that need its id only. What it holds is visited on the next level.
func (b *batch) visitNode(n model.Node, want Selection) {
	id := n.GlobalID()
	typ := id.Type()
	edges, fields := b.loaders.table.of(typ), want.Fields(typ)
	b.tags.addNode(n, edges)
	hasEdges := slices.ContainsFunc(fields, hasSelection)
	if !hasEdges && !isIncomplete(n, edges, fields) {
		return
	}
	for _, f := range fields {
		if e := edges.byField[f.Name]; e != nil && e.byID != nil {
			e.byID(b, id, f)
		}
	}
	b.complete(n, fields, func(next *batch, n model.Node) {
		for _, f := range fields {
			if e := edges.byField[f.Name]; e != nil && e.follow != nil {
				e.follow(next, n, f)
			}
		}
	})
}

func hasSelection(f Field) bool { return !f.Leaf }

// visitValue visits an object without an id.
func (b *batch) visitValue(typ string, value any, want Selection) {
	edges := b.loaders.table.of(typ)
	for _, f := range want.Fields(typ) {
		if e := edges.byField[f.Name]; e != nil {
			e.follow(b, value, f)
		}
	}
}

// visitAll visits the objects of a list.
func visitAll[T model.Node](b *batch, nodes []T, want Selection) {
	var leaves leafBatch
	for _, n := range nodes {
		if isNil(n) {
			continue
		}
		if typ := n.GlobalID().Type(); typ != leaves.typ {
			leaves.end(b)
			leaves = newLeafBatch(b, typ, want)
		}
		if leaves.hasEdges {
			b.visitNode(n, want)
			continue
		}
		b.tags.addNode(n, leaves.edges)
		if isIncomplete(n, leaves.edges, leaves.fields) {
			leaves.add(b, n)
		}
	}
	leaves.end(b)
}

// leafBatch completes objects of one type of which only leaves are selected: they are followed
// together, because nothing follows from one of them.
type leafBatch struct {
	typ      string
	loader   anyLoader
	edges    *edgesOf
	fields   []Field
	hasEdges bool
	// ids are the objects that are read by their ids.
	ids []model.ID
}

func newLeafBatch(b *batch, typ string, want Selection) leafBatch {
	fields := want.Fields(typ)
	return leafBatch{
		typ: typ, loader: b.loaders.loaderOf(typ), edges: b.loaders.table.of(typ), fields: fields,
		hasEdges: slices.ContainsFunc(fields, hasSelection),
	}
}

// add completes an object that lacks a field.
func (l *leafBatch) add(b *batch, n model.Node) {
	if key, ok := l.loader.fieldsKey(n, l.fields); ok {
		b.addFields(l.loader, key)
		return
	}
	id := n.GlobalID()
	b.addID(l.loader, id)
	l.ids = append(l.ids, id)
}

// end reads on the next level what vendors have left out of the objects that were read by
// their ids.
func (l *leafBatch) end(b *batch) {
	if len(l.ids) == 0 {
		return
	}
	loader, fields, ids := l.loader, l.fields, l.ids
	b.next(func(ctx context.Context, next *batch) {
		for _, id := range ids {
			if full, _ := loader.node(ctx, id); full != nil {
				if key, ok := loader.fieldsKey(full, fields); ok {
					next.addFields(loader, key)
				}
			}
		}
	})
}

// visit visits an object, if there is one.
func visit[T model.Node](b *batch, n T, want Selection) {
	if !isNil(n) {
		b.visitNode(n, want)
	}
}

// enqueueList reads a window of a list and visits its nodes on the next level.
func enqueueList[T model.Node](b *batch, l *Loader[T], of directory.List, parent model.ID, f Field) {
	p, err := windowOf(f)
	if err != nil {
		return
	}
	window := ReadWindow(f.Selection, l.row.typ)
	p.More, p.Total = window.More, window.Total
	key, err := b.loaders.listKey(of, parent, p)
	if err != nil {
		return
	}
	addListKeys(b, l, key)
	if len(window.Nodes) == 0 {
		return
	}
	b.next(func(ctx context.Context, next *batch) {
		listing, _ := loadOne(ctx, &l.lists, key)
		if listing == nil || listing.Connection == nil {
			return
		}
		nodes := listing.Nodes()
		for _, want := range window.Nodes {
			visitAll(next, nodes, want.Selection)
		}
	})
}

// visitEmbedded visits the selected window of a list that its owner holds.
func visitEmbedded[T model.Node](b *batch, typ string, owner model.ID, rows []T, f Field) {
	p, err := windowOf(f)
	if err != nil {
		return
	}
	window, err := embeddedWindow(b.loaders.directory.CursorKey(), EmbeddedList(typ, owner), p)
	if err != nil {
		return
	}
	rows = Distinct(rows)
	from, to := window.Of(len(rows))
	for _, want := range ReadWindow(f.Selection, typ).Nodes {
		visitAll(b, rows[from:to], want.Selection)
	}
}

// listBatch is what a level needs of the lists of one type.
type listBatch interface{ load(ctx context.Context) }

type listKeys[T model.Node] struct {
	loader *Loader[T]
	keys   []listKey
}

func (l *listKeys[T]) load(ctx context.Context) { load(ctx, &l.loader.lists, l.keys) }

// addListKeys adds lists to the level's batch of this loader.
func addListKeys[T model.Node](b *batch, l *Loader[T], keys ...listKey) {
	for _, lists := range b.lists {
		if same, ok := lists.(*listKeys[T]); ok && same.loader == l {
			same.keys = append(same.keys, keys...)
			return
		}
	}
	b.lists = append(b.lists, &listKeys[T]{l, slices.Clone(keys)})
}
