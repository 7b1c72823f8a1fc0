package differential

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

// Generator makes random queries. It is not safe for concurrent use.
type Generator struct {
	world *World
	rand  *rand.Rand
	// aliases and fragments count what has been named in the current query.
	aliases, fragments, variables int
}

// NewGenerator returns a generator of queries about a world. Equal seeds make equal
// queries.
func NewGenerator(w *World, seed uint64) *Generator {
	return &Generator{world: w, rand: rand.New(rand.NewPCG(seed, 1))} //nolint:gosec // reproducible on purpose
}

// maxDepth bounds how deep objects are selected.
const maxDepth = 4

// Query returns a random query.
func (g *Generator) Query() Query {
	g.aliases, g.fragments, g.variables = 0, 0, 0
	var all []Selection
	for range 1 + g.rand.IntN(2) {
		all = append(all, g.field(pick(g, types["Query"]), 0))
		all[len(all)-1].Alias = g.alias()
	}
	return NewQuery(all)
}

func pick[T any](g *Generator, all []T) T { return all[g.rand.IntN(len(all))] }

// chance is true once in n times.
func (g *Generator) chance(n int) bool { return g.rand.IntN(n) == 0 }

func (g *Generator) alias() string {
	g.aliases++
	return fmt.Sprintf("a%d", g.aliases)
}

// selections selects some fields of a type.
func (g *Generator) selections(typ string, depth int) []Selection {
	var all []Selection
	if len(members[typ]) > 0 {
		return g.fragmentsOf(typ, depth)
	}
	fields := types[typ]
	for range 2 + g.rand.IntN(4) {
		f := pick(g, fields)
		if f.kind != scalar && depth >= maxDepth {
			continue
		}
		s := g.field(f, depth)
		if f.kind != scalar || g.chance(4) {
			s.Alias = g.alias()
		}
		if s.Alias == "" && slices.ContainsFunc(all, func(other Selection) bool { return other.key() == s.key() }) {
			continue
		}
		all = append(all, s)
	}
	if g.chance(4) && !slices.ContainsFunc(all, func(s Selection) bool { return s.Name == "__typename" }) {
		all = append(all, Selection{Name: "__typename"})
	}
	if len(all) == 0 {
		all = append(all, Selection{Name: "__typename"})
	}
	return g.inFragments(typ, all)
}

// inFragments moves some selections into a fragment.
func (g *Generator) inFragments(typ string, all []Selection) []Selection {
	if len(all) < 2 || !g.chance(5) {
		return all
	}
	n := 1 + g.rand.IntN(len(all)-1)
	s := Selection{On: graphQL(typ), Selections: all[:n]}
	if g.chance(2) {
		g.fragments++
		s.Fragment = fmt.Sprintf("F%d", g.fragments)
	}
	return append([]Selection{s}, all[n:]...)
}

// fragmentsOf selects fields of an abstract type, and of some of its members.
func (g *Generator) fragmentsOf(typ string, depth int) []Selection {
	all := []Selection{{Name: "__typename"}}
	for _, f := range types[typ] {
		if f.kind == scalar {
			all = append(all, Selection{Name: f.name})
		}
	}
	for _, member := range members[typ] {
		if g.chance(2) {
			all = append(all, Selection{On: member, Selections: g.withAliases(g.selections(member, depth))})
		}
	}
	return all
}

// withAliases gives every field an alias: fields of one name have different types in
// different members of an abstract type.
func (g *Generator) withAliases(all []Selection) []Selection {
	for i, s := range all {
		switch {
		case s.Name == "":
			all[i].Selections = g.withAliases(s.Selections)
		case s.Alias == "" && s.Name != "id" && s.Name != "__typename":
			all[i].Alias = g.alias()
		}
	}
	return all
}

func (g *Generator) field(f field, depth int) Selection {
	s := Selection{Name: f.name}
	switch f.kind {
	case scalar:
		return s
	case connection:
		s.Arguments = g.connectionArguments(f, depth)
		s.Selections = g.connection(f.of, depth)
	default:
		if depth == 0 {
			s.Arguments = g.rootArguments(f)
		}
		s.Selections = g.selections(f.of, depth+1)
	}
	return s
}

// keyOf returns the field that identifies the objects of a type.
func keyOf(typ string) string {
	if typ == "Person" {
		return "email"
	}
	return "id"
}

// connection selects fields of a connection. Its nodes always have their id, by which
// they are checked.
func (g *Generator) connection(of string, depth int) []Selection {
	nodes := func() []Selection { return append(g.selections(of, depth+1), Selection{Name: keyOf(of)}) }
	var all []Selection
	if g.chance(4) {
		all = append(all, Selection{Name: "edges", Selections: []Selection{{Name: "cursor"}, {Name: "node", Selections: nodes()}}})
	} else {
		all = append(all, Selection{Name: "nodes", Selections: nodes()})
	}
	if g.chance(2) {
		all = append(all, Selection{Name: "totalCount"})
	}
	if g.chance(2) {
		all = append(all, Selection{Name: "complete"})
	}
	if g.chance(2) {
		var fields []Selection
		for _, name := range []string{"hasNextPage", "hasPreviousPage", "startCursor", "endCursor"} {
			fields = append(fields, Selection{Name: name})
		}
		all = append(all, Selection{Name: "pageInfo", Selections: fields[g.rand.IntN(3):]})
	}
	return all
}

