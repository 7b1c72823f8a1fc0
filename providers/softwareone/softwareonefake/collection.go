package softwareonefake

import "strings"

// collection is a list of rows of one kind, sorted by id.
type collection struct {
	kind *kind
	rows []*row
	// byName holds each row under all names by which a path can refer to it.
	byName map[string]*row
	// own are the rows that a token of FirstAccount sees.
	own map[*row]bool
	// ownRows are the rows in own, sorted by id.
	ownRows []*row
}

func newCollection(k *kind) *collection {
	return &collection{kind: k, byName: map[string]*row{}, own: map[*row]bool{}}
}

// add appends a row. names refer to it, besides its id.
func (c *collection) add(r *row, own bool, names ...string) *row {
	c.rows = append(c.rows, r)
	for _, name := range append(names, r.id()) {
		if name != "" {
			c.byName[foldName(name)] = r
		}
	}
	if own {
		c.own[r] = true
		c.ownRows = append(c.ownRows, r)
	}
	return r
}

// foldName returns the key of a name in byName: e-mail addresses are
// case-insensitive.
func foldName(name string) string {
	if strings.Contains(name, "@") {
		return strings.ToLower(name)
	}
	return name
}

// find returns the row with this name, nil where there is none or the token may
// not see it.
func (c *collection) find(name string, operations bool) *row {
	r := c.byName[foldName(name)]
	if r == nil || !operations && !c.own[r] {
		return nil
	}
	return r
}

// visible returns the rows that the token may see.
func (c *collection) visible(operations bool) []*row {
	if operations {
		return c.rows
	}
	return c.ownRows
}
