// Package activeplatform reads users and accounts of an ActivePlatform
// installation through its vendor API v1:
// https://docs.activeplatform.com/api-guide/6.0/en/pol-zovateli/poluchenie-cpiska-pol-zovatelej
//
// The vendor's pages leave open how pages are numbered and bounded, how a list
// ends, how a filter compares, and what an answer looks like that is no success.
// What is assumed instead is said where it is used, and the reading survives
// when it does not hold. It knows neither the graph nor other vendors.
package activeplatform

import (
	"context"
	"encoding/json"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// Provider is one connection to an installation.
type Provider struct{ client *upstream.Client }

var _ providers.Provider = (*Provider)(nil)

// New builds a provider. It sets the credential and the reading of error words
// of c, and calls nobody. It fails when upstream.New does.
func New(c upstream.Config, token providers.Secret) (*Provider, error) {
	c.Credential = credential(token)
	c.VendorCode = func(body []byte) string {
		code := vendorCode(body)
		if !token.Empty() && strings.Contains(code, token.Reveal()) {
			return ""
		}
		return code
	}
	client, err := upstream.New(c)
	if err != nil {
		return nil, err
	}
	return &Provider{client}, nil
}

func credential(token providers.Secret) upstream.Credential {
	return upstream.QueryParameter("api_token", token)
}

// WithCredential is the connection with another token.
func (p *Provider) WithCredential(token providers.Secret) providers.Provider {
	return &Provider{p.client.WithCredential(token, credential)}
}

// Connection describes the connection.
func (p *Provider) Connection() *model.Provider { return p.client.Provider() }

// Status tells how the last calls went.
func (p *Provider) Status() model.ProviderStatus { return p.client.Status() }

// Invalidate drops what is remembered.
func (p *Provider) Invalidate(ctx context.Context, ids []model.ID) { p.client.Invalidate(ctx, ids) }

// Check reads one user.
func (p *Provider) Check(ctx context.Context) error {
	return p.checkUsers(ctx)
}

// Collections lists users, their accounts and the memberships between them.
func (p *Provider) Collections() providers.Collections {
	return providers.Collections{Users: users{p}, Memberships: memberships{p}, Accounts: accounts{p}}
}

// notAsked is the list of which nothing can match. Nobody was asked, so it is as
// old as this moment.
func notAsked[T any]() *providers.Page[T] {
	none := 0
	return &providers.Page[T]{Total: &none, Freshness: model.Freshness{FetchedAt: time.Now()}}
}

func (p *Provider) badInput(detail string) error {
	return &providers.Error{Kind: providers.InvalidArgument, Provider: p.Connection(), Detail: detail}
}

// codeKeys are where an error word is looked for; the vendor documents no error
// bodies, these are what others use.
var codeKeys = [...]string{"error_code", "code", "error", "status"}

// vendorCode finds a short word that stands for an error. Prose never passes,
// since it may hold anything.
func vendorCode(body []byte) string {
	var object map[string]json.RawMessage
	if json.Unmarshal(body, &object) != nil {
		return ""
	}
	for _, key := range codeKeys {
		if code := scalar(object[key]); code != nil && isWord(*code) {
			return *code
		}
	}
	return ""
}

// maxWord is longer than any error word seen elsewhere and shorter than most
// secrets written in such letters.
const maxWord = 40

func isWord(s string) bool {
	return s != "" && len(s) <= maxWord && !strings.ContainsFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '_' || r == '.' || r == '-')
	})
}
