package loaders

// Selection is a selection set of an operation.
type Selection interface {
	// Fields returns the fields that it selects of an object of this type.
	Fields(typ string) []Field
}

// Field is one selected field.
type Field struct {
	Name, Alias string
	// NonNull is set when the field's type is non-null, Leaf when the field has no
	// selection.
	NonNull, Leaf bool
	// Arguments decodes the arguments into a struct with their names, or into an
	// ArgumentReader.
	Arguments func(into any) error
	Selection Selection
}

// WindowSelection is what a selection needs of a connection.
type WindowSelection struct {
	// Nodes are the selections on its nodes: through nodes, through edges, or both.
	Nodes []NodeSelection
	// More is set when hasNextPage is selected, Total when totalCount is.
	More, Total bool
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

// ArgumentReader reads coerced arguments itself. They are shared and must not be changed.
type ArgumentReader interface{ ReadArguments(values map[string]any) }
