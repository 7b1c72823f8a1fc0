// Package softwareone translates the accounts API of the SoftwareOne Marketplace
// Platform, https://docs.platform.softwareone.com/developer-resources/rest-api,
// into the graph: users, accounts, user groups, buyers, sellers, modules, and
// users' places in accounts.
//
// It knows nothing of other vendors, of GraphQL or of caching. It does not know
// the platform's API tokens: reading one shows its secret, so that collection is
// never asked for.
package softwareone

import (
	"context"
	"errors"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// DefaultAccountUsersPath is where the vendor's reference has the users of an
// account. Installations of 2026 and later have them below /v1/accounts/accounts.
const DefaultAccountUsersPath = "/v1/accounts/{accountId}/users"

const accountPlaceholder = "{accountId}"

// Options tell installations apart.
type Options struct {
	// AccountUsersPath is where the users of an account are listed, with
	// {accountId} in place of its id; "" for DefaultAccountUsersPath. The other
	// known form is /v1/accounts/accounts/{accountId}/users.
	AccountUsersPath string
}

// Provider is one connection to a platform. Its methods may be called
// concurrently.
type Provider struct {
	client      *upstream.Client
	reader      reader
	usersPath   string
	collections providers.Collections
}

var _ providers.Provider = (*Provider)(nil)

// New connects to the platform whose base URL, ending in /public, is that of
// c.Provider, as the account that the token belongs to. It fails when o or c is
// not usable.
func New(c upstream.Config, token providers.Secret, o Options) (*Provider, error) {
	path := o.AccountUsersPath
	if path == "" {
		path = DefaultAccountUsersPath
	}
	if !usablePath(path) {
		return nil, errors.New("softwareone: the path of account users must begin with / and hold " +
			accountPlaceholder + " once, as a segment of its own, and neither dots, ? nor #")
	}
	c.Credential = upstream.Bearer(token)
	c.VendorCode = vendorCode
	client, err := upstream.New(c)
	if err != nil {
		return nil, err
	}
	return connected(client, reader{provider: c.Provider, extents: newExtents()}, path), nil
}

func connected(client *upstream.Client, r reader, usersPath string) *Provider {
	return &Provider{client, r, usersPath, collections(client, r, usersPath)}
}

func usablePath(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#\\ ") {
		return false
	}
	accounts := 0
	for _, segment := range strings.Split(path[1:], "/") {
		switch {
		case segment == accountPlaceholder:
			accounts++
		case segment == "", segment == ".", segment == "..", strings.ContainsAny(segment, "{}%"):
			return false
		}
	}
	return accounts == 1
}

// Connection describes the connection.
func (p *Provider) Connection() *model.Provider { return p.client.Provider() }

// Status tells how the last calls went.
func (p *Provider) Status() model.ProviderStatus { return p.client.Status() }

// Invalidate drops what is remembered.
func (p *Provider) Invalidate(ctx context.Context, ids []model.ID) { p.client.Invalidate(ctx, ids) }

// WithCredential is the connection as another account.
func (p *Provider) WithCredential(token providers.Secret) providers.Provider {
	return connected(p.client.WithCredential(token, upstream.Bearer), p.reader, p.usersPath)
}

// Collections lists what the vendor has: all but organizations and roles.
func (p *Provider) Collections() providers.Collections { return p.collections }

// Check asks for one account, which every token may see.
func (p *Provider) Check(ctx context.Context) error {
	request := upstream.Request{Path: accountsPath, Query: query{limit: 1}.String()}
	_, err := upstream.Read(ctx, p.client, request, func(body []byte) (envelope, error) {
		return parseEnvelope(body, (*jsonscan.Reader).Skip)
	})
	return err
}
