package demo

// Queries are three questions to begin with, each on one line.
var Queries = []string{
	`{ people(first: 3, orderBy: {field: PROVIDERS, direction: DESC}) { totalCount nodes { name email users { provider { name } status } } } }`,
	`{ person(email: "person123@acme.example") { users { provider { name } email status } } }`,
	`{ accounts(first: 3, filter: {providers: ["softwareone"]}) { nodes { name groups { nodes { name users(first: 3) { nodes { name email } } } } } } }`,
}
