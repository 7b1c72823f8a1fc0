package export

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/accountgraph/accountgraph/internal/reports/client"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// Kind is a list that can be exported.
type Kind struct {
	Name string
	// Columns are all of its columns.
	Columns []Column
	// Key is the column that identifies a row.
	Key string
	// whole is set if the list is read at once, instead of by providers.
	whole bool
	// document returns the document of the list with these columns.
	document func([]Column) string
	read     func(context.Context, *source) error
}

// Kinds are the lists that can be exported.
func Kinds() []Kind { return []Kind{Users(), Memberships(), People()} }

// Users are all logins.
func Users() Kind {
	return Kind{Name: "users", Columns: userColumns, Key: "id", document: usersDocument, read: readUsers}
}

// Memberships are the members of all tenants.
func Memberships() Kind {
	return Kind{Name: "memberships", Columns: membershipColumns, Key: "id", document: membershipsDocument, read: readMemberships}
}

// People are all who have a login with an address, over all providers.
func People() Kind {
	return Kind{Name: "people", Columns: personColumns, Key: "email", whole: true, document: peopleDocument, read: readPeople}
}

// wholeList is the name of the state of a list that is read at once.
const wholeList = "all providers"

func readPeople(ctx context.Context, s *source) error {
	part := &s.state.Part
	err := s.read(ctx, query{
		document:  peopleDocument(s.columns),
		variables: map[string]any{"filter": s.filter},
		path:      []string{"people"},
		page: func(page *connection, errs rowErrors) error {
			return s.send(ctx, s.rows(page, errs, nil, part))
		},
	}, part)
	part.close()
	return err
}

func readUsers(ctx context.Context, s *source) error {
	part := &s.state.Part
	err := s.read(ctx, query{
		document:  usersDocument(s.columns),
		variables: map[string]any{"provider": s.provider.Name, "filter": s.filter},
		path:      []string{"provider", "users"},
		ordered:   true,
		page: func(page *connection, errs rowErrors) error {
			return s.send(ctx, s.rows(page, errs, nil, part))
		},
	}, part)
	part.close()
	return err
}

// tenant is an account or organization.
type tenant struct{ id, name, kind string }

// readMemberships reads the tenants, then the members of each.
func readMemberships(ctx context.Context, s *source) error {
	tenants, err := s.tenants(ctx)
	if err != nil {
		return err
	}
	for _, t := range tenants {
		state := &TenantState{ID: t.id, Name: t.name, Part: Part{Complete: true}}
		if err := s.members(ctx, t, &state.Part); err != nil {
			return err
		}
		state.close()
		s.state.Tenants = append(s.state.Tenants, state)
		s.state.add(state)
	}
	return nil
}

// tenants returns the accounts and organizations of the provider. What could not be read
// makes the provider incomplete.
func (s *source) tenants(ctx context.Context) (tenants []tenant, err error) {
	for _, list := range tenantLists {
		part := Part{Complete: true}
		err := s.read(ctx, query{
			document:  tenantsDocument(list),
			variables: map[string]any{"provider": s.provider.Name},
			path:      []string{"provider", list},
			page: func(page *connection, _ rowErrors) error {
				for _, node := range page.Nodes {
					if node == nil {
						part.UnreadRows++
						part.Complete, part.MissingRows = false, true
						continue
					}
					part.Rows++
					tenants = append(tenants, tenant{table.TextOf(node["id"]), table.TextOf(node["name"]), table.TextOf(node["__typename"])})
				}
				return nil
			},
		}, &part)
		if err != nil {
			return nil, err
		}
		part.close()
		s.state.addList(list, &part)
	}
	s.counted, s.begun, s.lists = 0, 0, len(tenants)
	s.total.Store(0) // it counted tenants
	return tenants, s.unreadableTenants(ctx)
}

// addList records that a list of tenants is not complete.
func (p *ProviderState) addList(list string, part *Part) {
	p.Complete = p.Complete && part.Complete
	p.MissingRows, p.MissingTenants = p.MissingRows || part.MissingRows, p.MissingTenants || part.MissingRows
	for _, problem := range part.Problems {
		p.fail(problem.Code, list+": "+problem.Message)
	}
	if part.UnreadRows > 0 {
		p.fail(codeHidden, fmt.Sprintf("%s: %d of them could not be read", list, part.UnreadRows))
	}
}

// unreadableTenants reads which tenants the credential may not read.
func (s *source) unreadableTenants(ctx context.Context) error {
	response, err := s.session.Do(ctx, client.Operation{
		Query:     unreadableTenantsDocument,
		Variables: map[string]any{"provider": s.provider.Name},
	})
	if err != nil {
		return s.failed(&s.state.Part, err)
	}
	for _, e := range response.Errors {
		s.state.fail(e.Extensions.Code, e.Message)
	}
	var data struct {
		Provider struct{ UnreadableTenants []string }
	}
	if err := json.Unmarshal(response.Data, &data); err != nil {
		return errors.New("the response cannot be read")
	}
	s.state.UnreadableTenants = data.Provider.UnreadableTenants
	return nil
}

// members reads the members of a tenant.
func (s *source) members(ctx context.Context, t tenant, part *Part) error {
	known := map[string]table.Value{"tenantId": t.id, "tenantType": t.kind}
	if t.name != "" {
		known["tenantName"] = t.name
	}
	return s.read(ctx, query{
		document:  membershipsDocument(s.columns),
		variables: map[string]any{"id": t.id, "filter": s.filter},
		path:      []string{"node", "members"},
		ordered:   true,
		page: func(page *connection, errs rowErrors) error {
			return s.send(ctx, s.rows(page, errs, known, part))
		},
	}, part)
}
