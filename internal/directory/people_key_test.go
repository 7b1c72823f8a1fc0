package directory_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// The digests in a cursor of people cannot be computed without the key. A server with the same
// key continues the list, one with another rejects the cursor.
func TestReadPeople_CursorsAreKeyed(t *testing.T) {
	l := directory.PeopleList{}
	start := func(secret string) (*directory.Directory, *model.Cursor) {
		t.Helper()
		p := newPeopleProvider("a", model.BlendVision)
		for i := range 9 {
			p.add(fmt.Sprint(i), fmt.Sprintf("%d@example.com", i), nil)
		}
		d := directoryOf(p)
		d.SetCursorKey(directory.NewCursorKey([]byte(secret)))
		return d, cursorOf(t, l, directory.ReadPeople(t.Context(), d, l, directory.Window{First: 5}))
	}
	_, cursor := start("a")
	restarted, again := start("a")
	other, foreign := start("b")
	if cursor.Encode() != again.Encode() {
		t.Error("cursors with one key differ")
	}
	for _, digest := range strings.FieldsFunc(cursor.Positions[0].Token, func(r rune) bool { return r == '.' || r == '-' }) {
		if strings.Contains(foreign.Positions[0].Token, digest) {
			t.Errorf("a cursor with another key has the digest %s", digest)
		}
	}
	rest := directory.ReadPeople(t.Context(), restarted, l, directory.Window{First: 5, After: cursor})
	if got := described(rest); len(rest.Errors) > 0 || len(got) != 4 || got[0] != "5@example.com a5" {
		t.Errorf("with the same key: %v, %v", got, rest.Errors)
	}
	rest = directory.ReadPeople(t.Context(), other, l, directory.Window{First: 5, After: cursor})
	if got := described(rest); len(got) > 0 || len(rest.Errors) != 1 || providers.KindOf(rest.Errors[0]) != providers.InvalidArgument {
		t.Errorf("with another key: %v, %v", got, rest.Errors)
	}
}
