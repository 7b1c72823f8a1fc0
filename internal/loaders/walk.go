package loaders

import (
	"context"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

// Prefetch reads an operation's selection breadth first and loads what it wants: all
// ids and lists of a level, from all branches, go out together before the next
// level is looked at. Failures are left for the resolvers to report.
func (s *Loaders) Prefetch(ctx context.Context, root Selection) {
	l := &level{set: s}
	l.query(root.Fields("Query"))
	l.walk(ctx)
}

// walk loads a level and all below it.
func (l *level) walk(ctx context.Context) {
	for !l.empty() && ctx.Err() == nil {
		l.load(ctx)
		next := &level{set: l.set}
		for _, follow := range l.then {
			follow(ctx, next)
		}
		l = next
	}
}

// level gathers what one level of the selection needs.
type level struct {
	set      *Loaders
	loads    []func(context.Context)
	listJobs []any
	ids      map[anyKind][]model.ID
	emails   []string
	orgs     []model.ID
	// then follows the selection one level down, once this one is loaded.
	then []func(ctx context.Context, next *level)
	// tags are those of the answer's part that is being looked at; nil mostly.
	tags *tags
}

// anyKind is a Kind without its type.
type anyKind interface {
	prefetch(ctx context.Context, ids []model.ID)
	node(ctx context.Context, id model.ID) (model.Node, error)
}

func (s *Loaders) kindOf(typ string) anyKind {
	switch typ {
	case model.TypeUser:
		return s.Users
	case model.TypeMembership:
		return s.Memberships
	case model.TypeAccount:
		return s.Accounts
	case model.TypeOrganization:
		return s.Organizations
	case model.TypeGroup:
		return s.Groups
	case model.TypeBuyer:
		return s.Buyers
	case model.TypeSeller:
		return s.Sellers
	case model.TypeModule:
		return s.Modules
	}
	return nil
}

func (l *level) empty() bool {
	return len(l.loads) == 0 && len(l.ids) == 0 && len(l.emails) == 0 && len(l.orgs) == 0 && len(l.then) == 0
}

// load sends everything that the level needs, in parallel.
func (l *level) load(ctx context.Context) {
	jobs := l.loads
	for kind, ids := range l.ids {
		jobs = append(jobs, func(ctx context.Context) { kind.prefetch(ctx, ids) })
	}
	if len(l.emails) > 0 {
		jobs = append(jobs, func(ctx context.Context) { l.set.People(ctx, l.emails) })
	}
	if len(l.orgs) > 0 {
		jobs = append(jobs, func(ctx context.Context) { load(ctx, l.set.roles, l.orgs) })
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

func (l *level) follow(then func(ctx context.Context, next *level)) {
	tags := l.tags
	l.then = append(l.then, func(ctx context.Context, next *level) {
		next.tags = tags
		then(ctx, next)
	})
}

func (l *level) object(kind anyKind, id model.ID) {
	if l.ids == nil {
		l.ids = map[anyKind][]model.ID{}
	}
	l.ids[kind] = append(l.ids[kind], id)
}

// byID asks for an object of which nothing but the id is known.
func (l *level) byID(text string, typ string, want Selection) {
	id, err := model.ParseID(text)
	if err != nil || typ != "" && id.Type() != typ {
		return
	}
	l.tags.id(id)
	kind := l.set.kindOf(id.Type())
	l.object(kind, id)
	l.follow(func(ctx context.Context, next *level) {
		if node, _ := kind.node(ctx, id); node != nil {
			next.visit(node, want)
		}
	})
}

// visit looks at an object: what it lacks and the lists that belong to it are
// loaded with this level, what it refers to with the next.
func (l *level) visit(n model.Node, want Selection) {
	l.tags.node(n)
	typ := n.GlobalID().Type()
	fields := want.Fields(typ)
	kind := l.set.kindOf(typ)
	incomplete := lacks(n, typ, fields)
	if incomplete {
		l.object(kind, n.GlobalID())
	}
	if !slices.ContainsFunc(fields, leads) {
		return
	}
	l.lists(n, fields)
	l.follow(func(ctx context.Context, next *level) {
		if incomplete {
			if full, _ := kind.node(ctx, n.GlobalID()); full != nil {
				n = full
			}
		}
		next.references(n, fields)
	})
}

// leads reports whether a field holds objects.
func leads(f Field) bool { return !f.Leaf }

func visitAll[T model.Node](l *level, nodes []T, want Selection) {
	for _, n := range nodes {
		visit(l, n, want)
	}
}

func visit[T model.Node](l *level, n T, want Selection) {
	if !isNil(n) {
		l.visit(n, want)
	}
}

// list asks for a window of a list and follows its nodes.
func list[T model.Node](l *level, k *Loader[T], of directory.List, parent model.ID, f Field) {
	var p Paging
	if f.Arguments(&p) != nil {
		return
	}
	window := ReadWindow(f.Selection, k.typ)
	p.More, p.Total = window.More, window.Total
	key, err := newListKey(of, parent, p)
	if err != nil {
		return
	}
	gather(l, k, key)
	if len(window.Nodes) == 0 {
		return
	}
	l.follow(func(ctx context.Context, next *level) {
		listing, _ := one(ctx, k.lists, key)
		if listing == nil || listing.Connection == nil {
			return
		}
		for _, e := range listing.Edges {
			for _, want := range window.Nodes {
				visit(next, e.Node, want.Selection)
			}
		}
	})
}

// gather puts the lists of one kind and level into one batch.
func gather[T model.Node](l *level, k *Loader[T], keys ...listKey) {
	for _, job := range l.listJobs {
		if j, ok := job.(*listJob[T]); ok && j.kind == k {
			j.keys = append(j.keys, keys...)
			return
		}
	}
	job := &listJob[T]{k, slices.Clone(keys)}
	l.listJobs = append(l.listJobs, job)
	l.loads = append(l.loads, job.run)
}

type listJob[T model.Node] struct {
	kind *Loader[T]
	keys []listKey
}

func (j *listJob[T]) run(ctx context.Context) { load(ctx, j.kind.lists, j.keys) }

// WindowSelection is what a selection wants of a connection.
type WindowSelection struct {
	// Nodes are the selections on its nodes: through nodes, through edges, or both.
	Nodes []NodeSelection
	// More and Total are set when it wants to know whether there is more, and how
	// much there is.
	More, Total bool
}

// NodeSelection is what a selection wants of a connection's nodes. Their path in
// the answer is Alias, the index, and NodeAlias unless that is empty.
type NodeSelection struct {
	Selection
	Alias, NodeAlias string
}

// ReadWindow reads a selection on a connection of typ.
func ReadWindow(connection Selection, typ string) WindowSelection {
	var w WindowSelection
	for _, f := range connection.Fields(typ + "Connection") {
		switch f.Name {
		case "totalCount":
			w.Total = true
		case "pageInfo":
			for _, p := range f.Selection.Fields("PageInfo") {
				w.More = w.More || p.Name == "hasNextPage"
			}
		case "nodes":
			w.Nodes = append(w.Nodes, NodeSelection{Selection: f.Selection, Alias: f.Alias})
		case "edges":
			for _, e := range f.Selection.Fields(typ + "Edge") {
				if e.Name == "node" {
					w.Nodes = append(w.Nodes, NodeSelection{e.Selection, f.Alias, e.Alias})
				}
			}
		}
	}
	return w
}
