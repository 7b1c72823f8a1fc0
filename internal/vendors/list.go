package vendors

import (
	"strconv"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activeplatform"
	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
	"github.com/accountgraph/accountgraph/providers/activityinfo"
	"github.com/accountgraph/accountgraph/providers/activityinfo/activityinfofake"
	"github.com/accountgraph/accountgraph/providers/blendvision"
	"github.com/accountgraph/accountgraph/providers/blendvision/blendvisionfake"
	"github.com/accountgraph/accountgraph/providers/softwareone"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// all is the list, which nothing changes.
var all = []Vendor{
	{
		Vendor: config.Vendor{Name: model.SoftwareOne, Keys: []config.Key{{
			Name: "accountUsersPath", Default: softwareone.DefaultAccountUsersPath, Check: checkAccountUsersPath,
			Doc: "The path that lists the users of an account. Newer installations have `/v1/accounts/accounts/{accountId}/users`.",
		}}},
		Open: func(c upstream.Config, token providers.Secret, o config.Options) (providers.Provider, error) {
			return softwareone.New(c, token, softwareone.Options{AccountUsersPath: o.Text("accountUsersPath")})
		},
		simulate: func(token string, users int) Simulator {
			f := softwareonefake.New(token)
			f.Users = users
			return Simulator{Handler: f, Control: &f.Control, BasePath: "/public"}
		},
	},
	{
		Vendor: config.Vendor{Name: model.ActivityInfo, Keys: []config.Key{{
			Name: "billingAccounts", List: true, Check: checkBillingAccount,
			Doc: "Billing accounts to read besides those of the databases that the token sees.",
		}}},
		Open: func(c upstream.Config, token providers.Secret, o config.Options) (providers.Provider, error) {
			return activityinfo.New(c, token, activityinfo.Options{BillingAccounts: o.List("billingAccounts")})
		},
		simulate: func(token string, users int) Simulator {
			f := activityinfofake.NewSized(token, users)
			return Simulator{Handler: f, Control: &f.Control, Options: config.Options{"billingAccounts": {activityinfofake.FirstAccount}}}
		},
	},
	{
		Vendor: config.Vendor{Name: model.ActivePlatform, Keys: []config.Key{{
			Name: "firstPage", Check: checkFirstPage,
			Doc: "The number of the first page of the vendor's lists, 0 or 1. Default: the server detects it, with one more call per process.",
		}}},
		Open: func(c upstream.Config, token providers.Secret, o config.Options) (providers.Provider, error) {
			return activeplatform.New(c, token, activeplatform.Options{FirstPage: firstPage(o.Text("firstPage"))})
		},
		simulate: func(token string, users int) Simulator {
			f := activeplatformfake.NewSized(token, users)
			return Simulator{Handler: f, Control: &f.Control, Options: config.Options{"firstPage": {strconv.Itoa(f.Variation.FirstPage)}}}
		},
	},
	{
		Vendor: config.Vendor{Name: model.BlendVision, Keys: []config.Key{{
			Name: "organizations", List: true, Required: true, Check: checkOrganization,
			Doc: "The ids of the organizations to read.",
		}}},
		Open: func(c upstream.Config, token providers.Secret, o config.Options) (providers.Provider, error) {
			return blendvision.New(c, token, blendvision.Options{Organizations: o.List("organizations")})
		},
		simulate: func(token string, users int) Simulator {
			f := blendvisionfake.NewSized(token, users)
			return Simulator{Handler: f, Control: &f.Control, Options: config.Options{"organizations": f.Organizations()}}
		},
	},
}

// checkFirstPage returns what is wrong with the number of a first page, or "".
func checkFirstPage(text string) string {
	if firstPage(text) == nil {
		return "must be 0 or 1"
	}
	return ""
}

// firstPage returns the number of the first page, nil if text is none.
func firstPage(text string) *int {
	switch text {
	case "0":
		return new(0)
	case "1":
		return new(1)
	}
	return nil
}

// checkAccountUsersPath returns what is wrong with a path, or "".
func checkAccountUsersPath(path string) string {
	if softwareone.IsAccountUsersPath(path) {
		return ""
	}
	return "must be a path that begins with / and contains {accountId} once, as a whole segment"
}

// checkBillingAccount returns what is wrong with the id of a billing account, or "".
func checkBillingAccount(id string) string {
	if activityinfo.IsBillingAccount(id) {
		return ""
	}
	return "must be a whole number above 0, without sign and leading zeros"
}

// checkOrganization returns what is wrong with the id of an organization, or "".
func checkOrganization(id string) string {
	if blendvision.IsOrganizationID(id) {
		return ""
	}
	return "must be the id of an organization, such as a UUID: without commas, slashes, backslashes and percent signs, and not only dots"
}
