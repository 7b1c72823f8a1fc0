package differential

import (
	"encoding/json"
	"fmt"
	"slices"
	"sort"
	"strings"
)

// Selection is a field or a fragment.
type Selection struct {
	// Name is the field's name, Alias its alias or "".
	Name, Alias string
	Arguments   []Argument
	// On is the type condition of a fragment, which has no Name; Fragment is the name
	// of a named one.
	On, Fragment string
	Selections   []Selection
	// skip is the number of rows of a connection before the page, which the cursor of
	// the argument after stands for.
	skip int
}

// key is the name of a field in the response.
func (s Selection) key() string {
	if s.Alias != "" {
		return s.Alias
	}
	return s.Name
}

// argument returns the value of an argument, nil if it is not there.
func (s Selection) argument(name string) any {
	for _, a := range s.Arguments {
		if a.Name == name {
			return a.Value
		}
	}
	return nil
}

// Argument is an argument of a field. Its value is written into the document, unless
// Variable is the name of a variable.
type Argument struct {
	Name, Type, Variable string
	// Value is an int, string, Enum, []any, Input, or nil.
	Value any
}

// Enum is the value of an enum.
type Enum string

// Input is an input object.
type Input map[string]any

// Query is a query with the values of its variables.
type Query struct {
	Document   string
	Variables  map[string]any
	Selections []Selection
}

// JSON returns the body of a request.
func (q Query) JSON() []byte {
	body, err := json.Marshal(map[string]any{"query": q.Document, "variables": q.Variables})
	if err != nil {
		panic(err) // every value has a JSON form
	}
	return body
}

// NewQuery writes a document.
func NewQuery(selections []Selection) Query {
	p := printer{fragments: map[string]string{}}
	p.selections(selections)
	body := p.text.String()
	q := Query{Variables: map[string]any{}, Selections: selections}
	var head []string
	for _, a := range p.variables {
		head = append(head, "$"+a.Variable+": "+a.Type)
		q.Variables[a.Variable] = a.Value
	}
	q.Document = "query " + body
	if len(head) > 0 {
		q.Document = "query(" + strings.Join(head, ", ") + ") " + body
	}
	var names []string
	for name := range p.fragments {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		q.Document += " " + p.fragments[name]
	}
	return q
}

// NextPage returns the query for the pages after those of a response; false if no list
// of the query has a cursor. It is for lists of Query.
func (q Query) NextPage(data json.RawMessage) (Query, bool) {
	var lists map[string]struct{ PageInfo struct{ EndCursor *string } }
	_ = json.Unmarshal(data, &lists) // fields that are no lists have no cursor
	next, found := slices.Clone(q.Selections), false
	for i, s := range next {
		cursor := lists[s.key()].PageInfo.EndCursor
		first, ok := s.argument("first").(int)
		if !ok || cursor == nil {
			continue
		}
		found = true
		next[i].skip += first
		next[i].Arguments = slices.DeleteFunc(slices.Clone(s.Arguments), func(a Argument) bool { return a.Name == "after" })
		next[i].Arguments = append(next[i].Arguments, Argument{Name: "after", Type: "String", Value: *cursor})
	}
	return NewQuery(next), found
}

type printer struct {
	text      strings.Builder
	variables []Argument
	fragments map[string]string
}

func (p *printer) selections(all []Selection) {
	p.text.WriteString("{")
	for _, s := range all {
		p.text.WriteString(" ")
		p.selection(s)
	}
	p.text.WriteString(" }")
}

func (p *printer) selection(s Selection) {
	switch {
	case s.Fragment != "":
		p.text.WriteString("..." + s.Fragment)
		inner := printer{fragments: p.fragments, variables: p.variables}
		inner.selections(s.Selections)
		p.variables = inner.variables
		p.fragments[s.Fragment] = "fragment " + s.Fragment + " on " + s.On + " " + inner.text.String()
		return
	case s.Name == "":
		p.text.WriteString("... on " + s.On + " ")
		p.selections(s.Selections)
		return
	case s.Alias != "":
		p.text.WriteString(s.Alias + ": ")
	}
	p.text.WriteString(s.Name)
	if len(s.Arguments) > 0 {
		var arguments []string
		for _, a := range s.Arguments {
			value := "$" + a.Variable
			if a.Variable == "" {
				value = literal(a.Value)
			} else {
				p.variables = append(p.variables, a)
			}
			arguments = append(arguments, a.Name+": "+value)
		}
		p.text.WriteString("(" + strings.Join(arguments, ", ") + ")")
	}
	if len(s.Selections) > 0 {
		p.text.WriteString(" ")
		p.selections(s.Selections)
	}
}

// literal returns a value as GraphQL writes it.
func literal(value any) string {
	switch v := value.(type) {
	case Enum:
		return string(v)
	case []any:
		var parts []string
		for _, e := range v {
			parts = append(parts, literal(e))
		}
		return "[" + strings.Join(parts, ", ") + "]"
	case Input:
		var names, parts []string
		for name := range v {
			names = append(names, name)
		}
		sort.Strings(names)
		for _, name := range names {
			parts = append(parts, name+": "+literal(v[name]))
		}
		return "{" + strings.Join(parts, ", ") + "}"
	case nil:
		return "null"
	case string:
		return quote(v)
	}
	return fmt.Sprint(value)
}

// quote returns a GraphQL string, whose escapes are those of JSON.
func quote(s string) string {
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string has a JSON form
	}
	return string(text)
}
