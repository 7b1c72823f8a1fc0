package resolvers_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/graph/model"
)

// fixed resolves `nodes` with these users, and their current account by its function.
type fixed struct {
	generated.ResolverRoot
	users   []model.Node
	account func(*model.User) (*model.Account, error)
}

type fixedQuery struct {
	generated.QueryResolver
	users []model.Node
}

type fixedUser struct {
	generated.UserResolver
	account func(*model.User) (*model.Account, error)
}

func (f fixed) Query() generated.QueryResolver { return fixedQuery{users: f.users} }
func (f fixed) User() generated.UserResolver   { return fixedUser{account: f.account} }

func (f fixedQuery) Nodes(context.Context, []model.ID) ([]model.Node, error) { return f.users, nil }

func (f fixedUser) CurrentAccount(_ context.Context, u *model.User) (*model.Account, error) {
	return f.account(u)
}

// run returns the data of a query, and the paths and messages of its errors.
func (f fixed) run(t *testing.T, query string) (data string, errs []string) {
	t.Helper()
	grant := func(ctx context.Context, _ any, next graphql.Resolver, _ [][]string) (any, error) { return next(ctx) }
	exec := executor.New(generated.NewExecutableSchema(generated.Config{Resolvers: f, Directives: generated.DirectiveRoot{RequiresScopes: grant}}))
	ctx := graphql.StartOperationTrace(t.Context())
	oc, invalid := exec.CreateOperationContext(ctx, &graphql.RawParams{Query: query})
	if invalid != nil {
		t.Fatal(invalid)
	}
	oc.RecoverFunc = func(_ context.Context, v any) error { return fmt.Errorf("panic: %v", v) }
	exec.SetRecoverFunc(oc.RecoverFunc)
	run, ctx := exec.DispatchOperation(ctx, oc)
	response := run(ctx)
	for _, err := range response.Errors {
		errs = append(errs, err.Path.String()+": "+err.Message)
	}
	return string(response.Data), errs
}

func newUser(id string, p *model.Provider) *model.User {
	u := &model.User{Status: model.UserActive}
	u.ID, u.VendorID, u.Provider = model.NewID("p", model.TypeUser, id), id, p
	return u
}

// Text is written as gqlgen writes it.
func TestWriter_Text(t *testing.T) {
	for _, text := range []string{"", "plain", "a\tb\r\nc\bd\x00e\x1ff", `back\slash "quoted"`, "\x7fé 漢 😀  </script>", "not \xff UTF-8 \xc3"} {
		u := newUser("1", &model.Provider{Name: "p"})
		u.Name = &text
		var want bytes.Buffer
		graphql.MarshalString(text).MarshalGQL(&want)
		if got, errs := (fixed{users: []model.Node{u}}).run(t, `{ nodes(ids: []) { ... on User { name } } }`); got != `{"nodes":[{"name":`+want.String()+`}]}` || errs != nil {
			t.Errorf("%q: %s %v", text, got, errs)
		}
	}
}

// A non-null field that is null makes its object null, and only that; the other fields of the
// object are resolved, and their errors listed.
func TestWriter_Null(t *testing.T) {
	p := &model.Provider{Name: "p"}
	f := fixed{
		users:   []model.Node{newUser("1", p), newUser("2", nil), nil, newUser("4", p)},
		account: func(u *model.User) (*model.Account, error) { return nil, errors.New("no account of " + u.VendorID) },
	}
	const query = `{ nodes(ids: []) { id ... on User { provider { name } currentAccount { id } vendorId } } }`
	data, errs := f.run(t, query)
	want := `{"nodes":[{"id":"p:User:1","provider":{"name":"p"},"currentAccount":null,"vendorId":"1"},null,null,` +
		`{"id":"p:User:4","provider":{"name":"p"},"currentAccount":null,"vendorId":"4"}]}`
	if data != want {
		t.Errorf("got %s\nwant %s", data, want)
	}
	wantErrs := []string{
		"nodes[0].currentAccount: no account of 1",
		"nodes[1].provider: the requested element is null which the schema does not allow", "nodes[1].currentAccount: no account of 2",
		"nodes[3].currentAccount: no account of 4",
	}
	if !slices.Equal(errs, wantErrs) {
		t.Errorf("got %q\nwant %q", errs, wantErrs)
	}
}

// A panic costs the field that it happens in.
func TestWriter_Panic(t *testing.T) {
	p := &model.Provider{Name: "p"}
	f := fixed{users: []model.Node{newUser("1", p), newUser("2", p)}, account: func(u *model.User) (*model.Account, error) {
		if u.VendorID == "1" {
			panic("oh")
		}
		return &model.Account{Entity: model.NewEntity(p, model.TypeAccount, "a")}, nil
	}}
	data, errs := f.run(t, `{ nodes(ids: []) { id ... on User { currentAccount { id } } } }`)
	want := `{"nodes":[{"id":"p:User:1","currentAccount":null},{"id":"p:User:2","currentAccount":{"id":"p:Account:a"}}]}`
	if data != want || !slices.Equal(errs, []string{"nodes[0].currentAccount: panic: oh"}) {
		t.Errorf("%s %q", data, errs)
	}
}

// A panic in an element costs the list, and only that; its error is at the element.
func TestWriter_PanicInElement(t *testing.T) {
	var none *model.Organization
	data, errs := (fixed{users: []model.Node{newUser("1", nil), unknownNode{none}}}).run(t, `{ a: nodes(ids: []) { id } b: nodes(ids: []) { __typename } __typename }`)
	if data != `{"a":[],"b":[],"__typename":"Query"}` || len(errs) != 2 {
		t.Errorf("%s %q", data, errs)
	}
}

// unknownNode is a Node that the schema does not have.
type unknownNode struct{ *model.Organization }
