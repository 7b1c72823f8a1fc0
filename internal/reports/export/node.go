package export

import (
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/internal/reports/client"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// valueOf returns the value at a path of a decoded node. unread is set if it is a list that
// is null, unless it is optional, or that has such an element: the graph's other lists are
// null only if they could not be read.
func (c Column) valueOf(node map[string]any) (value table.Value, unread bool) {
	first, rest, _ := strings.Cut(c.path, ".")
	if !c.list {
		v := node[first]
		for v != nil && rest != "" {
			object, _ := v.(map[string]any)
			first, rest, _ = strings.Cut(rest, ".")
			v = object[first]
		}
		return v, false
	}
	elements, ok := node[first].([]any)
	if !ok {
		return nil, !c.optional
	}
	var texts []string
	for _, element := range elements {
		object, ok := element.(map[string]any)
		switch {
		case rest == "" && element != nil:
			texts = append(texts, table.TextOf(element))
		case !ok:
			unread = true
		case object[rest] != nil:
			texts = append(texts, table.TextOf(object[rest]))
		}
	}
	if c.distinct {
		slices.Sort(texts)
		texts = slices.Compact(texts)
	}
	return table.SortedList(texts), unread
}

// maxErrors is the number of errors that a response lists at most. If there are more, one
// more entry says so.
const maxErrors = 25

// rowErrors are the errors of a page by the index of the node.
type rowErrors struct {
	// paths are those of the fields below each node.
	paths map[int][]string
	// omitted is set if not every error is listed.
	omitted bool
}

// errorsBelow returns the errors of the nodes of a list, which is at this path.
func errorsBelow(list []string, all []client.Error) rowErrors {
	found := rowErrors{map[int][]string{}, len(all) > maxErrors}
	for _, e := range all {
		if len(e.Path) <= len(list) || !slices.EqualFunc(list, e.Path[:len(list)], func(a string, b any) bool { return a == b }) {
			continue
		}
		index, ok := e.Path[len(list)].(float64)
		if !ok {
			continue
		}
		var names []string
		for _, part := range e.Path[len(list)+1:] {
			if name, ok := part.(string); ok {
				names = append(names, name)
			}
		}
		found.paths[int(index)] = append(found.paths[int(index)], strings.Join(names, "."))
	}
	return found
}

// isUnread reports whether an error concerns a column of a node. With omitted errors, a null
// may be one of them.
func (e rowErrors) isUnread(index int, c Column, value table.Value) bool {
	if c.path == "" {
		return false
	}
	if e.omitted && value == nil {
		return true
	}
	return slices.ContainsFunc(e.paths[index], func(path string) bool {
		return strings.HasPrefix(c.path+".", path+".") || strings.HasPrefix(path+".", c.path+".")
	})
}
