package blendvision

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

const (
	organizationPath     = "/bv/org/v1/organizations"
	accountsPath         = "/bv/org/v1/organizations/accounts"
	rolesPath            = "/bv/org/v1/organizations/roles"
	subOrganizationsPath = "/bv/org/v1/sub-orgs"

	// organizationHeader is the id of the organization that a call acts for.
	// https://developers.blendvision.com/docs/overview/account/multi-organization-management
	organizationHeader = "x-bv-org-id"

	// pageSize is the vendor's maximum. The vendor's default is one row.
	pageSize = 100

	// maxOrganizationID is the maximum length of an organization's id. The documented
	// ids are UUIDs of 36 characters.
	maxOrganizationID = 128
)

// client has one method per endpoint.
type client struct {
	upstream        *upstream.Client
	provider        *model.Provider
	organizationIDs organizationIDs
	// totals tell, by the path of a list, whether its totals count the whole list.
	totals map[string]*upstream.Detected[bool]
}

// accounts is the list of an organization's members, each with a complete user. Lists
// of users and of memberships decode to the same type, so that they share cache
// entries.
// https://developers.blendvision.com/docs/api/bv-one/public-organization-service-list-accounts
func (c *client) accounts(organization string) list[*model.Membership] {
	return list[*model.Membership]{accountsPath, organization, func(ctx context.Context, body []byte) (listPage[*model.Membership], error) {
		return decodeAccounts(ctx, c.provider, organization, body)
	}}
}

// accountsOf are the lists of the members of organizations.
func (c *client) accountsOf(organizations []string) []list[*model.Membership] {
	lists := make([]list[*model.Membership], len(organizations))
	for i, id := range organizations {
		lists[i] = c.accounts(id)
	}
	return lists
}

// subOrganizations is the list of the direct children of an organization.
// https://developers.blendvision.com/docs/api/bv-one/public-organization-service-list-sub-org
func (c *client) subOrganizations(parent string) list[*model.Organization] {
	return list[*model.Organization]{subOrganizationsPath, parent, func(ctx context.Context, body []byte) (listPage[*model.Organization], error) {
		return decodeSubOrganizations(ctx, c.provider, c.organizationIDs, parent, body)
	}}
}

// roles is the list of the roles that members of an organization can have.
// https://developers.blendvision.com/docs/api/bv-one/public-organization-service-list-roles
func (c *client) roles(organization string) list[*model.Role] {
	return list[*model.Role]{rolesPath, organization, decodeRoles}
}

// organization reads the organization that the header names. The response may contain
// another organization; the caller must compare the id.
// https://developers.blendvision.com/docs/api/bv-one/public-organization-service-get
func (c *client) organization(ctx context.Context, id string) (upstream.Reply[*model.Organization], error) {
	request, err := c.request(organizationPath, id, nil)
	if err != nil {
		return upstream.Reply[*model.Organization]{}, err
	}
	return upstream.Read(ctx, c.upstream, request, func(body []byte) (*model.Organization, error) {
		row, err := unwrapOrganization(body)
		if err != nil {
			return nil, err
		}
		return decodeOrganization(c.provider, c.organizationIDs, row)
	})
}

// organizationByID reads one organization per call. It is the endpoint of organization
// with one cache entry per object.
func (c *client) organizationByID() upstream.BatchRequest[*model.Organization] {
	return upstream.BatchRequest[*model.Organization]{
		Kind:    "organization",
		PerCall: 1,
		Request: func(ids []string) (upstream.Request, error) {
			return c.request(organizationPath, ids[0], nil)
		},
		Rows: func(body []byte) (map[string]json.RawMessage, error) {
			row, err := unwrapOrganization(body)
			if err != nil {
				return nil, err
			}
			o, err := decodeOrganization(c.provider, c.organizationIDs, row)
			if err != nil {
				return nil, err
			}
			return map[string]json.RawMessage{o.VendorID: row}, nil
		},
		Decode: func(row []byte) (*model.Organization, error) {
			return decodeOrganization(c.provider, c.organizationIDs, row)
		},
	}
}

func (c *client) request(path, organization string, query url.Values) (upstream.Request, error) {
	if err := c.checkOrganizationID(organization); err != nil {
		return upstream.Request{}, err
	}
	header := http.Header{}
	header.Set(organizationHeader, organization)
	return upstream.Request{
		Path: path, Query: query.Encode(), Header: header, Configured: c.organizationIDs.contains(organization),
	}, nil
}

func (c *client) newError(kind providers.Kind, detail string) error {
	return &providers.Error{Kind: kind, Provider: c.provider, Detail: detail}
}
