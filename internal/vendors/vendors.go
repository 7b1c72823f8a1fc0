// Package vendors lists the vendors: how a configured provider of each is opened,
// which configuration keys it has, and how its simulator is started.
//
// The list is the only place, besides tests, that knows both clients and
// simulators. It holds no vendor's API and no behavior of its own.
package vendors

import (
	"fmt"
	"net/http"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

// Vendor is one row of the list.
type Vendor struct {
	config.Vendor
	// Open builds a provider. It calls nobody.
	Open func(c upstream.Config, token providers.Secret, o config.Options) (providers.Provider, error)
	// simulate returns a simulator with at least so many users.
	simulate func(token string, users int) Simulator
}

// Simulate returns a simulator that accepts the token.
func (v Vendor) Simulate(token string) Simulator { return v.simulate(token, 0) }

// SimulateSized returns a simulator that accepts the token and has so many users, but no
// fewer than that of Simulate.
func (v Vendor) SimulateSized(token string, users int) Simulator { return v.simulate(token, users) }

// Simulator is a simulated vendor: an HTTP handler, and how a configuration
// reaches it.
type Simulator struct {
	Handler http.Handler
	// Control makes it misbehave, and records the calls it received.
	Control *fakevendor.Control
	// BasePath is the path of its base URL; "" for none.
	BasePath string
	// Options are the values of the vendor's own configuration keys.
	Options config.Options
}

// Config lists what a configuration may say of vendors, in the order of All.
func Config() []config.Vendor {
	list := make([]config.Vendor, 0, len(all))
	for _, v := range all {
		list = append(list, v.Vendor)
	}
	return list
}

// All returns the vendors in the order in which they are listed to users.
func All() []Vendor { return append([]Vendor(nil), all...) }

// Open builds the provider that c describes. shared holds what c does not say, such
// as the cache; Open sets the rest. A provider without a token reads nothing until
// WithCredential gives it one. Open calls no vendor.
func Open(c config.Provider, shared upstream.Config) (providers.Provider, error) {
	shared.Provider = &model.Provider{Name: c.Name, Vendor: c.Vendor, BaseURL: c.BaseURL}
	shared.Timeout, shared.MaxConcurrent, shared.AllowInsecure = c.Timeout, c.MaxConcurrent, c.AllowInsecure
	shared.Propagate = c.Propagate
	shared.MaxBody = int64(c.MaxBody)
	shared.MaxRows = providers.MembershipsPerUser * c.Index.MaxRows
	for _, v := range all {
		if v.Name != c.Vendor {
			continue
		}
		p, err := v.Open(shared, c.Token, c.Options)
		if err != nil {
			return nil, err
		}
		if c.Token.Empty() {
			p = p.WithCredential(c.Token)
		}
		return p, nil
	}
	return nil, fmt.Errorf("unknown vendor: %s", c.Vendor)
}
