package resolvers

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/internal/operation"
)

// New returns the executable schema. Its operations need an operation.Operation in
// their context.
func New() graphql.ExecutableSchema {
	return generated.NewExecutableSchema(generated.Config{
		Schema:    clientSchema(generated.NewExecutableSchema(generated.Config{}).Schema()),
		Resolvers: root{}, Directives: generated.DirectiveRoot{RequiresScopes: requiresScopes},
	})
}

// requiresScopes implements the directive `@requiresScopes` of federation, which
// gateways enforce as well.
func requiresScopes(ctx context.Context, _ any, next graphql.Resolver, scopes [][]string) (any, error) {
	if err := operation.From(ctx).RequireScopes(scopes); err != nil {
		return nil, err
	}
	return next(ctx)
}

// root is gqlgen's registry of the resolvers, which have no state.
type root struct{}

var _ generated.ResolverRoot = root{}

func (root) Query() generated.QueryResolver               { return query{} }
func (root) Mutation() generated.MutationResolver         { return mutation{} }
func (root) Entity() generated.EntityResolver             { return entity{} }
func (root) Provider() generated.ProviderResolver         { return provider{} }
func (root) User() generated.UserResolver                 { return user{} }
func (root) Membership() generated.MembershipResolver     { return membership{} }
func (root) Account() generated.AccountResolver           { return account{} }
func (root) Organization() generated.OrganizationResolver { return organization{} }
func (root) Group() generated.GroupResolver               { return group{} }
func (root) Buyer() generated.BuyerResolver               { return buyer{} }
func (root) Contact() generated.ContactResolver           { return contact{} }
func (root) AuditActor() generated.AuditActorResolver     { return auditActor{} }
func (root) Person() generated.PersonResolver             { return person{} }
func (root) PersonMatch() generated.PersonMatchResolver   { return personMatch{} }
