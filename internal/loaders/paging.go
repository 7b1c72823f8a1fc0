package loaders

import (
	"fmt"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// MaxFirst is the largest page of a connection, and the largest that vendors return.
const MaxFirst = 100

// DefaultFirst is the page size when a client gives none.
const DefaultFirst = 50

// MaxKeys is the largest number of ids or addresses that one field accepts.
const MaxKeys = 100

// Paging is the window of a connection that a client selects.
type Paging struct {
	// First is the number of rows; nil is DefaultFirst.
	First *int
	// After is the cursor before the window; nil is the start of the list.
	After *string
	// More is set when the selection needs hasNextPage, and Total when it needs totalCount.
	More, Total bool
	// NoCursors is set when it needs no cursor.
	NoCursors bool
}

func (p Paging) first() (int, error) {
	if p.First == nil {
		return DefaultFirst, nil
	}
	if *p.First < 0 || *p.First > MaxFirst {
		return 0, invalidArgument(fmt.Sprintf("first must be from 0 to %d, not %d", MaxFirst, *p.First))
	}
	return *p.First, nil
}

// AtMost returns an error of kind InvalidArgument for more than MaxKeys keys.
func AtMost(keys int) error {
	if keys > MaxKeys {
		return invalidArgument(fmt.Sprintf("at most %d at once, not %d", MaxKeys, keys))
	}
	return nil
}

func invalidArgument(detail string) error {
	return &providers.Error{Kind: providers.InvalidArgument, Detail: detail}
}

// EmbeddedList describes a list whose rows its owner holds.
func EmbeddedList(typ string, owner model.ID) directory.List {
	return directory.List{Kind: string(owner) + " " + typ}
}

// Embedded returns a window of a list that a field of its owner holds. Nil rows are hidden
// by the vendor. The listing of an invalid field has its error. The error returned is of
// kind InvalidArgument.
func Embedded[T model.Node](key *directory.CursorKey, owner model.Node, field string, rows []T, typ string, p Paging) (*directory.Listing[T], error) {
	of := EmbeddedList(typ, owner.GlobalID())
	w, err := embeddedWindow(key, of, p)
	if err != nil {
		return nil, err
	}
	var gaps directory.Gaps
	if owner.IsInvalid(field) {
		gaps.Errors = []error{providers.InvalidField(owner.Connection(), owner.GlobalID().Type(), field)}
	}
	if rows == nil {
		hidden := directory.Unread[T](w, gaps.Errors...)
		return &hidden, nil
	}
	listing := directory.Paginate(key, of, "", Distinct(rows), gaps, w, nil)
	return &listing, nil
}

// Distinct returns the objects that an owner holds, each once: a vendor can repeat one.
// nil stays nil.
func Distinct[T model.Node](rows []T) []T {
	if len(rows) < 2 {
		return rows
	}
	if len(rows) <= maxCompared && !hasRepeated(rows) {
		return rows
	}
	seen := make(map[model.ID]bool, len(rows))
	isRepeated := func(row T) bool {
		if isNil(row) {
			return false
		}
		id := row.GlobalID()
		repeated := seen[id]
		seen[id] = true
		return repeated
	}
	first := slices.IndexFunc(rows, isRepeated)
	if first < 0 {
		return rows
	}
	distinct := slices.Clone(rows[:first])
	for _, row := range rows[first+1:] {
		if !isRepeated(row) {
			distinct = append(distinct, row)
		}
	}
	return distinct
}

// maxCompared is the number of rows up to which comparing all of them is cheaper than a map.
const maxCompared = 24

func hasRepeated[T model.Node](rows []T) bool {
	for i, row := range rows {
		if isNil(row) {
			continue
		}
		id := row.GlobalID()
		for _, other := range rows[:i] {
			if !isNil(other) && other.GlobalID() == id {
				return true
			}
		}
	}
	return false
}

func embeddedWindow(key *directory.CursorKey, of directory.List, p Paging) (directory.Window, error) {
	first, err := p.first()
	w := directory.Window{First: first, Total: p.Total, NoCursors: p.NoCursors}
	if err != nil || p.After == nil {
		return w, err
	}
	cursor, err := model.ParseCursor(*p.After, of.ID(key))
	if err != nil {
		return w, invalidArgument(err.Error())
	}
	w.After = &cursor
	return w, nil
}
