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

// personal are the names of fields that only those see who may.
var personal = []string{"address", "contact", "email", "lastLoginAt", "phone", "taxId"}

// alsoPersonal are such fields whose name says less.
var alsoPersonal = []string{"Invitation.url"}

func schema() *ast.Schema {
	return generated.NewExecutableSchema(generated.Config{}).Schema()
}

// scopesOf are the scopes that a field asks for, as the SDL says them.
func scopesOf(f *ast.FieldDefinition) string {
	if d := f.Directives.ForName("requiresScopes"); d != nil {
		return d.Arguments.ForName("scopes").Value.String()
	}
	return ""
}

// TestEveryPersonalFieldIsGated holds that no field is forgotten, on whatever type
// it is, and that no other is gated by mistake.
func TestEveryPersonalFieldIsGated(t *testing.T) {
	var gated []string
	for _, typ := range schema().Types {
		if typ.Kind != ast.Object && typ.Kind != ast.Interface || strings.HasPrefix(typ.Name, "__") {
			continue
		}
		for _, f := range typ.Fields {
			place, want := typ.Name+"."+f.Name, ""
			if slices.Contains(personal, f.Name) || slices.Contains(alsoPersonal, place) {
				want = `[["personal:read"]]`
				gated = append(gated, place)
			}
			if typ.Name == "Mutation" {
				want = `[["cache:write"]]`
			}
			if got := scopesOf(f); got != want {
				t.Errorf("%s asks for the scopes %q, not %q", place, got, want)
			}
		}
	}
	slices.Sort(gated)
	if diff := cmp.Diff([]string{
		"Account.address", "Buyer.address", "Buyer.contact", "Buyer.taxId", "Contact.email", "Contact.phone", "Invitation.url",
		"Person.email", "Person.lastLoginAt", "Seller.address", "User.email", "User.lastLoginAt", "User.phone",
	}, gated); diff != "" {
		t.Errorf("personal fields: %s", diff)
	}
}

// TestOrdersThatTell holds that users cannot be put into the order of a field by
// whoever is not shown it.
func TestOrdersThatTell(t *testing.T) {
	s := newStageWith(t, start(t), transport.Options{Authenticator: auth.AllowAll()}, as)
	user := schema().Types["User"]
	for _, order := range schema().Types["UserOrderField"].EnumValues {
		words := strings.Split(strings.ToLower(order.Name), "_")
		for i := range words[1:] {
			words[i+1] = strings.ToUpper(words[i+1][:1]) + words[i+1][1:]
		}
		f := user.Fields.ForName(strings.Join(words, ""))
		if f == nil {
			t.Errorf("%s is the order of no field", order.Name)
			continue
		}
		answer := string(s.ask(t, `{ users(first: 0, orderBy: {field: `+order.Name+`}) { nodes { id } } }`, nil))
		if got, want := strings.Contains(answer, "FORBIDDEN"), scopesOf(f) != ""; got != want {
			t.Errorf("%s is refused: %t, not %t: %s", order.Name, got, want, answer)
		}
	}
}

// TestScopesOfACaller holds that a scope is a whole word, and that who has another
// scope does not have it.
func TestScopesOfACaller(t *testing.T) {
	vendors := start(t)
	for scopes, want := range map[string]bool{
		"": false, "personal": false, "personal:read:all": false, "PERSONAL:READ": false, "cache:write": false,
		"personal:read": true, "a personal:read b": true,
	} {
		s := newStageWith(t, vendors, transport.Options{Authenticator: auth.AllowAll(strings.Fields(scopes)...)}, as)
		answer := string(s.ask(t, `{ user(id: "softwareone:User:USR-1120-1514") { name email } }`, nil))
		if got := strings.Contains(answer, "@"); got != want || got == strings.Contains(answer, "FORBIDDEN") || !strings.Contains(answer, `"name":"Anna`) {
			t.Errorf("%q: %s", scopes, answer)
		}
	}
}
