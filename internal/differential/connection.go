package differential

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// connection checks a page of rows, which are those of the whole list in the order of
// the vendors.
func (c checker) connection(path string, s Selection, rows []*Object, actual any) {
	rows = Filter(rows, s.argument("filter"))
	order, ordered := s.argument("orderBy").(Input)
	if ordered {
		rows = Sort(rows, order)
	}
	from := min(s.skip, len(rows))
	page := rows[from:min(from+s.argument("first").(int), len(rows))]
	fields, ok := actual.(map[string]any)
	if !ok {
		fail(path, "is %.100v, want a connection", actual)
	}
	for _, field := range s.Selections {
		value := fields[field.key()]
		switch field.Name {
		case "nodes":
			c.nodes(path+".nodes", field.Selections, page, rows, order, value.([]any))
		case "edges":
			var nodes []any
			for _, e := range value.([]any) {
				nodes = append(nodes, e.(map[string]any)["node"])
			}
			c.nodes(path+".edges.node", field.Selections[1].Selections, page, rows, order, nodes)
		case "totalCount":
			if n, ok := value.(json.Number); value != nil && (!ok || n.String() != strconv.Itoa(len(rows))) {
				fail(path, "totalCount is %v, want %d", value, len(rows))
			}
		case "complete":
			// SoftwareOne leaves out a list inside an object if it is empty, and the server
			// takes it as hidden. So an empty list may be incomplete.
			if len(rows) > 0 || s.argument("filter") != nil {
				c.scalar(path+".complete", true, value)
			}
		case "pageInfo":
			c.pageInfo(path+".pageInfo", value.(map[string]any), s, len(page), len(rows))
		}
	}
}

// nodes checks the nodes of a page. In an ordered list, rows with equal keys may come
// in any order.
func (c checker) nodes(path string, selections []Selection, page, rows []*Object, order Input, actual []any) {
	if len(actual) != len(page) {
		fail(path, "has %d nodes, want %d", len(actual), len(page))
	}
	seen := map[string]bool{}
	for i, node := range actual {
		at := fmt.Sprintf("%s[%d]", path, i)
		want := page[i]
		if order != nil {
			id, _ := node.(map[string]any)[keyOf(want.Type)].(string)
			j := slices.IndexFunc(rows, func(o *Object) bool { return o.ID == id })
			if j < 0 || seen[id] {
				fail(at, "%q is not in the list, or twice", id)
			}
			if want = rows[j]; compareIn(order)(want, page[i]) != 0 {
				fail(at, "is %s, want %s or a row of the same place in the order", id, page[i].ID)
			}
			seen[id] = true
		}
		c.object(at, selections, want, node)
	}
}

func (c checker) pageInfo(path string, actual map[string]any, s Selection, page, rows int) {
	for key, value := range actual {
		switch key {
		case "hasNextPage":
			c.scalar(path+"."+key, s.skip+page < rows, value)
		case "hasPreviousPage":
			c.scalar(path+"."+key, s.skip > 0, value)
		default:
			if (value == nil) != (page == 0) {
				fail(path, "%s is %v, the page has %d rows", key, value, page)
			}
		}
	}
}

// Filter returns the rows that meet all conditions of a filter, which may be nil.
func Filter(rows []*Object, filter any) []*Object {
	conditions, _ := filter.(Input)
	return slices.DeleteFunc(slices.Clone(rows), func(o *Object) bool {
		for name, value := range conditions {
			isMet := meets
			if o.Type == "Person" {
				isMet = meetsAsPerson
			}
			if !isMet(o, name, value) {
				return true
			}
		}
		return false
	})
}

func meets(o *Object, name string, value any) bool {
	if value == nil {
		return true
	}
	contains := func(values any, word string) bool {
		return slices.ContainsFunc(values.([]any), func(v any) bool { return fmt.Sprint(v) == word })
	}
	field := map[string]string{"roles": "role", "licenses": "license"}[name]
	if name != "status" && field == "" {
		o = named(o)
	}
	email := normalize(o.text("email"))
	switch name {
	case "providers":
		return contains(value, o.Provider)
	case "email":
		return email != "" && email == normalize(value.(string))
	case "emailDomain":
		return email != "" && strings.HasSuffix(email, "@"+normalize(value.(string)))
	case "hasEmail":
		return (email != "") == value.(bool)
	case "neverLoggedIn":
		_, has := o.get("lastLoginAt").(time.Time)
		return tellsLogins(o) && has != value.(bool)
	case "name":
		return o.text("name") != "" && strings.Contains(withoutAccents(o.text("name")), withoutAccents(value.(string)))
	case "status":
		return contains(value, o.text("status"))
	case "roles", "licenses":
		return o.text(field) != "" && contains(value, o.text(field))
	}
	bound, _ := instant(value).(time.Time)
	field, after := strings.CutSuffix(name, "After")
	if !after {
		field = strings.TrimSuffix(name, "Before")
	}
	at, ok := o.get(field + "At").(time.Time)
	return ok && (after && at.After(bound) || !after && at.Before(bound))
}

// named returns the user of a membership, and any other object itself.
func named(o *Object) *Object {
	if u, ok := o.get("user").(*Object); ok && o.Type == "Membership" {
		return u
	}
	return o
}

// tellsLogins reports whether the vendor of a user tells logins.
func tellsLogins(o *Object) bool {
	vendor := o.get("provider").(*Object).text("vendor")
	return vendor == "ACTIVITYINFO" || vendor == "SOFTWAREONE"
}

// Sort returns rows in an order. Equal rows stay in theirs.
func Sort(rows []*Object, order Input) []*Object {
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, compareIn(order))
	return sorted
}

// compareIn returns how an order compares rows.
func compareIn(order Input) func(a, b *Object) int {
	return func(a, b *Object) int {
		if a.Type == "Person" {
			return comparePeople(a, b, order)
		}
		return compareRows(a, b, order)
	}
}

// compareRows compares two rows. Rows without a value are last in both directions.
func compareRows(a, b *Object, order Input) int {
	field := map[string]string{
		"NAME": "name", "EMAIL": "email", "STATUS": "status", "CREATED_AT": "createdAt", "UPDATED_AT": "updatedAt", "LAST_LOGIN_AT": "lastLoginAt",
	}[string(order["field"].(Enum))]
	if field != "status" {
		a, b = named(a), named(b)
	}
	x, y := a.get(field), b.get(field)
	switch {
	case x == nil && y == nil:
		return 0
	case x == nil:
		return 1
	case y == nil:
		return -1
	}
	n := 0
	switch x := x.(type) {
	case time.Time:
		n = x.Compare(y.(time.Time))
	case string:
		n = cmp.Compare(fold(x), fold(y.(string)))
	}
	if order["direction"] == Enum("DESC") {
		return -n
	}
	return n
}
