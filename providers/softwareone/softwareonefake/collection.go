package softwareonefake

import "strings"

// collection is a list of rows of one kind, in the order of their ids.
type collection struct {
	kind *kind
	rows []*row
	// byName holds each row by all names that a path can have for it.
	byName map[string]*row
	// own are the rows that a token of FirstAccount sees.
	own map[*row]bool
	// ownRows are the same, in order.
	ownRows []*row
}

func newCollection(k *kind) *collection {
	return &collection{kind: k, byName: map[string]*row{}, own: map[*row]bool{}}
}

// add appends a row. Names besides its id may lead to it.
func (c *collection) add(r *row, own bool, names ...string) *row {
	c.rows = append(c.rows, r)
	for _, name := range append(names, r.id()) {
		if name != "" {
			c.byName[folded(name)] = r
		}
	}
	if own {
		c.own[r] = true
		c.ownRows = append(c.ownRows, r)
	}
	return r
}

// folded is the name to find a row by: the case of an e-mail address does not
// matter.
func folded(name string) string {
	if strings.Contains(name, "@") {
		return strings.ToLower(name)
	}
	return name
}

// find returns the row of that name, nil where there is none or the token may
// not see it.
func (c *collection) find(name string, operations bool) *row {
	r := c.byName[folded(name)]
	if r == nil || !operations && !c.own[r] {
		return nil
	}
	return r
}

// seen are the rows that the token may see.
func (c *collection) seen(operations bool) []*row {
	if operations {
		return c.rows
	}
	return c.ownRows
}
