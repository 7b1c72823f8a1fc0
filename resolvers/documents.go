package resolvers

import (
	linked "container/list"
	"context"
	"sync"

	"github.com/99designs/gqlgen/graphql"
)

const (
	// rememberedBytes bounds the text of the documents that are remembered. A
	// parsed document takes some forty times its text, so this is 40 MB at worst;
	// a frontend's few hundred documents are well below one megabyte.
	rememberedBytes = 1 << 20
	// longestRemembered keeps one document from driving out many.
	longestRemembered = 16 << 10
)

// documents remembers what was made of documents, by their text. The one that was
// used longest ago goes first. Safe for concurrent use.
type documents[T any] struct {
	mu     sync.Mutex
	bytes  int
	byText map[string]*linked.Element
	// used are the entries, the latest in front.
	used *linked.List
}

type remembered[T any] struct {
	text string
	made T
}

var _ graphql.Cache[int] = (*documents[int])(nil)

func newDocuments[T any]() *documents[T] {
	return &documents[T]{byText: map[string]*linked.Element{}, used: linked.New()}
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
func (d *documents[T]) Add(_ context.Context, text string, made T) {
	if len(text) > longestRemembered {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, found := d.byText[text]; found {
		return
	}
	d.byText[text] = d.used.PushFront(remembered[T]{text, made})
	d.bytes += len(text)
	for d.bytes > rememberedBytes {
		oldest := d.used.Remove(d.used.Back()).(remembered[T])
		delete(d.byText, oldest.text)
		d.bytes -= len(oldest.text)
	}
}
