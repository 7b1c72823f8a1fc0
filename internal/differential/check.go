package differential

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"time"
)

// Check compares the data of a response with the world. It returns the first
// difference, "" if there is none.
func (w *World) Check(q Query, data json.RawMessage) (difference string) {
	var actual any
	d := json.NewDecoder(strings.NewReader(string(data)))
	d.UseNumber()
	if err := d.Decode(&actual); err != nil {
		return err.Error()
	}
	defer func() {
		if r := recover(); r != nil {
			text, ok := r.(found)
			if !ok {
				panic(r)
			}
			difference = string(text)
		}
	}()
	root := &Object{Type: "Query", Fields: map[string]any{"providers": anyOf(w.Providers)}}
	c := checker{w}
	c.object("", q.Selections, root, actual)
	return ""
}

// found is the difference that ends a check.
type found string

func anyOf(all []*Object) []any {
	values := make([]any, len(all))
	for i, o := range all {
		values[i] = o
	}
	return values
}

type checker struct{ world *World }

func fail(path, format string, args ...any) {
	panic(found(path + ": " + fmt.Sprintf(format, args...)))
}

// object checks the fields of an object.
func (c checker) object(path string, selections []Selection, o *Object, actual any) {
	if o == nil {
		if actual != nil {
			fail(path, "is %.100v, want null", actual)
		}
		return
	}
	fields, ok := actual.(map[string]any)
	if !ok {
		fail(path, "is %.100v, want the %s %s", actual, o.Type, o.ID)
	}
	keys := map[string]bool{}
	for _, s := range flatten(selections, o.Type) {
		value, ok := fields[s.key()]
		if !ok {
			fail(path, "lacks %s", s.key())
		}
		keys[s.key()] = true
		c.field(path+"."+s.key(), s, o, value)
	}
	for key := range fields {
		if !keys[key] {
			fail(path, "has %s, which is not selected", key)
		}
	}
}

// flatten returns the fields that are selected of an object of a type.
func flatten(selections []Selection, typ string) (all []Selection) {
	for _, s := range selections {
		switch {
		case s.Name != "":
			all = append(all, s)
		case satisfies(typ, s.On):
			all = append(all, flatten(s.Selections, typ)...)
		}
	}
	return all
}

func (c checker) field(path string, s Selection, o *Object, actual any) {
	if s.Name == "__typename" {
		c.scalar(path, graphQL(o.Type), actual)
		return
	}
	if o.Type == "Query" {
		c.rootField(path, s, o, actual)
		return
	}
	c.value(path, s, o.get(s.Name), actual)
}

func (c checker) value(path string, s Selection, want, actual any) {
	switch want := want.(type) {
	case *Object:
		c.object(path, s.Selections, want, actual)
	case *List:
		c.connection(path, s, want.Rows, actual)
	case absent:
		if list, ok := actual.([]any); actual != nil && (!ok || len(list) > 0) {
			fail(path, "is %.100v, want null or an empty list", actual)
		}
	case []any:
		elements, ok := actual.([]any)
		if !ok || len(elements) != len(want) {
			fail(path, "is %.200v, want %d elements", actual, len(want))
		}
		for i := range want {
			c.value(fmt.Sprintf("%s[%d]", path, i), s, want[i], elements[i])
		}
	default:
		c.scalar(path, want, actual)
	}
}

func (c checker) scalar(path string, want, actual any) {
	if at, ok := want.(time.Time); ok {
		if text, _ := actual.(string); instant(text) != any(at.UTC()) {
			fail(path, "is %v, want %v", actual, at)
		}
		return
	}
	if !reflect.DeepEqual(want, actual) {
		fail(path, "is %#v, want %#v", actual, want)
	}
}

// rootField checks a field of Query.
func (c checker) rootField(path string, s Selection, root *Object, actual any) {
	byID := func(id any) *Object {
		if o := c.world.byID[id.(string)]; o != nil {
			return o
		}
		return nil
	}
	var want []any
	switch s.Name {
	case "providers":
		c.value(path, s, root.get(s.Name), actual)
		return
	case "provider":
		name := s.argument("name").(string)
		c.object(path, s.Selections, byID(name+":Provider:"+name), actual)
		return
	case "person":
		c.object(path, s.Selections, c.world.people[normalize(s.argument("email").(string))], actual)
		return
	case peopleByEmail:
		for _, email := range s.argument("emails").([]any) {
			want = append(want, c.world.people[normalize(email.(string))])
		}
	case "nodes":
		for _, id := range s.argument("ids").([]any) {
			want = append(want, byID(id))
		}
	case "_entities":
		for _, r := range s.argument("representations").([]any) {
			if email, ok := r.(Input)["email"].(string); ok {
				want = append(want, c.world.people[normalize(email)])
				continue
			}
			want = append(want, byID(r.(Input)["id"]))
		}
	default:
		if id := s.argument("id"); id != nil {
			c.object(path, s.Selections, byID(id), actual)
			return
		}
		i := slices.IndexFunc(types["Query"], func(f field) bool { return f.name == s.Name })
		c.connection(path, s, c.world.Lists[types["Query"][i].of], actual)
		return
	}
	c.value(path, s, want, actual)
}
