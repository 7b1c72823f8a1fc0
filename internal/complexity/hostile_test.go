package complexity_test

import (
	"fmt"
	"strings"
)

// hostile has documents that cost a server without limits seconds or gigabytes, with
// the expected code.
var hostile = []struct{ name, document, code string }{
	{"circle of depth 120", circle(120, "first: 2"), "QUERY_TOO_COMPLEX"},
	{"circle of depth 15 and full pages", circle(15, "first: 100"), "QUERY_TOO_COMPLEX"},
	{"circle of depth 15 without page sizes", circle(15, ""), "QUERY_TOO_COMPLEX"},
	{"26 fragments, each twice the next", bomb(26, 2), "QUERY_TOO_COMPLEX"},
	{"60 fragments, each six times the next", bomb(60, 6), "QUERY_TOO_COMPLEX"},
	{"99 fragments, each twice the next", bomb(99, 2), "QUERY_TOO_COMPLEX"},
	{"1000 fragments", bomb(1000, 1), "QUERY_TOO_COMPLEX"},
	{"99 fragments, each in a field of the last", chain(99), "QUERY_TOO_COMPLEX"},
	{"a fragment in itself", "{ ...A } fragment A on Query { ...A }", "GRAPHQL_VALIDATION_FAILED"},
	{"two fragments in each other", "{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }", "GRAPHQL_VALIDATION_FAILED"},
	{"the same list 1000 times", "{" + strings.Repeat(" users { nodes { id } }", 1000) + "}", "QUERY_TOO_COMPLEX"},
	{"the same list 101 times", "{" + strings.Repeat(" users { __typename }", 101) + "}", "QUERY_TOO_COMPLEX"},
	{"__typename 3000 times", "{" + strings.Repeat(" __typename", 3000) + "}", "QUERY_TOO_COMPLEX"},
	{"__typename 101 times in a list", "{ users {" + strings.Repeat(" __typename", 101) + "} }", "QUERY_TOO_COMPLEX"},
	{"3900 unknown fields", "{" + numbered(" unknown%d", 3900) + "}", "QUERY_TOO_COMPLEX"},
	{"26 unknown fields", "{ users { nodes {" + numbered(" unknown%d", 26) + "} } }", "GRAPHQL_VALIDATION_FAILED"},
	{"100,000 directives", "{ __typename" + strings.Repeat(" @a", 20_000) + "}", "QUERY_TOO_COMPLEX"},
	{"51 directives", "{ __typename" + strings.Repeat(" @a", 51) + "}", "QUERY_TOO_COMPLEX"},
	{"51 directives through a fragment", "{ a: users { ...A } b: users { ...A } } fragment A on UserConnection { __typename" + strings.Repeat(" @a", 26) + "}", "QUERY_TOO_COMPLEX"},
	{"directives on a variable", "query ($a: Int" + strings.Repeat(" @a", 51) + ") { users(first: $a) { __typename } }", "QUERY_TOO_COMPLEX"},
	{"900 aliases", "{ users {" + numbered(" a%d: __typename", 900) + "} }", "QUERY_TOO_COMPLEX"},
	{"60 root fields", "{" + numbered(` a%d: user(id: "a:User:1") { id }`, 60) + "}", "QUERY_TOO_COMPLEX"},
	{"40 lists at once", "{" + numbered(` a%d: users(first: 100) { nodes { id memberships { nodes { id } } } }`, 40) + "}", "QUERY_TOO_COMPLEX"},
	{"the schema five times", "{" + numbered(" a%d: __schema { types { name } }", 5) + "}", "QUERY_TOO_COMPLEX"},
	{"introspection through fragments", "{ __schema { types { ...A } } } fragment A on __Type { fields { type { ...B ...B } } } " + deeper('B', 'M') + " fragment M on __Type { name }", "QUERY_TOO_COMPLEX"},
	{"11 operations", numbered(" query a%d { __typename }", 11), "QUERY_TOO_COMPLEX"},
	{"many fields in ten operations", strings.ReplaceAll("query X {"+strings.Repeat(" users { nodes { name } }", 36)+"}", "X", "A") + numbered(" query a%d {"+strings.Repeat(" users { nodes { name } }", 50)+"}", 9), "QUERY_TOO_COMPLEX"},
	{"1001 representations", "{ _entities(representations: [" + strings.Repeat("{}", 1001) + "]) { __typename } }", "QUERY_TOO_COMPLEX"},
	{"values 900 deep", "{ users(filter: " + strings.Repeat("[", 900) + strings.Repeat("]", 900) + ") { __typename } }", ""},
	{"values 1100 deep", "{ users(filter: " + strings.Repeat("[", 1100) + strings.Repeat("]", 1100) + ") { __typename } }", "GRAPHQL_PARSE_FAILED"},
	{"70 kB of blanks", "{ __typename }" + strings.Repeat(" ", 70_000), "QUERY_TOO_LARGE"},
	{"60 kB of comments", "{ __typename " + strings.Repeat("#\n", 30_000) + "}", "QUERY_TOO_COMPLEX"},
	{"60 kB of one name", "{ " + strings.Repeat("a", 60_000) + " }", "GRAPHQL_VALIDATION_FAILED"},
	{"nine fields 60 times", "{ users { nodes {" + strings.Repeat(" id name email status icon vendorId firstName lastName vendorStatus", 60) + " } } }", "QUERY_TOO_COMPLEX"},
	{"60 kB of one string", `{ user(id: "` + strings.Repeat("a", 60_000) + `") { id } }`, ""},
	{"a field 21 deep", "{ node(id: \"a\") {" + strings.Repeat(" ... on User { person {", 20) + " id" + strings.Repeat(" } }", 20) + " } }", "QUERY_TOO_COMPLEX"},
	{"1001 inline fragments", "{" + strings.Repeat(" ...{id}", 1001) + "}", "QUERY_TOO_COMPLEX"},
	{"900 inline fragments in each other", "{" + strings.Repeat(" ...{", 900) + " __typename" + strings.Repeat("}", 900) + "}", ""},
	{"1010 inline fragments in ten operations", numbered(" query a%d {"+strings.Repeat(" ...{", 100)+" __typename"+strings.Repeat("}", 100)+"}", 10), "QUERY_TOO_COMPLEX"},
	{"101 aliases of one field", "{ users {" + numbered(" a%d: totalCount", 101) + "} }", "QUERY_TOO_COMPLEX"},
	{"51 root fields without aliases", "{" + strings.Repeat(" providers { name }", 51) + "}", "QUERY_TOO_COMPLEX"},
	{"101 fragments", "{ __typename }" + numbered(" fragment F%d on User { id }", 101), "QUERY_TOO_COMPLEX"},
	{"100 fragments that nothing spreads", "{ __typename }" + numbered(" fragment F%d on User { id name email }", 100), ""},
	{"a cycle of 50 fragments", "{ users { nodes { ...F0 } } }" + numbered(" fragment F%d on User { ...F%[1]d }", 50), "GRAPHQL_VALIDATION_FAILED"},
	{"1000 variables", "query (" + numbered(" $a%d: Int", 1000) + ") { __typename }", "QUERY_TOO_COMPLEX"},
	{"900 variables", "query (" + numbered(" $a%d: Int", 900) + ") { __typename }", ""},
	{"the same variable 900 times", "query (" + strings.Repeat(" $a: Int", 900) + ") { __typename }", ""},
	{"a variable with a type 900 deep", "query ($a: " + strings.Repeat("[", 900) + "Int" + strings.Repeat("]", 900) + ") { __typename }", ""},
	{"a default 900 deep", "query ($a: Int = " + strings.Repeat("[", 900) + strings.Repeat("]", 900) + ") { __typename }", ""},
	{"an object with 900 names", "{ users(filter: {" + numbered(" a%d: 1", 900) + "}) { __typename } }", ""},
	{"an object with one name 900 times", "{ users(filter: {" + strings.Repeat(" name: 1", 900) + "}) { __typename } }", ""},
	{"an argument 900 times", "{ users(" + strings.Repeat(" first: 1", 900) + ") { __typename } }", ""},
	{"a list of 3000 values", "{ nodes(ids: [" + strings.Repeat(` "a"`, 3000) + "]) { id } }", ""},
	{"300 unknown types", "{ users { nodes {" + numbered(" ... on X%d { id }", 300) + "} } }", "QUERY_TOO_COMPLEX"},
	{"25 unknown fields with long names", "{" + numbered(" "+strings.Repeat("a", 2000)+"%d", 25) + "}", "GRAPHQL_VALIDATION_FAILED"},
	{"60 conditions", "{" + strings.Repeat(" __typename @skip(if: true)", 60) + "}", "QUERY_TOO_COMPLEX"},
	{"lists by variables with defaults", "query ($n: Int = 100) " + circle(12, "first: $n"), "QUERY_TOO_COMPLEX"},
	{"representations in 50 fields", "{" + numbered(" a%d: _entities(representations: [{} {} {} {} {}]) { ... on User { memberships(first: 100) { nodes { id } } } }", 50) + "}", "QUERY_TOO_COMPLEX"},
	{"a subscription", "subscription { users { nodes { id } } }", ""},
	{"a type system", "type A { b: C }", "GRAPHQL_PARSE_FAILED"},
	{"3000 opening braces", strings.Repeat("{", 3000), "GRAPHQL_PARSE_FAILED"},
	{"60,000 opening braces", strings.Repeat("{", 60_000), "GRAPHQL_PARSE_FAILED"},
	{"3000 opening parentheses", "{ a" + strings.Repeat("(", 3000), "GRAPHQL_PARSE_FAILED"},
	{"a string without an end", `{ user(id: "` + strings.Repeat("a", 60_000), "GRAPHQL_PARSE_FAILED"},
	{"a block string of 60 kB", `{ user(id: """` + strings.Repeat("\n  a", 15_000) + `""") { id } }`, ""},
	{"12,000 escapes", `{ user(id: "` + strings.Repeat(`\u0061`, 10_000) + `") { id } }`, ""},
	{"a number of 60,000 digits", "{ users(first: " + strings.Repeat("9", 60_000) + ") { __typename } }", ""},
	{"control characters", "{ a\x00 }", "GRAPHQL_PARSE_FAILED"},
	{"no UTF-8", "{ a\xff }", "GRAPHQL_PARSE_FAILED"},
	{"nothing", "", "GRAPHQL_VALIDATION_FAILED"},
	{"comments alone", strings.Repeat("# a\n", 10_000), "QUERY_TOO_COMPLEX"},
	{"60,000 commas", "{ __typename " + strings.Repeat(",", 60_000) + "}", ""},
}

