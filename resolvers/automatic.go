package resolvers

import (
	"context"
	"strings"

	"github.com/accountgraph/accountgraph/internal/persisted"
)

// automatic remembers documents under their SHA-256 for clients that send the
// document once and its hash from then on (Apollo's automatic persisted queries).
// It holds only what was about to be executed, and no more than fits automatically.
// A client whose document has gone sends it again. Safe for concurrent use.
type automatic struct{ bySum *documents[string] }

// automatically bounds the text that any client may have remembered.
var automatically = bounds{entries: 2000, bytes: 4 << 20, longest: 64 << 10}

func newAutomatic() *automatic { return &automatic{newDocuments[string](automatically)} }

// find returns the document with this hash. The hash is made anew: whatever is
// remembered under the name of another document is none.
func (a *automatic) find(ctx context.Context, sum string) (text string, found bool) {
	if a == nil {
		return "", false
	}
	text, found = a.bySum.Get(ctx, sum)
	if !found || persisted.Sum(text) != sum {
		return "", false
	}
	return text, true
}

// keep remembers a document under its own hash.
func (a *automatic) keep(text string) {
	a.bySum.put(persisted.Sum(text), strings.Clone(text), len(text))
}
