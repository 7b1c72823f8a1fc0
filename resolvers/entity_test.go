package resolvers_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEntities_Representations sends representations in variables and as literals. They
// are resolved in their order, and fail one by one.
func TestEntities_Representations(t *testing.T) {
	const (
		user, other = `{"__typename": "User", "id": "softwareone:User:USR-1000-1234"}`, `{"__typename": "User", "id": "softwareone:User:USR-1001-9153"}`
		account     = `{"__typename": "Account", "id": "softwareone:Account:ACC-1000-1234"}`
		person      = `{"__typename": "Person", "email": "person000@acme.example"}`
		userName    = "User softwareone:User:USR-1000-1234"
		otherName   = "User softwareone:User:USR-1001-9153"
		accountName = "Account softwareone:Account:ACC-1000-1234"
		personName  = "Person person000@acme.example"
		provider    = `{"__typename": "Provider", "id": "softwareone:Provider:softwareone"}`
		providerID  = "Provider softwareone:Provider:softwareone"
		bad         = "BAD_USER_INPUT"
	)
	tests := []struct {
		name            string
		representations []string
		want            []string // per index: an object, null, or an error code
	}{
		{"mixed", []string{account, user, person, other}, []string{accountName, userName, personName, otherName}},
		{"duplicates", []string{user, user, account, user}, []string{userName, userName, accountName, userName}},
		{"unknown", []string{`{"__typename": "User", "id": "softwareone:User:USR-9999-9999"}`, user}, []string{"null", userName}},
		{"unknown provider", []string{`{"__typename": "User", "id": "nobody:User:1"}`, user}, []string{"null", userName}},
		{"malformed id", []string{`{"__typename": "User", "id": "x"}`, user}, []string{bad, userName}},
		{"malformed id between", []string{user, `{"__typename": "User", "id": ""}`, other}, []string{userName, bad, otherName}},
		{"id of another type", []string{`{"__typename": "User", "id": "softwareone:Account:ACC-1000-1234"}`, user}, []string{bad, userName}},
		{"__typename is missing", []string{`{"id": "softwareone:User:USR-1000-1234"}`, user}, []string{bad, userName}},
		{"__typename is null", []string{user, `{"__typename": null, "id": "softwareone:User:USR-1000-1234"}`}, []string{userName, bad}},
		{"__typename is a number", []string{`{"__typename": 1}`, user}, []string{bad, userName}},
		{"unknown __typename", []string{user, `{"__typename": "Nothing", "id": "1"}`, `{"__typename": "Role", "id": "1"}`}, []string{userName, bad, bad}},
		{"interface", []string{`{"__typename": "Node", "id": "softwareone:User:USR-1000-1234"}`, user}, []string{bad, userName}},
		{"key is missing", []string{`{"__typename": "User"}`, user}, []string{bad, userName}},
		{"key is null", []string{`{"__typename": "User", "id": null}`, user, account}, []string{bad, userName, accountName}},
		{"key is null at the end", []string{user, `{"__typename": "User", "id": null}`}, []string{userName, bad}},
		{"key is a number", []string{`{"__typename": "User", "id": 7}`, user}, []string{bad, userName}},
		{"key is an object", []string{user, `{"__typename": "User", "id": {"a": [1]}}`}, []string{userName, bad}},
		{"email is missing", []string{`{"__typename": "Person"}`, person}, []string{bad, personName}},
		{"email is null", []string{person, `{"__typename": "Person", "email": null}`}, []string{personName, bad}},
		{"empty", []string{`{}`, `{}`}, []string{bad, bad}},
		{"provider", []string{provider, user, `{"__typename": "Provider", "id": "softwareone:Provider:other"}`}, []string{providerID, userName, "null"}},
		{"none", nil, nil},
	}
	s := newTestServer(t, serverConfig{})
	const selection = "{ __typename ... on User { id } ... on Account { id } ... on Provider { id } ... on Person { email } }"
	for _, test := range tests {
		list := "[" + strings.Join(test.representations, ",") + "]"
		literal := strings.NewReplacer(`"__typename"`, "__typename", `"id"`, "id", `"email"`, "email", `"a"`, "a").Replace(list)
		for how, response := range map[string][]byte{
			"variables": s.query(t, "query ($r: [_Any!]!) { _entities(representations: $r) "+selection+" }", json.RawMessage(`{"r": `+list+`}`)),
			"document":  s.query(t, "{ _entities(representations: "+literal+") "+selection+" }", nil),
		} {
			t.Run(test.name+" by "+how, func(t *testing.T) {
				if diff := cmp.Diff(test.want, byIndex(t, response)); diff != "" {
					t.Errorf("-want +got:\n%s%s", diff, response)
				}
			})
		}
	}
}

// byIndex returns the result at each index of `_entities`.
func byIndex(t *testing.T, response []byte) []string {
	var got struct {
		Errors []struct {
			Message    string
			Path       []any
			Extensions struct{ Code string }
		}
		Data struct {
			Entities []*struct {
				Typename  string `json:"__typename"`
				ID, Email string
			} `json:"_entities"`
		}
	}
	if err := json.Unmarshal(response, &got); err != nil {
		t.Fatal(err)
	}
	var results []string
	for _, e := range got.Data.Entities {
		result := "null"
		if e != nil {
			result = fmt.Sprint(e.Typename, " ", e.ID, e.Email)
		}
		results = append(results, result)
	}
	for _, e := range got.Errors {
		if len(e.Path) != 2 || e.Path[0] != "_entities" {
			t.Fatalf("an error at %v: %s", e.Path, e.Message)
		}
		i := int(e.Path[1].(float64))
		if results[i] != "null" {
			t.Errorf("an error beside data at %v: %s", e.Path, e.Message)
		}
		results[i] = e.Extensions.Code
	}
	return results
}
