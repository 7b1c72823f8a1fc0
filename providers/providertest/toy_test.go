package providertest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

const (
	token    = "toy.token.0123456789abcdef"
	people   = 25
	pageSize = 10
)

// toyVendor has users 1 to 25, at /users?page=N and /users/{id}, and groups that
// it shows nobody.
type toyVendor struct{ control fakevendor.Control }

func (v *toyVendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	v.control.Wrap(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+token {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		if r.URL.Path == "/groups" {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		var body any
		if id, ok := strings.CutPrefix(r.URL.Path, "/users/"); ok {
			if n, err := strconv.Atoi(id); err == nil && n >= 1 && n <= people {
				body = toyRow(n)
			}
		}
		if page, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil && r.URL.Path == "/users" {
			rows := []toyUser{}
			for n := (page-1)*pageSize + 1; n <= min(page*pageSize, people); n++ {
				rows = append(rows, toyRow(n))
			}
			body = rows
		}
		if body == nil {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(body)
	})).ServeHTTP(w, r)
}

type toyUser struct {
	ID    int    `json:"id"`
	Email string `json:"email"`
}

func toyRow(n int) toyUser { return toyUser{n, fmt.Sprintf("p%02d@toy.example", n)} }

// toy is a client of the toy vendor that keeps every promise but the one that
// the mutant breaks.
type toy struct {
	client *upstream.Client
	mutant string
	// secret is set by a mutant only. In a field that is not exported, no
	// formatter asks a Secret what it wants to show.
	secret providers.Secret
}

func newToy(c upstream.Config, token, mutant string) (*toy, error) {
	c.Credential = upstream.Bearer(providers.NewSecret(token))
	c.VendorCode = func([]byte) string { return "" }
	if mutant == "waits for ever" {
		c.Timeout = 0
	}
	client, err := upstream.New(c)
	p := &toy{client: client, mutant: mutant}
	if mutant == "keeps the token" {
		p.secret = providers.NewSecret(token)
	}
	return p, err
}

func (p *toy) Connection() *model.Provider {
	if p.mutant == "names itself anew" {
		clone := *p.client.Provider()
		return &clone
	}
	return p.client.Provider()
}

func (p *toy) Status() model.ProviderStatus                   { return p.client.Status() }
func (p *toy) Invalidate(ctx context.Context, ids []model.ID) { p.client.Invalidate(ctx, ids) }

func (p *toy) WithCredential(token providers.Secret) providers.Provider {
	switch {
	case p.mutant == "lends its own token", p.mutant == "asks without a token" && token.Empty():
		return p
	}
	return &toy{client: p.client.WithCredential(token, upstream.Bearer), mutant: p.mutant}
}

func (p *toy) Check(ctx context.Context) error {
	if p.mutant == "checks nothing" {
		return nil
	}
	_, err := p.read(ctx, 1)
	return err
}

func (p *toy) Collections() providers.Collections {
	return providers.Collections{Users: toyUsers{p}, Groups: toyGroups{p}}
}

func (p *toy) read(ctx context.Context, page int) (upstream.Reply[[]*model.User], error) {
	request := upstream.Request{Path: "/users", Query: "page=" + strconv.Itoa(page)}
	reply, err := upstream.Read(ctx, p.client, request, func(body []byte) ([]*model.User, error) {
		var rows []json.RawMessage
		if err := json.Unmarshal(body, &rows); err != nil {
			return nil, err
		}
		if rows == nil && p.mutant != "takes null for a list" {
			return nil, errors.New("no list")
		}
		var users []*model.User
		for _, row := range rows {
			user, err := p.decode(row)
			if err != nil {
				return nil, err
			}
			users = append(users, user)
		}
		return users, nil
	})
	var e *providers.Error
	if errors.As(err, &e) {
		switch p.mutant {
		case "tells the token":
			e.Detail = token
		case "confuses kinds":
			e.Kind = providers.BadResponse
		case "forgets who failed":
			e.Provider = nil
		}
	}
	if p.mutant == "swallows failures" {
		err = nil
	}
	return reply, err
}

func (p *toy) decode(row []byte) (*model.User, error) {
	var u toyUser
	if err := json.Unmarshal(row, &u); err != nil {
		return nil, err
	}
	if u.ID == 0 {
		return nil, errors.New("no row")
	}
	id := strconv.Itoa(u.ID)
	e := model.NewEntity(p.client.Provider(), model.TypeUser, id)
	if p.mutant == "mixes up ids" && u.ID == 3 {
		e.VendorID = "4"
	}
	return &model.User{Entity: e, Email: &u.Email, Status: model.UserActive}, nil
}

type toyUsers struct{ *toy }

func (u toyUsers) SupportsOrder(q providers.Query) bool {
	return q.Order.Field == "" || q.Order.Field == model.OrderByEmail && u.mutant == "claims an order"
}

func (toyUsers) SupportsParents(string) bool { return false }

func (u toyUsers) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.User], error) {
	number := 1
	if token != "" {
		var err error
		if number, err = strconv.Atoi(token); (err != nil || number < 2 || number > 999) && u.mutant != "takes any token" {
			return nil, &providers.Error{Kind: providers.InvalidArgument, Provider: u.Connection()}
		}
	}
	reply, err := u.read(ctx, number)
	if err != nil {
		return nil, err
	}
	page := &providers.Page[*model.User]{Items: reply.Value, Freshness: reply.Freshness}
	if len(reply.Value) == pageSize {
		page.Next = strconv.Itoa(number + 1)
	}
	switch total := 99; {
	case u.mutant == "tells a wrong total":
		page.Total = &total
	case u.mutant == "stands still" && number == 2:
		page.Next = "2"
	case u.mutant == "hides its age":
		page.Freshness = model.Freshness{}
	case u.mutant == "drops what matches" && len(q.Filter.Emails) > 0:
		page.Items = nil
	}
	return page, nil
}

