// Package softwareone translates the accounts API of the SoftwareOne Marketplace
// Platform, https://docs.platform.softwareone.com/developer-resources/rest-api,
// into the graph: users, accounts, user groups, buyers, sellers, modules, and
// memberships of users in accounts.
//
// It knows nothing of other vendors, of GraphQL or of caching. It never requests
// the platform's API tokens: the response to such a request contains their
// secrets.
package softwareone

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// DefaultAccountUsersPath is the path of an account's users in the vendor's
// reference. Installations of 2026 and later have it below /v1/accounts/accounts.
const DefaultAccountUsersPath = "/v1/accounts/{accountId}/users"

const accountPlaceholder = "{accountId}"

// Options are the differences between installations.
type Options struct {
	// AccountUsersPath is the path of an account's users, with {accountId} as a
	// placeholder for its id; "" means DefaultAccountUsersPath. The other known
	// path is /v1/accounts/accounts/{accountId}/users.
	AccountUsersPath string
}

// Provider is one connection to a platform. Its methods may be called
// concurrently.
type Provider struct {
	client      *upstream.Client
	decoder     decoder
	usersPath   string
	detected    *detected
	collections providers.Collections
}

var (
	_ providers.Indexable       = (*Provider)(nil)
	_ providers.SettingsChecker = (*Provider)(nil)
)

// New returns a connection to the platform at the base URL of c.Provider, which
// ends in /public, as the account that the token belongs to. It makes no call.
// It fails when o or c is invalid.
func New(c upstream.Config, token providers.Secret, o Options) (*Provider, error) {
	path := o.AccountUsersPath
	if path == "" {
		path = DefaultAccountUsersPath
	}
	if !IsAccountUsersPath(path) {
		return nil, errors.New("softwareone: the path of account users must begin with /, contain " +
			accountPlaceholder + " once as a whole segment, and contain no dot segment, ? or #")
	}
	c.Credential = upstream.Bearer(token)
	c.VendorCode = vendorCode
	client, err := upstream.New(c)
	if err != nil {
		return nil, err
	}
	found := &detected{rejections: rejections{now: c.Now}}
	if c.Now == nil {
		found.rejections.now = time.Now
	}
	return newProvider(client, decoder{provider: c.Provider, fieldSets: newFieldSets(), detected: found, transient: !client.Stores(), rows: new(rows)}, path, found), nil
}

func newProvider(client *upstream.Client, d decoder, usersPath string, q *detected) *Provider {
	return &Provider{client, d, usersPath, q, newCollections(client, d, usersPath, q)}
}

// detected holds what calls have shown of an installation. All connections to it share
// them.
type detected struct {
	// userFilter is set when a filter by the user of a member has matched a row, and
	// noUserFilter when the platform rejects it, or has matched none although there is one.
	userFilter, noUserFilter atomic.Bool
	// loginInAudit is set when a user without lastLoginAt has had a login in the audit, so that
	// lastLoginAt does not order logins.
	loginInAudit atomic.Bool
	// noTotal is set when a page had rows, but no total.
	noTotal    atomic.Bool
	rejections rejections
}

// IsAccountUsersPath reports whether path is valid as Options.AccountUsersPath: an absolute path
// of printable ASCII that contains {accountId} once, as a whole segment, without empty and dot
// segments, query and fragment.
func IsAccountUsersPath(path string) bool {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#\\") || strings.ContainsFunc(path, func(r rune) bool { return r <= ' ' || r > '~' }) {
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

// Status reports the outcome of the last calls.
func (p *Provider) Status() model.ProviderStatus { return p.client.Status() }

// Invalidate removes objects and the pages that contain them from the cache;
// nil removes everything.
func (p *Provider) Invalidate(ctx context.Context, ids []model.ID) { p.client.Invalidate(ctx, ids) }

// WithCredential returns the connection authenticated with token.
func (p *Provider) WithCredential(token providers.Secret) providers.Provider {
	return newProvider(p.client.WithCredential(token, upstream.Bearer), p.decoder, p.usersPath, p.detected)
}

// Uncached returns the collections without the cache.
func (p *Provider) Uncached() providers.Collections {
	d := p.decoder
	d.transient = false // its callers keep rows
	return newProvider(p.client.Uncached(), d, p.usersPath, p.detected).collections
}

// Version changes with every invalidation.
func (p *Provider) Version() uint64 { return p.client.Version() }

// Snapshots implements providers.Indexable.
func (p *Provider) Snapshots() providers.Snapshots { return p.client.Snapshots() }

// Collections returns all collections but organizations and roles, which the
// vendor does not have.
func (p *Provider) Collections() providers.Collections { return p.collections }

// Check requests one account; every token may see one.
func (p *Provider) Check(ctx context.Context) error {
	_, err := p.firstAccount(ctx)
	return err
}

// CheckSettings requests one user of an account at the configured path.
func (p *Provider) CheckSettings(ctx context.Context) []providers.SettingCheck {
	check := providers.SettingCheck{Key: "accountUsersPath", Value: p.usersPath}
	account, err := p.firstAccount(ctx)
	if err != nil || account == "" {
		check.Err, check.Untested = err, err != nil
		return []providers.SettingCheck{check}
	}
	path, err := accountUsers(p.usersPath, account)
	if err == nil {
		_, err = p.ids(ctx, upstream.Request{Path: path, Query: query{limit: 1}.String()})
	}
	check.Err = err
	return []providers.SettingCheck{check}
}

// firstAccount returns the id of an account, "" if the token sees none.
func (p *Provider) firstAccount(ctx context.Context) (string, error) {
	ids, err := p.ids(ctx, upstream.Request{Path: accountsPath, Query: query{limit: 1}.String(), Collection: true})
	if len(ids) == 0 {
		return "", err
	}
	return ids[0], err
}

// ids returns the ids of the rows of a list.
func (p *Provider) ids(ctx context.Context, r upstream.Request) ([]string, error) {
	reply, err := upstream.Read(ctx, p.client, r, func(body []byte) (rowIDs, error) {
		var ids rowIDs
		_, err := parseEnvelope(body, func(row *jsonscan.Reader) { ids = append(ids, readRowID(row)) })
		return ids, err
	})
	return reply.Value, err
}

// rowIDs are the ids of the rows of a response.
type rowIDs []string
