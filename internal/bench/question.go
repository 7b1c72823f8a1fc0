package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// question is what a load asks over and over.
type question struct {
	letter, title string
	// body is the request's.
	body string
}

const (
	fifty = `{ accounts(first: 50, filter: {providers: ["softwareone"]}) { nodes { id name status } } }`

	// circle is the tab Circle of GraphiQL: 12 groups with 250 different users.
	circle = `query Circle {
  accounts(first: 3, filter: {providers: ["softwareone"]}) {
    nodes {
      id
      name
      groups(first: 4) {
        nodes {
          name
          account { id name }
          users(first: 100) {
            nodes { id name email }
          }
          buyers(first: 20) {
            nodes {
              name
              taxId
              sellers { name }
            }
          }
          modules { name }
        }
      }
    }
  }
}`

	single = `{ user(id: "softwareone:User:USR-1120-1514") { id name email status } }`

	entities = `query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id name email } } }`

	// known are the users whom entities asks for.
	known = `{ users(first: 100, filter: {providers: ["softwareone"]}) { nodes { id } } }`
)

// questions are the four of the table. A server is asked for the ids that the last
// one needs.
func questions(url string) ([]question, error) {
	answer, err := post(url, body(known, nil))
	if err != nil {
		return nil, err
	}
	var users struct {
		Data struct {
			Users struct{ Nodes []struct{ ID string } }
		}
	}
	if err := json.Unmarshal(answer, &users); err != nil {
		return nil, err
	}
	var representations []map[string]string
	for _, u := range users.Data.Users.Nodes {
		representations = append(representations, map[string]string{"__typename": "User", "id": u.ID})
	}
	return []question{
		{"A", "50 accounts with 3 fields", body(fifty, nil)},
		{"B", "the circle: 3 accounts, 12 groups, 250 users, buyers, sellers, modules", body(circle, nil)},
		{"C", "one user by id", body(single, nil)},
		{"D", fmt.Sprintf("_entities with %d users", len(representations)), body(entities, map[string]any{"r": representations})},
	}, nil
}

// body is a request's.
func body(query string, variables map[string]any) string {
	text, _ := json.Marshal(map[string]any{"query": query, "variables": variables}) // text alone
	return string(text)
}

// post asks a server once.
func post(url, body string) ([]byte, error) {
	text, err := answered(http.Post(url, "application/json", strings.NewReader(body)))
	return []byte(text), err
}

// dataOf is the data of an answer, byte by byte, if it has no errors. The
// characters that HTML minds are escaped, as some servers do and some do not.
func dataOf(answer []byte) ([]byte, error) {
	var parts struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	if err := json.Unmarshal(answer, &parts); err != nil {
		return nil, err
	}
	if parts.Errors != nil || len(parts.Data) < len(`{"a":{}}`) || bytes.Contains(parts.Data, []byte(`:null}}`)) {
		return nil, fmt.Errorf("not an answer: %.200s", answer)
	}
	var data bytes.Buffer
	json.HTMLEscape(&data, parts.Data)
	return data.Bytes(), nil
}
