package baseline

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/internal/bench/baseline/model"
)

// pageSize is the largest page of the platform, and the number of ids in one call.
const pageSize = 100

// connections is the size of the connection pool, more than the load needs.
const connections = 256

// client is a simple client of the platform's REST API.
type client struct {
	vendors     Vendors
	base, token string
	http        *http.Client
}

func newClient(v Vendors) *client {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.MaxIdleConns, t.MaxIdleConnsPerHost = connections, connections
	return &client{vendors: v, base: v.SoftwareOne + "/v1/accounts/", token: v.Token, http: &http.Client{Transport: t}}
}

// page is one page of a list of the platform.
type page[T any] struct {
	Meta struct {
		Pagination struct {
			Total int `json:"total"`
		} `json:"pagination"`
	} `json:"$meta"`
	Data []*T `json:"data"`
}

// read returns the rows that meet a condition: all, or the first atMost unless that is
// 0.
func read[T any](ctx context.Context, c *client, path, condition string, atMost int) ([]*T, error) {
	var rows []*T
	for {
		p, err := get[T](ctx, c, fmt.Sprintf("%s?%slimit=%d&offset=%d", path, condition, pageSize, len(rows)))
		if err != nil {
			return nil, err
		}
		rows = append(rows, p.Data...)
		switch {
		case atMost > 0 && len(rows) >= atMost:
			return rows[:atMost], nil
		case len(p.Data) == 0, len(rows) >= p.Meta.Pagination.Total:
			return rows, nil
		}
	}
}

func get[T any](ctx context.Context, c *client, path string) (*page[T], error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+path, nil)
	if err != nil {
		return nil, err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	response, err := c.http.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the platform responds %s", response.Status)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, err
	}
	p := &page[T]{}
	return p, json.Unmarshal(body, p)
}

func (c *client) accounts(ctx context.Context, first int) ([]*model.Account, error) {
	return read[model.Account](ctx, c, "accounts", "", first)
}

func (c *client) users(ctx context.Context, ids []string) ([]*model.User, error) {
	return read[model.User](ctx, c, "users", in("id", ids), len(ids))
}

func (c *client) buyers(ctx context.Context, ids []string) ([]*model.Buyer, error) {
	return read[model.Buyer](ctx, c, "buyers", in("id", ids), len(ids))
}

// groups reads the groups of accounts.
func (c *client) groups(ctx context.Context, accounts []string) ([]*model.Group, error) {
	return read[model.Group](ctx, c, "user-groups", in("account.id", accounts), 0)
}

func in(property string, values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = strconv.Quote(v)
	}
	return "in(" + property + ",(" + strings.Join(quoted, ",") + "))&"
}
