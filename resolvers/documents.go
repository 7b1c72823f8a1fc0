package resolvers

import (
	linked "container/list"
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

// bounds are how much is remembered.
type bounds struct {
	// entries and bytes bound how many texts there are, and their length together.
	entries, bytes int
	// longest keeps one text from driving out many.
	longest int
}

// parsed bounds the documents of which something was made. A parsed document takes
// some forty times its text, so this is 40 MB at worst; a frontend's few hundred
// documents are well below one megabyte.
var parsed = bounds{entries: 1 << 20, bytes: 1 << 20, longest: 16 << 10}

// documents remembers what was made of documents, by their text. The one that was
// used longest ago goes first. Safe for concurrent use.
type documents[T any] struct {
	bounds bounds
	mu     sync.Mutex
	bytes  int
	byText map[string]*linked.Element
	// used are the entries, the latest in front.
	used *linked.List
}

type remembered[T any] struct {
	text string
	made T
	size int
}

var _ graphql.Cache[int] = (*documents[int])(nil)

func newDocuments[T any](b bounds) *documents[T] {
	return &documents[T]{bounds: b, byText: map[string]*linked.Element{}, used: linked.New()}
}

// Get finds what was made of a document.
func (d *documents[T]) Get(_ context.Context, text string) (made T, found bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	e, found := d.byText[text]
	if !found {
		return made, false
	}
	d.used.MoveToFront(e)
	return e.Value.(remembered[T]).made, true
}

// Add remembers what was made of a document, unless it is too long.
func (d *documents[T]) Add(_ context.Context, text string, made T) { d.put(text, made, len(text)) }

// put remembers what has another name than its text, and measures size bytes.
func (d *documents[T]) put(name string, made T, size int) {
	if size > d.bounds.longest {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, found := d.byText[name]; found {
		return
	}
	d.byText[name] = d.used.PushFront(remembered[T]{name, made, size})
	d.bytes += size
	for d.bytes > d.bounds.bytes || len(d.byText) > d.bounds.entries {
		oldest := d.used.Remove(d.used.Back()).(remembered[T])
		delete(d.byText, oldest.text)
		d.bytes -= oldest.size
	}
}