// circle nests users, their memberships, and the members of their accounts.
func circle(depth int, paging string) string {
	if paging != "" {
		paging = "(" + paging + ")"
	}
	b := strings.Builder{}
	b.WriteString("{ users { nodes {")
	for i := 0; i < depth; i += 4 {
		fmt.Fprintf(&b, " memberships%s { nodes { account { members%s { nodes { user {", paging, paging)
	}
	b.WriteString(" id" + strings.Repeat(" } } } } } }", (depth+3)/4) + " } } }")
	return b.String()
}

// bomb is a chain of fragments, each of which spreads the next several times.
func bomb(length, times int) string {
	b := strings.Builder{}
	b.WriteString("{ users { nodes { ...F0 } } }")
	for i := range length - 1 {
		fmt.Fprintf(&b, " fragment F%d on User {%s }", i, strings.Repeat(fmt.Sprintf(" ...F%d", i+1), times))
	}
	fmt.Fprintf(&b, " fragment F%d on User { id }", length-1)
	return b.String()
}

// chain is a chain of fragments, each of which spreads the next two fields deeper.
func chain(length int) string {
	b := strings.Builder{}
	b.WriteString("{ users { nodes { ...F0 } } }")
	for i := range length - 1 {
		fmt.Fprintf(&b, " fragment F%d on User { person { users { ...F%d } } }", i, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on User { id }", length-1)
	return b.String()
}

// deeper is a chain of fragments named by one letter, each of which spreads the next
// twice in a nested type.
func deeper(from, to byte) string {
	b := strings.Builder{}
	for c := from; c < to; c++ {
		fmt.Fprintf(&b, " fragment %c on __Type { ofType { ...%c ...%c } }", c, c+1, c+1)
	}
	return b.String()
}

// numbered repeats a format with the numbers from 0 to n-1.
func numbered(format string, n int) string {
	b := strings.Builder{}
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}
