package loaders

// Selection is a selection set of an operation.
type Selection interface {
	// Fields returns the fields that it selects of an object of this type. The result is shared:
	// do not change it.
	Fields(typ string) []Field
	// Arguments decodes the arguments of the field that it is the selection of, into a struct
	// with their names, or into an ArgumentReader.
	Arguments(into any) error
}

// Field is one selected field.
type Field struct {
	Name, Alias string
	// NonNull is set when the field's type is non-null, Leaf when the field has no
	// selection.
	NonNull, Leaf bool
	// Selection is nil for a leaf.
	Selection Selection
}

// WindowSelection is what a selection needs of a connection.
type WindowSelection struct {
	// Nodes are the selections on its nodes: through nodes, through edges, or both.
	Nodes []NodeSelection
	// More is set when hasNextPage is selected, Total when totalCount is, and Cursors when a
	// cursor is.
	More, Total, Cursors bool
}

// NodeSelection is a selection on the nodes of a connection. The path of a node in
// the response is Alias, the index, and NodeAlias unless that is "".
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
				w.Cursors = w.Cursors || p.Name == "startCursor" || p.Name == "endCursor"
			}
		case "nodes":
			w.Nodes = append(w.Nodes, NodeSelection{Selection: f.Selection, Alias: f.Alias})
		case "edges":
			for _, e := range f.Selection.Fields(typ + "Edge") {
				switch e.Name {
				case "node":
					w.Nodes = append(w.Nodes, NodeSelection{e.Selection, f.Alias, e.Alias})
				case "cursor":
					w.Cursors = true
				}
			}
		}
	}
	return w
}

// windowReader reads the arguments of a connection that are its window.
type windowReader struct{ Paging }

// ReadArguments implements ArgumentReader.
func (w *windowReader) ReadArguments(values map[string]any) {
	if first, ok := values["first"].(int64); ok {
		n := int(first)
		w.First = &n
	}
	if after, ok := values["after"].(string); ok {
		w.After = &after
	}
}

// windowOf returns the window that the arguments of a connection select.
func windowOf(f Field) (Paging, error) {
	var w windowReader
	err := f.Selection.Arguments(&w)
	return w.Paging, err
}

// textReader reads an argument that is a text.
type textReader struct {
	name, text string
	ok         bool
}

// ReadArguments implements ArgumentReader.
func (t *textReader) ReadArguments(values map[string]any) { t.text, t.ok = values[t.name].(string) }

// textArgument returns the argument of a field with this name; false if it is no text.
func textArgument(f Field, name string) (string, bool) {
	t := textReader{name: name}
	err := f.Selection.Arguments(&t)
	return t.text, t.ok && err == nil
}

// ArgumentReader reads coerced arguments itself. They are shared and must not be changed.
type ArgumentReader interface{ ReadArguments(values map[string]any) }