func (u toyUsers) Get(ctx context.Context, ids []string) providers.BatchResult[*model.User] {
	found := upstream.BatchRequest[*model.User]{
		Kind:    "user",
		PerCall: 1,
		Request: func(ids []string) (upstream.Request, error) {
			if u.mutant == "joins paths by hand" {
				return upstream.Request{Path: "/users/" + ids[0]}, nil
			}
			path, err := upstream.Path("users", ids[0])
			return upstream.Request{Path: path}, err
		},
		Rows: func(body []byte) (map[string]json.RawMessage, error) {
			var row toyUser
			err := json.Unmarshal(body, &row)
			if row.ID == 0 {
				return nil, errors.New("no row")
			}
			return map[string]json.RawMessage{strconv.Itoa(row.ID): body}, err
		},
		Decode: u.decode,
	}.Get(ctx, u.client, ids)
	for id, user := range found.Objects {
		switch u.mutant {
		case "gives half a record":
			half := *user
			half.FieldSet = model.OnlyFields("email")
			found.Objects[id] = &half
		case "loses an object":
			delete(found.Objects, "1")
		case "changes what it listed":
			other := *user
			other.Email = nil
			found.Objects[id] = &other
		}
	}
	if u.mutant == "fails for what is not there" {
		for _, id := range ids {
			if found.Objects[id] == nil && found.Failed[id] == nil {
				found.Failed[id] = &providers.Error{Kind: providers.NotFound, Provider: u.Connection()}
			}
		}
	}
	return found
}

type toyGroups struct{ *toy }

func (toyGroups) SupportsOrder(q providers.Query) bool { return q.Order.Field == "" }

func (toyGroups) SupportsParents(string) bool { return false }

func (g toyGroups) Page(ctx context.Context, _ providers.Query, _ string) (*providers.Page[*model.Group], error) {
	_, err := upstream.Read(ctx, g.client, upstream.Request{Path: "/groups"}, func([]byte) (any, error) { return nil, nil })
	if err != nil && g.mutant != "hides a refusal" {
		return nil, err
	}
	return &providers.Page[*model.Group]{}, nil
}

func (g toyGroups) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Group] {
	found := providers.BatchResult[*model.Group]{Failed: map[string]error{}}
	if _, err := g.Page(ctx, providers.Query{}, ""); err != nil {
		for _, id := range ids {
			found.Failed[id] = err
		}
	}
	return found
}
