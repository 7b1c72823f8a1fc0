package resolvers_test

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activeplatform"
	"github.com/accountgraph/accountgraph/providers/activityinfo"
	"github.com/accountgraph/accountgraph/providers/activityinfo/activityinfofake"
	"github.com/accountgraph/accountgraph/providers/blendvision"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
	"github.com/accountgraph/accountgraph/providers/softwareone"
	"github.com/accountgraph/accountgraph/resolvers"
)

// serve is the graph's handler over the simulated vendors.
func serve(t *testing.T, vendors *demo.Vendors) http.Handler {
	t.Helper()
	var all []providers.Provider
	for _, v := range vendors.All {
		all = append(all, open(t, v))
	}
	return resolvers.Handler(directory.New(all...), resolvers.Options{
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Introspection: true,
	})
}

func open(t *testing.T, v demo.Vendor) providers.Provider {
	t.Helper()
	token := providers.NewSecret(demo.Token)
	vendor := model.Vendor(strings.ToUpper(v.Name))
	c := upstream.Config{Provider: &model.Provider{Name: v.Name, Vendor: vendor, BaseURL: v.BaseURL}}
	var p providers.Provider
	var err error
	switch vendor {
	case model.SoftwareOne:
		p, err = softwareone.New(c, token, softwareone.Options{})
	case model.ActivityInfo:
		p, err = activityinfo.New(c, token, activityinfo.Options{BillingAccounts: []string{activityinfofake.FirstAccount}})
	case model.ActivePlatform:
		p, err = activeplatform.New(c, token)
	case model.BlendVision:
		p, err = blendvision.New(c, token, blendvision.Options{Organizations: blendvisionfake.New(demo.Token).Organizations()})
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}
