package complexity_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/complexity"
)

// TestDocument_Cost checks each document with a limit of exactly its cost, and of one
// less.
func TestDocument_Cost(t *testing.T) {
	tests := []struct {
		document  string
		variables string
		want      int // in objects; ten values are one object
	}{
		{`{ user(id: "a:User:1") { id name } }`, ``, 2},
		{`{ __typename }`, ``, 1},
		{`{ users { nodes { id } } }`, ``, 1 + 50 + 5},
		{`{ users(first: 10) { nodes { id } } }`, ``, 1 + 10 + 1},
		{`{ users(first: null) { nodes { id } } }`, ``, 1 + 50 + 5},
		{`{ users(first: 2147483647) { nodes { id } } }`, ``, 1 + 100 + 10},
		{`{ users(first: -5) { nodes { id } } }`, ``, 1},
		{`query ($n: Int) { users(first: $n) { nodes { id } } }`, `{"n": 10}`, 1 + 10 + 1},
		{`query ($n: Int) { users(first: $n) { nodes { id } } }`, `{"n": null}`, 1 + 50 + 5},
		{`query ($n: Int) { users(first: $n) { nodes { id } } }`, ``, 1 + 50 + 5},
		{`query ($n: Int = 20) { users(first: $n) { nodes { id } } }`, ``, 1 + 20 + 2},
		{`query ($n: Int = 20) { users(first: $n) { nodes { id } } }`, `{"n": "all"}`, 1 + 100 + 10},
		{`{ users(first: 10) { edges { node { id } } pageInfo { hasNextPage } } }`, ``, 1 + 2*10 + 1 + 2},
		{`{ users(first: 10) { ...P } } fragment P on UserConnection { nodes { ...U } } fragment U on User { id }`, ``, 12},
		{`{ a: users(first: 10) { ...P } b: users(first: 20) { ...P } } fragment P on UserConnection { nodes { id } }`, ``, 1 + 11 + 1 + 22},
		{`{ accounts(first: 3) { nodes { groups(first: 4) { nodes { users(first: 5) { nodes { id } } } } } } }`, ``, 1 + 3*(1+1) + 12*(1+1) + 60 + 6},
		{`{ buyer(id: "a:Buyer:1") { sellers { id } } }`, ``, 1 + 10 + 1},
		{`{ people(first: 10) { nodes { email users { id } } } }`, ``, 1 + 10*(1+10) + 1 + 10},
		{`{ nodes(ids: ["a", "b", "c"]) { id } }`, ``, 3 + 1},
		{`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, `{"ids": ["a", "b"]}`, 2 + 1},
		{`query ($ids: [ID!]!) { nodes(ids: $ids) { id } }`, `{"ids": "a"}`, 1 + 1},
		{`query ($r: [_Any!]!) { _entities(representations: $r) { ... on User { id } } }`, `{"r": [{}, {}, {}, {}]}`, 4 + 1},
		{`{ node(id: "a") { ... on Account { members(first: 7) { nodes { id } } } } }`, ``, 1 + 1 + 7 + 1},
		{`{ node(id: "a") { ... on Nothing { members(first: 7) { nodes { id } } } nothing { id } } }`, ``, 1 + 3 + 2},
		{`{ __schema { types { name } } }`, ``, 5000},
		{`{ _service { sdl } }`, ``, 2},
	}
	for _, test := range tests {
		var variables map[string]any
		if test.variables != "" {
			if err := json.Unmarshal([]byte(strings.ReplaceAll(test.variables, "'", `"`)), &variables); err != nil {
				t.Fatal(err)
			}
			useNumbers(variables)
		}
		limits := complexity.DefaultLimits()
		limits.Cost = test.want
		if code := check(complexity.New(schema(), limits, true), test.document, variables); code != "" {
			t.Errorf("%s %s costs more than %d", test.document, test.variables, test.want)
		}
		limits.Cost--
		if code := check(complexity.New(schema(), limits, true), test.document, variables); code != "QUERY_TOO_COMPLEX" {
			t.Errorf("%s %s costs less than %d", test.document, test.variables, test.want)
		}
	}
}

// useNumbers turns numbers into json.Number, as the HTTP transport decodes them.
func useNumbers(variables map[string]any) {
	for name, v := range variables {
		if f, ok := v.(float64); ok {
			variables[name] = json.Number(fmt.Sprint(f))
		}
	}
}

func TestDocument_Representations(t *testing.T) {
	const document = `query ($r: [_Any!]!) { _entities(representations: $r) { __typename } }`
	v := newValidator()
	for n, want := range map[int]string{1000: "", 1001: "QUERY_TOO_COMPLEX", 100_000: "QUERY_TOO_COMPLEX"} {
		if got := check(v, document, map[string]any{"r": make([]any, n)}); got != want {
			t.Errorf("%d representations: %q, want %q", n, got, want)
		}
	}
}