func (g *Generator) connectionArguments(f field, depth int) []Argument {
	first := g.rand.IntN(4)
	if depth == 0 {
		first = g.rand.IntN(15)
	}
	all := []Argument{{Name: "first", Type: "Int", Value: first}}
	if depth == 0 && g.chance(20) {
		all[0].Value = 100
	}
	if f.filter != "" && g.chance(2) {
		all = append(all, Argument{Name: "filter", Type: f.filter, Value: g.filter(f, depth)})
	}
	if f.order != "" && g.chance(3) {
		order := Input{"field": Enum(pick(g, enums[f.order+"Field"]))}
		if g.chance(2) {
			order["direction"] = Enum(pick(g, enums["OrderDirection"]))
		}
		all = append(all, Argument{Name: "orderBy", Type: f.order, Value: order})
	}
	return g.withVariables(all)
}

// withVariables passes some arguments by variables.
func (g *Generator) withVariables(all []Argument) []Argument {
	for i := range all {
		if g.chance(3) {
			g.variables++
			all[i].Variable = fmt.Sprintf("v%d", g.variables)
		}
	}
	return all
}

// filter returns one or two conditions. The lists of one provider take no providers.
func (g *Generator) filter(f field, depth int) Input {
	filter := Input{}
	for range 1 + g.rand.IntN(2) {
		c := pick(g, conditions[f.filter])
		if c[0] == "providers" && depth > 0 {
			continue
		}
		filter[c[0]] = g.condition(f.of, c[0], c[1])
	}
	return filter
}

func (g *Generator) condition(of, name, typ string) any {
	if g.chance(20) {
		return nil // no condition
	}
	if strings.HasPrefix(typ, "[") && g.chance(12) {
		return []any{} // matches nothing
	}
	if enum, ok := strings.CutPrefix(strings.TrimSuffix(typ, "!]"), "["); ok && enum != "String" {
		var values []any
		for range 1 + g.rand.IntN(3) {
			values = append(values, Enum(pick(g, enums[enum])))
		}
		return values
	}
	sample := pick(g, g.world.Lists[of])
	switch name {
	case "providers":
		var names []any
		for range 1 + g.rand.IntN(2) {
			names = append(names, pick(g, g.world.Providers).text("name"))
		}
		return names
	case "email":
		return g.email()
	case "name":
		return g.partOfName(sample)
	case "emailDomain":
		email := g.email()
		return email[strings.LastIndexByte(email, '@')+1:]
	case "emails":
		var emails []any
		for range 1 + g.rand.IntN(4) {
			emails = append(emails, g.email())
		}
		return emails
	case "providersAtLeast":
		return g.rand.IntN(5)
	case "neverLoggedIn", "hasEmail", "canSignIn", "conflict":
		return g.chance(2)
	}
	at := time.Date(2016+g.rand.IntN(10), time.Month(1+g.rand.IntN(12)), 1+g.rand.IntN(28), g.rand.IntN(24), 30, 0, 0, time.UTC)
	if created, ok := sample.get("createdAt").(time.Time); ok && g.chance(2) {
		at = created
	}
	if login, ok := sample.get("lastLoginAt").(time.Time); ok && strings.HasPrefix(name, "lastLogin") {
		at = login
	}
	return at.Format(time.RFC3339Nano)
}

// email returns the address of a user in some spelling, or of nobody.
func (g *Generator) email() string {
	email := pick(g, g.world.Lists["User"]).text("email")
	switch g.rand.IntN(4) {
	case 0:
		return strings.ToUpper(email)
	case 1:
		return norm.NFD.String(email)
	case 2:
		return "nobody@nowhere.example"
	}
	return email
}

// partOfName returns a part of the name of an object, or of the user of a membership, with
// or without its accents.
func (g *Generator) partOfName(o *Object) string {
	name := []rune(named(o).text("name"))
	for range 10 {
		if len(name) == 0 {
			break
		}
		from := g.rand.IntN(len(name))
		part := string(name[from:min(len(name), from+1+g.rand.IntN(4))])
		switch {
		case strings.TrimSpace(part) != part || withoutAccents(part) == "":
		case g.chance(3):
			return withoutAccents(part)
		case g.chance(3):
			return norm.NFD.String(strings.ToUpper(part))
		default:
			return part
		}
	}
	return "nobody"
}

// rootArguments returns the arguments of a field of Query that is no connection.
func (g *Generator) rootArguments(f field) []Argument {
	several := func(value func() any) []any {
		all := []any{}
		for range g.rand.IntN(5) {
			all = append(all, value())
		}
		return all
	}
	switch f.name {
	case "providers":
		return nil
	case "provider":
		return g.withVariables([]Argument{{Name: "name", Type: "String!", Value: pick(g, g.world.Providers).text("name")}})
	case "person":
		return g.withVariables([]Argument{{Name: "email", Type: "String!", Value: g.email()}})
	case peopleByEmail:
		return g.withVariables([]Argument{{Name: "emails", Type: "[String!]!", Value: several(func() any { return g.email() })}})
	case "nodes":
		return g.withVariables([]Argument{{Name: "ids", Type: "[ID!]!", Value: several(func() any { return g.id(pick(g, members["Node"])) })}})
	case "node":
		return g.withVariables([]Argument{{Name: "id", Type: "ID!", Value: g.id(pick(g, members["Node"]))}})
	case "_entities":
		g.variables++ // a representation has no literal form that every client writes
		return []Argument{{Name: "representations", Type: "[_Any!]!", Variable: fmt.Sprintf("v%d", g.variables), Value: several(g.representation)}}
	}
	return g.withVariables([]Argument{{Name: "id", Type: "ID!", Value: g.id(f.of)}})
}

func (g *Generator) representation() any {
	typ := pick(g, members["_Entity"])
	if typ == "Person" {
		return Input{"__typename": typ, "email": g.email()}
	}
	return Input{"__typename": typ, "id": g.id(typ)}
}

// id returns the id of an object, or of none.
func (g *Generator) id(typ string) string {
	o := pick(g, g.world.Lists[typ])
	if g.chance(10) {
		return o.ID + "9"
	}
	return o.ID
}
