package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// scenario is a request that the load repeats.
type scenario struct {
	letter, title string
	// body is the body of the request.
	body string
}

const (
	accountsQuery = `{ accounts(first: 50, filter: {providers: ["softwareone"]}) { nodes { id name status } } }`

	// circularQuery is the tab Circle of GraphiQL: 12 groups with 250 different users.
	circularQuery = `query Circle {
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

	userQuery = `{ user(id: "softwareone:User:USR-1120-1514") { id name email status } }`

	entitiesQuery = `query($r: [_Any!]!) { _entities(representations: $r) { ... on User { id name email } } }`

	// userIDsQuery are the users whom entities asks for.
	userIDsQuery = `{ users(first: 100, filter: {providers: ["softwareone"]}) { nodes { id } } }`
)

// scenarios returns the scenarios. It reads the ids that the last one needs from the
// server at url.
func scenarios(url string) ([]scenario, error) {
	response, err := post(url, body(userIDsQuery, nil))
	if err != nil {
		return nil, err
	}
	var users struct {
		Data struct {
			Users struct{ Nodes []struct{ ID string } }
		}
	}
	if err := json.Unmarshal(response, &users); err != nil {
		return nil, err
	}
	var representations []map[string]string
	for _, u := range users.Data.Users.Nodes {
		representations = append(representations, map[string]string{"__typename": "User", "id": u.ID})
	}
	return []scenario{
		{"A", "50 accounts with 3 fields", body(accountsQuery, nil)},
		{"B", "the circle: 3 accounts, 12 groups, 250 users, buyers, sellers, modules", body(circularQuery, nil)},
		{"C", "one user by id", body(userQuery, nil)},
		{"D", fmt.Sprintf("_entities with %d users", len(representations)), body(entitiesQuery, map[string]any{"r": representations})},
		{"P", "a person at four vendors", body(personQuery, map[string]any{"email": "person121@globex.example"})},
	}, nil
}

// body returns the body of a request.
func body(query string, variables map[string]any) string {
	text, _ := json.Marshal(map[string]any{"query": query, "variables": variables}) // cannot fail
	return string(text)
}

// post sends one request and returns the body of the response.
func post(url, body string) ([]byte, error) {
	text, err := readBody(http.Post(url, "application/json", strings.NewReader(body)))
	return []byte(text), err
}

// dataField returns the data of a response without errors. It escapes characters that
// are special in HTML, since some of the servers do.
func dataField(response []byte) ([]byte, error) {
	var parts struct {
		Data   json.RawMessage
		Errors json.RawMessage
	}
	if err := json.Unmarshal(response, &parts); err != nil {
		return nil, err
	}
	if parts.Errors != nil || len(parts.Data) < len(`{"a":{}}`) || bytes.Contains(parts.Data, []byte(`:null}}`)) {
		return nil, fmt.Errorf("unexpected response: %.200s", response)
	}
	var data bytes.Buffer
	json.HTMLEscape(&data, parts.Data)
	return data.Bytes(), nil
}
