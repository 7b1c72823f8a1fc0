package softwareonefake

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

const basePath = "/public/v1/accounts/"

// respond returns the JSON of the object or list at the path.
func (f *Fake) respond(r *http.Request) ([]byte, *problem) {
	rest, ok := strings.CutPrefix(r.URL.Path, basePath)
	if !ok {
		return nil, notFound()
	}
	parts := strings.Split(rest, "/")
	c, id, err := f.route(parts)
	if err != nil {
		return nil, err
	}
	q, err := f.parseQuery(r.URL.RawQuery, c.kind)
	if err != nil {
		return nil, err
	}
	p := f.plan(c.kind, q.selection, full)
	if id != "" {
		found := c.find(id, f.Operations)
		if found == nil {
			return nil, notFound()
		}
		return p.write(nil, found), nil
	}
	// The list has a $meta.omitted for its rows.
	p.meta = f.Verbose && p.meta
	return f.list(q, p, c), nil
}

// list returns the JSON of a page.
func (f *Fake) list(q *query, p *plan, c *collection) []byte {
	rows, total := f.page(q, c)
	meta := fmt.Appendf(nil, `"$meta":{"pagination":{"offset":%d,"limit":%d,"total":%d}`, q.offset, q.reportedLimit, total)
	if f.NoTotal {
		meta = fmt.Appendf(nil, `"$meta":{"pagination":{"offset":%d,"limit":%d,"total":null}`, q.offset, q.reportedLimit)
	}
	if !f.NoOmitted {
		meta = append(append(meta, `,"omitted":`...), p.omitted...)
	}
	meta = append(meta, '}')
	b := make([]byte, 0, 256+len(rows)*1024)
	b = append(b, '{')
	if !f.MetaLast {
		b = append(append(b, meta...), ',')
	}
	b = append(b, `"data":[`...)
	for i, r := range rows {
		if i > 0 {
			b = append(b, ',')
		}
		if odd := f.row(r.id()); odd != nil {
			b = append(b, odd...)
			continue
		}
		b = p.write(b, r)
	}
	b = append(b, ']')
	if f.MetaLast {
		b = append(append(b, ','), meta...)
	}
	return append(b, '}')
}

// route returns the collection of a path, and the id at its end, "" for the list.
// Objects that the token may not see are not found.
func (f *Fake) route(parts []string) (*collection, string, *problem) {
	d := f.data
	switch {
	case slices.Contains(parts, ""):
		return nil, "", notFound()
	case len(parts) == 1:
		c, err := f.collection(parts[0])
		return c, "", err
	case len(parts) == 2 && d.collections[parts[0]] != nil:
		c, err := f.collection(parts[0])
		return c, parts[1], err
	case len(parts) == 2 && parts[1] == "users" && !f.Removed:
		c, err := f.childrenOf(d.accounts, parts[0], d.accountUsersOf)
		return c, "", err
	case len(parts) == 3 && parts[1] == "users" && d.collections[parts[0]] == nil && !f.Removed:
		c, err := f.childrenOf(d.accounts, parts[0], d.accountUsersOf)
		return c, parts[2], err
	case len(parts) == 3 && parts[0] == "accounts" && parts[2] == "users" && !f.NestedOnly:
		c, err := f.childrenOf(d.accounts, parts[1], d.membersOf)
		return c, "", err
	case len(parts) == 4 && parts[0] == "accounts" && parts[2] == "users" && !f.NestedOnly:
		c, err := f.childrenOf(d.accounts, parts[1], d.membersOf)
		return c, parts[3], err
	case len(parts) == 3 && parts[0] == "users" && parts[2] == "accounts":
		c, err := f.childrenOf(d.users, parts[1], d.accountsOf)
		return c, "", err
	}
	return nil, "", notFound()
}

func (f *Fake) collection(name string) (*collection, *problem) {
	c := f.data.collections[name]
	switch {
	case c == nil, c == f.data.accountUsers && f.Removed:
		return nil, notFound()
	case c == f.data.modules && !f.Operations:
		return nil, forbidden()
	}
	return c, nil
}

// childrenOf returns the collection of an object's children.
func (f *Fake) childrenOf(parents *collection, id string, children map[*row]*collection) (*collection, *problem) {
	parent := parents.find(id, f.Operations)
	if parent == nil {
		return nil, notFound()
	}
	if c := children[parent]; c != nil {
		return c, nil
	}
	// A user of the crowd is a new row each time.
	c := newCollection(f.data.account)
	for _, account := range parent.rows("accounts") {
		c.add(account, false)
	}
	return c, nil
}
