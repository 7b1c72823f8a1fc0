package baseline

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/accountgraph/accountgraph/internal/bench/baseline/generated"
)

// Vendors are the four vendors.
type Vendors struct {
	// SoftwareOne and the others are base URLs.
	SoftwareOne, ActivityInfo, ActivePlatform, BlendVision string
	// BillingAccounts are those of ActivityInfo, Organizations those of BlendVision.
	BillingAccounts, Organizations []string
	Token                          string
}

// login is a user of any vendor.
type login struct {
	ID       json.Number `json:"id"`
	UserID   json.Number `json:"userId"`
	Email    string      `json:"email"`
	Username string      `json:"username"`
	Type     string      `json:"account_type"`
}

func (l login) has(email string) bool {
	return strings.EqualFold(strings.TrimSpace(l.Email), email) || l.Username != "" && strings.EqualFold(l.Username, email)
}

// search reads from one vendor who has an address.
type search func(ctx context.Context, email string) ([]*generated.Login, error)

// person searches all vendors in parallel. It is the straightforward code: a vendor that can
// filter by address does, the lists of the others are read, those of several tenants and the
// pages of one at the same time.
func (c *client) person(ctx context.Context, email string) (*generated.Person, error) {
	email = strings.ToLower(strings.TrimSpace(email))
	searches := []search{c.softwareOne, c.activityInfo, c.activePlatform, c.blendVision}
	logins, err := parallel(searches, func(s search) ([]*generated.Login, error) { return s(ctx, email) })
	if err != nil || len(logins) == 0 {
		return nil, err
	}
	return &generated.Person{Users: logins}, nil
}

// parallel concatenates what read returns for each element.
func parallel[E, T any](elements []E, read func(E) ([]T, error)) ([]T, error) {
	results, errs := make([][]T, len(elements)), make([]error, len(elements))
	var calls sync.WaitGroup
	for i, e := range elements {
		calls.Go(func() { results[i], errs[i] = read(e) })
	}
	calls.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return slices.Concat(results...), nil
}

func (c *client) softwareOne(ctx context.Context, email string) ([]*generated.Login, error) {
	var reply struct {
		Data []struct{ ID, Email string }
	}
	err := c.json(ctx, c.base+"users?limit=100&ilike(email,"+url.QueryEscape(strconv.Quote(email))+")", nil, &reply)
	var found []*generated.Login
	for _, u := range reply.Data {
		if strings.EqualFold(u.Email, email) {
			found = append(found, &generated.Login{ID: "softwareone:User:" + u.ID})
		}
	}
	return found, err
}

// activityInfo reads the users of every billing account. A user of several is returned once.
func (c *client) activityInfo(ctx context.Context, email string) ([]*generated.Login, error) {
	var databases []struct {
		Account json.Number `json:"billingAccountId"`
	}
	base := c.vendors.ActivityInfo + "/resources/"
	if err := c.json(ctx, base+"databases", nil, &databases); err != nil {
		return nil, err
	}
	accounts := slices.Clone(c.vendors.BillingAccounts)
	for _, d := range databases {
		if !slices.Contains(accounts, d.Account.String()) {
			accounts = append(accounts, d.Account.String())
		}
	}
	all, err := parallel(accounts, func(account string) (users []login, err error) {
		err = c.json(ctx, base+"billingAccounts/"+account+"/users?owners=false", nil, &users)
		return users, err
	})
	return loginsOf("activityinfo", all, email), err
}

func (c *client) activePlatform(ctx context.Context, email string) ([]*generated.Login, error) {
	var users []login
	query := url.Values{"filters[email]": {email}, "per_page": {"100"}, "api_token": {c.vendors.Token}}
	err := c.json(ctx, c.vendors.ActivePlatform+"/api/vendor/v1/users.json?"+query.Encode(), nil, &users)
	return loginsOf("activeplatform", users, email), err
}

// blendVision reads the accounts of every organization: the first page, and then the others.
func (c *client) blendVision(ctx context.Context, email string) ([]*generated.Login, error) {
	all, err := parallel(c.vendors.Organizations, func(organization string) ([]login, error) {
		read := func(number int) (users []login, total int, err error) {
			var reply struct {
				Accounts []struct {
					login
					ID string `json:"id"`
				}
				Pagination struct {
					Total int `json:"total_items"`
				}
			}
			path := fmt.Sprintf("/bv/org/v1/organizations/accounts?items_per_page=%d&current_page=%d", pageSize, number)
			err = c.json(ctx, c.vendors.BlendVision+path, http.Header{"X-Bv-Org-Id": {organization}}, &reply)
			for _, a := range reply.Accounts {
				a.login.ID = json.Number(a.ID)
				users = append(users, a.login)
			}
			return users, reply.Pagination.Total, err
		}
		first, total, err := read(1)
		if err != nil {
			return nil, err
		}
		var numbers []int
		for n := 2; (n-1)*pageSize < total; n++ {
			numbers = append(numbers, n)
		}
		rest, err := parallel(numbers, func(n int) ([]login, error) {
			page, _, err := read(n)
			return page, err
		})
		return append(first, rest...), err
	})
	return loginsOf("blendvision", all, email), err
}

// loginsOf returns the users with an address, each once.
func loginsOf(vendor string, users []login, email string) (found []*generated.Login) {
	seen := map[json.Number]bool{}
	for _, u := range users {
		id := u.ID
		if id == "" {
			id = u.UserID
		}
		if u.has(email) && !seen[id] {
			seen[id] = true
			found = append(found, &generated.Login{ID: vendor + ":User:" + id.String()})
		}
	}
	return found
}

// json decodes a response. The lists that the credential may not read have no rows.
func (c *client) json(ctx context.Context, target string, header http.Header, into any) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, target, nil)
	if err != nil {
		return err
	}
	if header != nil {
		request.Header = header
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	switch {
	case err != nil:
		return err
	case response.StatusCode == http.StatusForbidden:
		return nil
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("a vendor responds %s", response.Status)
	}
	return json.Unmarshal(body, into)
}
