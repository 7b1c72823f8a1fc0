package blendvision

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

const (
	organizationPath     = "/bv/org/v1/organizations"
	accountsPath         = "/bv/org/v1/organizations/accounts"
	rolesPath            = "/bv/org/v1/organizations/roles"
	subOrganizationsPath = "/bv/org/v1/sub-orgs"

	// organizationHeader names whom a call acts for.
	// https://developers.blendvision.com/docs/overview/account/multi-organization-management
	organizationHeader = "x-bv-org-id"

	// pageSize is the vendor's maximum. It must be sent: the vendor's default is
	// a page of one row.
	pageSize = 100

	// maxOrganization bounds an organization's id; the documented ones are UUIDs
	// of 36 characters.
	maxOrganization = 128
)

// client makes the calls.
type client struct {
	upstream *upstream.Client
	provider *model.Provider
	spelling spelling
}

// accounts reads one page of an organization's members, each with the user in
// full. Both lists of users and of memberships are made of it, so that they
// share what is remembered.
// https://developers.blendvision.com/docs/api/bv-one/public-organization-service-list-accounts
func (c *client) accounts(ctx context.Context, organization string, number int) (upstream.Reply[rows[*model.Membership]], error) {
	return list(ctx, c, accountsPath, organization, number, func(body []byte) (rows[*model.Membership], error) {
		return decodeAccounts(c.provider, organization, body)
	})
}

// subOrganizations reads one page of what lies directly below an organization.
// https://developers.blendvision.com/docs/api/bv-one/public-organization-service-list-sub-org
func (c *client) subOrganizations(ctx context.Context, parent string, number int) (upstream.Reply[rows[*model.Organization]], error) {
	return list(ctx, c, subOrganizationsPath, parent, number, func(body []byte) (rows[*model.Organization], error) {
		return decodeSubOrganizations(c.provider, c.spelling, parent, body)
	})
}

// roles reads one page of the roles that members of an organization can have.
// https://developers.blendvision.com/docs/api/bv-one/public-organization-service-list-roles
func (c *client) roles(ctx context.Context, organization string, number int) (upstream.Reply[rows[*model.Role]], error) {
	return list(ctx, c, rolesPath, organization, number, decodeRoles)
}

// organization reads the organization that the header names. The caller must
// look whether it is the one that was asked for.
// https://developers.blendvision.com/docs/api/bv-one/public-organization-service-get
func (c *client) organization(ctx context.Context, id string) (upstream.Reply[*model.Organization], error) {
	request, err := c.request(organizationPath, id, nil)
	if err != nil {
		return upstream.Reply[*model.Organization]{}, err
	}
	return upstream.Read(ctx, c.upstream, request, func(body []byte) (*model.Organization, error) {
		row, err := organizationRow(body)
		if err != nil {
			return nil, err
		}
		return decodeOrganization(c.provider, c.spelling, row)
	})
}

// byID is the same endpoint as organization, for objects that are remembered
// one by one.
func (c *client) byID() upstream.BatchRequest[*model.Organization] {
	return upstream.BatchRequest[*model.Organization]{
		Kind:    "organization",
		PerCall: 1,
		Request: func(ids []string) (upstream.Request, error) {
			return c.request(organizationPath, ids[0], nil)
		},
		Rows: func(body []byte) (map[string]json.RawMessage, error) {
			row, err := organizationRow(body)
			if err != nil {
				return nil, err
			}
			var named struct {
				ID string `json:"id"`
			}
			if err := json.Unmarshal(row, &named); err != nil {
				return nil, err
			}
			if named.ID == "" {
				return nil, errNoID
			}
			return map[string]json.RawMessage{c.spelling.of(named.ID): row}, nil
		},
		Decode: func(row []byte) (*model.Organization, error) {
			return decodeOrganization(c.provider, c.spelling, row)
		},
	}
}

// list reads one page of a list. An answer that says it is another page than the
// one asked for cannot be understood: reading on would never end.
func list[T any](ctx context.Context, c *client, path, organization string, number int, decode func([]byte) (rows[T], error)) (upstream.Reply[rows[T]], error) {
	request, err := c.request(path, organization, url.Values{
		"current_page":   {strconv.Itoa(number)},
		"items_per_page": {strconv.Itoa(pageSize)},
	})
	if err != nil {
		return upstream.Reply[rows[T]]{}, err
	}
	return upstream.Read(ctx, c.upstream, request, func(body []byte) (rows[T], error) {
		r, err := decode(body)
		if err != nil {
			return rows[T]{}, err
		}
		if r.number != 0 && r.number != number {
			return rows[T]{}, errOtherPage
		}
		r.number = number
		return r, nil
	})
}

func (c *client) request(path, organization string, query url.Values) (upstream.Request, error) {
	if err := c.usable(organization); err != nil {
		return upstream.Request{}, err
	}
	header := http.Header{}
	header.Set(organizationHeader, organization)
	return upstream.Request{Path: path, Query: query.Encode(), Header: header}, nil
}

// usable fails with BadInput on an id that could not stand in a header, or not
// alone: a comma makes two values of one. A slash would make the ids of
// memberships ambiguous.
func (c *client) usable(organization string) error {
	if organization == "" || len(organization) > maxOrganization ||
		strings.ContainsFunc(organization, func(r rune) bool { return r <= ' ' || r > '~' || r == ',' || r == '/' }) {
		return c.fail(providers.InvalidArgument, "an organization's id cannot stand in a header")
	}
	return nil
}

func (c *client) fail(kind providers.Kind, detail string) error {
	return &providers.Error{Kind: kind, Provider: c.provider, Detail: detail}
}
