package resolvers_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// personalFields are the names of fields that require the scope personal:read.
var personalFields = []string{"address", "contact", "email", "lastAccessAt", "lastLoginAt", "phone", "taxId"}

// morePersonalFields require it, too, but not on every type.
var morePersonalFields = []string{"Invitation.url", "User.contactEmail", "User.login"}

func schema() *ast.Schema {
	return generated.NewExecutableSchema(generated.Config{}).Schema()
}

// requiredScopes returns the argument of `@requiresScopes`, "" without one.
func requiredScopes(f *ast.FieldDefinition) string {
	if d := f.Directives.ForName("requiresScopes"); d != nil {
		return d.Arguments.ForName("scopes").Value.String()
	}
	return ""
}

// TestScopes_Schema checks the directives of all fields in the schema.
func TestScopes_Schema(t *testing.T) {
	var restricted []string
	for _, typ := range schema().Types {
		if typ.Kind != ast.Object && typ.Kind != ast.Interface || strings.HasPrefix(typ.Name, "__") {
			continue
		}
		for _, f := range typ.Fields {
			field, want := typ.Name+"."+f.Name, ""
			if slices.Contains(personalFields, f.Name) || slices.Contains(morePersonalFields, field) || field == "Query.people" {
				want = `[["personal:read"]]`
				restricted = append(restricted, field)
			}
			if typ.Name == "Mutation" {
				want = `[["cache:write"]]`
			}
			if got := requiredScopes(f); got != want {
				t.Errorf("%s requires the scopes %q, want %q", field, got, want)
			}
		}
	}
	slices.Sort(restricted)
	if diff := cmp.Diff([]string{
		"Account.address", "Buyer.address", "Buyer.contact", "Buyer.taxId", "Contact.email", "Contact.phone", "Invitation.url",
		"Membership.lastAccessAt", "Person.email", "Person.lastLoginAt", "Query.people", "Seller.address", "User.contactEmail", "User.email", "User.lastLoginAt", "User.login", "User.phone",
	}, restricted); diff != "" {
		t.Errorf("personal fields: %s", diff)
	}
}

// TestScopes_Orders orders users by each field. An order requires the scopes of its
// field.
func TestScopes_Orders(t *testing.T) {
	s := newTestServer(t, serverConfig{options: transport.Options{Authenticator: auth.AllowAll()}})
	user := schema().Types["User"]
	for _, order := range schema().Types["UserOrderField"].EnumValues {
		words := strings.Split(strings.ToLower(order.Name), "_")
		for i := range words[1:] {
			words[i+1] = strings.ToUpper(words[i+1][:1]) + words[i+1][1:]
		}
		f := user.Fields.ForName(strings.Join(words, ""))
		if f == nil {
			t.Errorf("%s has no field", order.Name)
			continue
		}
		response := string(s.query(t, `{ users(first: 0, orderBy: {field: `+order.Name+`}) { nodes { id } } }`, nil))
		if got, want := strings.Contains(response, "FORBIDDEN"), requiredScopes(f) != ""; got != want {
			t.Errorf("%s is forbidden: %t, want %t: %s", order.Name, got, want, response)
		}
	}
}

// TestScopes_Caller reads a personal field with several scopes, which are compared as
// whole words.
func TestScopes_Caller(t *testing.T) {
	simulated := startVendors(t)
	for scopes, want := range map[string]bool{
		"": false, "personal": false, "personal:read:all": false, "PERSONAL:READ": false, "cache:write": false,
		"personal:read": true, "a personal:read b": true,
	} {
		s := newTestServer(t, serverConfig{
			vendors: simulated, options: transport.Options{Authenticator: auth.AllowAll(strings.Fields(scopes)...)},
		})
		response := string(s.query(t, `{ user(id: "softwareone:User:USR-1120-1514") { name email } }`, nil))
		if got := strings.Contains(response, "@"); got != want || got == strings.Contains(response, "FORBIDDEN") || !strings.Contains(response, `"name":"Anna`) {
			t.Errorf("%q: %s", scopes, response)
		}
	}
}
