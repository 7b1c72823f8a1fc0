package loaders_test

import (
	"context"
	"slices"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/providers"
)

// licensing is a provider whose members have these licenses, each in a page of its own.
type licensing struct {
	providers.Provider
	providers.Collection[*model.Membership]
	connection *model.Provider
	licenses   []model.License
	// err is that of the last page, and hidden is set if it hides rows.
	err    error
	hidden bool
}

func (p licensing) Connection() *model.Provider { return p.connection }
func (p licensing) Collections() providers.Collections {
	return providers.Collections{Memberships: p}
}
func (p licensing) SupportsParents(string) bool { return false }

func (p licensing) Page(_ context.Context, q providers.Query, token string) (*providers.Page[*model.Membership], error) {
	n := len(token)
	last := n+1 >= len(p.licenses)
	if last && p.err != nil {
		return nil, p.err
	}
	page := &providers.Page[*model.Membership]{Hidden: last && p.hidden}
	if n < len(p.licenses) {
		id := model.JoinMembership(string(rune('1'+n)), q.Parent.IDs[0])
		page.Items = []*model.Membership{{Entity: model.NewEntity(p.connection, model.TypeMembership, id), License: &p.licenses[n]}}
	}
	if !last {
		page.Next = token + "x"
	}
	return page, nil
}

// The licenses of a person are those of all memberships, each once, and null if one of them may
// be missing: an empty list says that there is none.
func TestLicenses(t *testing.T) {
	ai := &model.Provider{Name: "ai", Vendor: model.ActivityInfo}
	so := &model.Provider{Name: "so", Vendor: model.SoftwareOne}
	for name, c := range map[string]struct {
		provider licensing
		missing  *model.Provider
		want     []model.License
		err      bool
	}{
		"several":               {licensing{connection: ai, licenses: []model.License{"FULL", "BASIC", "FULL"}}, nil, []model.License{"BASIC", "FULL"}, false},
		"no membership":         {licensing{connection: ai}, nil, []model.License{}, false},
		"a page fails":          {licensing{connection: ai, licenses: []model.License{"FULL", "BASIC"}, err: &providers.Error{Kind: providers.Unavailable}}, nil, nil, true},
		"rows are hidden":       {licensing{connection: ai, licenses: []model.License{"FULL"}, hidden: true}, nil, nil, false},
		"users may be missing":  {licensing{connection: ai, licenses: []model.License{"FULL"}}, ai, nil, false},
		"of a vendor without":   {licensing{connection: ai, licenses: []model.License{"FULL"}}, so, []model.License{"FULL"}, false},
		"a vendor without them": {licensing{connection: so, err: &providers.Error{Kind: providers.Unavailable}}, nil, []model.License{}, false},
	} {
		p := &model.Person{Email: "a@example.com", Users: []*model.User{{Entity: model.NewEntity(c.provider.connection, model.TypeUser, "1"), Status: model.UserActive}}}
		if c.missing != nil {
			p.UnavailableProviders = []*model.Provider{c.missing}
		}
		got, err := loaders.New(directory.New(c.provider)).Licenses(t.Context(), p)
		if (got == nil) != (c.want == nil) || !slices.Equal(got, c.want) || (err != nil) != c.err {
			t.Errorf("%s: %v, %v; want %v", name, got, err, c.want)
		}
	}
}
