package resolvers_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestEntities holds that a gateway's representations are answered in their order
// and fail one by one, by variables and in the document.
func TestEntities(t *testing.T) {
	const (
		user, other = `{"__typename": "User", "id": "softwareone:User:USR-1000-1234"}`, `{"__typename": "User", "id": "softwareone:User:USR-1001-9153"}`
		account     = `{"__typename": "Account", "id": "softwareone:Account:ACC-1000-1234"}`
		person      = `{"__typename": "Person", "email": "person000@acme.example"}`
		userName    = "User softwareone:User:USR-1000-1234"
		otherName   = "User softwareone:User:USR-1001-9153"
		accountName = "Account softwareone:Account:ACC-1000-1234"
		personName  = "Person person000@acme.example"
		bad         = "BAD_USER_INPUT"
	)
	tests := []struct {
		name            string
		representations []string
		want            []string // an object, null, or the code at its index
	}{
		{"mixed", []string{account, user, person, other}, []string{accountName, userName, personName, otherName}},
		{"duplicates", []string{user, user, account, user}, []string{userName, userName, accountName, userName}},
		{"unknown", []string{`{"__typename": "User", "id": "softwareone:User:USR-9999-9999"}`, user}, []string{"null", userName}},
		{"of an unknown provider", []string{`{"__typename": "User", "id": "nobody:User:1"}`, user}, []string{"null", userName}},
		{"malformed id", []string{`{"__typename": "User", "id": "x"}`, user}, []string{bad, userName}},
		{"malformed id behind", []string{user, `{"__typename": "User", "id": ""}`, other}, []string{userName, bad, otherName}},
		{"an id of another type", []string{`{"__typename": "User", "id": "softwareone:Account:ACC-1000-1234"}`, user}, []string{bad, userName}},
		{"no typename", []string{`{"id": "softwareone:User:USR-1000-1234"}`, user}, []string{bad, userName}},
		{"typename null", []string{user, `{"__typename": null, "id": "softwareone:User:USR-1000-1234"}`}, []string{userName, bad}},
		{"typename a number", []string{`{"__typename": 1}`, user}, []string{bad, userName}},
		{"unknown typename", []string{user, `{"__typename": "Nothing", "id": "1"}`, `{"__typename": "Role", "id": "1"}`}, []string{userName, bad, bad}},
		{"an interface", []string{`{"__typename": "Node", "id": "softwareone:User:USR-1000-1234"}`, user}, []string{bad, userName}},
		{"no key", []string{`{"__typename": "User"}`, user}, []string{bad, userName}},
		{"key null", []string{`{"__typename": "User", "id": null}`, user, account}, []string{bad, userName, accountName}},
		{"key null behind", []string{user, `{"__typename": "User", "id": null}`}, []string{userName, bad}},
		{"key a number", []string{`{"__typename": "User", "id": 7}`, user}, []string{bad, userName}},
		{"key an object", []string{user, `{"__typename": "User", "id": {"a": [1]}}`}, []string{userName, bad}},
		{"no address", []string{`{"__typename": "Person"}`, person}, []string{bad, personName}},
		{"address null", []string{person, `{"__typename": "Person", "email": null}`}, []string{personName, bad}},
		{"empty", []string{`{}`, `{}`}, []string{bad, bad}},
		{"none", nil, nil},
	}
	stage := newStage(t)
	const selection = "{ __typename ... on User { id } ... on Account { id } ... on Person { email } }"
	for _, test := range tests {
		list := "[" + strings.Join(test.representations, ",") + "]"
		literal := strings.NewReplacer(`"__typename"`, "__typename", `"id"`, "id", `"email"`, "email", `"a"`, "a").Replace(list)
		for how, answer := range map[string][]byte{
			"variables": stage.ask(t, "query ($r: [_Any!]!) { _entities(representations: $r) "+selection+" }", json.RawMessage(`{"r": `+list+`}`)),
			"document":  stage.ask(t, "{ _entities(representations: "+literal+") "+selection+" }", nil),
		} {
			t.Run(test.name+" by "+how, func(t *testing.T) {
				if diff := cmp.Diff(test.want, byIndex(t, answer)); diff != "" {
					t.Errorf("-want +got:\n%s%s", diff, answer)
				}
			})
		}
	}
}

// byIndex reads what an answer says at each index of `_entities`.
func byIndex(t *testing.T, answer []byte) []string {
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
	if err := json.Unmarshal(answer, &got); err != nil {
		t.Fatal(err)
	}
	var words []string
	for _, e := range got.Data.Entities {
		word := "null"
		if e != nil {
			word = fmt.Sprint(e.Typename, " ", e.ID, e.Email)
		}
		words = append(words, word)
	}
	for _, e := range got.Errors {
		if len(e.Path) != 2 || e.Path[0] != "_entities" {
			t.Fatalf("an error at %v: %s", e.Path, e.Message)
		}
		i := int(e.Path[1].(float64))
		if words[i] != "null" {
			t.Errorf("an error beside data at %v: %s", e.Path, e.Message)
		}
		words[i] = e.Extensions.Code
	}
	return words
}
