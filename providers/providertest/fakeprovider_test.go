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
	token     = "fake.token.0123456789abcdef"
	userCount = 25
	pageSize  = 10
)

// fakeVendor serves users 1 to 25 at /users?page=N and /users/{id}, and responds with 403
// to /groups.
type fakeVendor struct{ control fakevendor.Control }

func (v *fakeVendor) ServeHTTP(w http.ResponseWriter, r *http.Request) {
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
			if n, err := strconv.Atoi(id); err == nil && n >= 1 && n <= userCount {
				body = newUserJSON(n)
			}
		}
		if page, err := strconv.Atoi(r.URL.Query().Get("page")); err == nil && r.URL.Path == "/users" {
			rows := []userJSON{}
			for n := (page-1)*pageSize + 1; n <= min(page*pageSize, userCount); n++ {
				rows = append(rows, newUserJSON(n))
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

type userJSON struct {
	ID    int    `json:"id"`
	Email string `json:"email"`
}

func newUserJSON(n int) userJSON { return userJSON{n, fmt.Sprintf("p%02d@fake.example", n)} }

// fakeProvider is a provider for fakeVendor. It conforms to the contract except for the
// defect, "" for none.
type fakeProvider struct {
	client *upstream.Client
	defect string
	// secret is set by a defect only. Formatters print unexported fields without the
	// methods of Secret.
	secret providers.Secret
}

func newFakeProvider(c upstream.Config, token, mutant string) (*fakeProvider, error) {
	c.Credential = upstream.Bearer(providers.NewSecret(token))
	c.VendorCode = func([]byte) string { return "" }
	if mutant == "no timeout" {
		c.Timeout = 0
	}
	client, err := upstream.New(c)
	p := &fakeProvider{client: client, defect: mutant}
	if mutant == "token in a field" {
		p.secret = providers.NewSecret(token)
	}
	return p, err
}

func (p *fakeProvider) Connection() *model.Provider {
	if p.defect == "another connection" {
		clone := *p.client.Provider()
		return &clone
	}
	return p.client.Provider()
}

func (p *fakeProvider) Status() model.ProviderStatus                   { return p.client.Status() }
func (p *fakeProvider) Invalidate(ctx context.Context, ids []model.ID) { p.client.Invalidate(ctx, ids) }

func (p *fakeProvider) WithCredential(token providers.Secret) providers.Provider {
	switch {
	case p.defect == "ignores caller token", p.defect == "calls without a token" && token.Empty():
		return p
	}
	return &fakeProvider{client: p.client.WithCredential(token, upstream.Bearer), defect: p.defect}
}

func (p *fakeProvider) Check(ctx context.Context) error {
	if p.defect == "Check without a call" {
		return nil
	}
	_, err := p.read(ctx, 1)
	return err
}

func (p *fakeProvider) Collections() providers.Collections {
	return providers.Collections{Users: users{p}, Groups: groups{p}}
}

func (p *fakeProvider) read(ctx context.Context, page int) (upstream.Reply[[]*model.User], error) {
	request := upstream.Request{Path: "/users", Query: "page=" + strconv.Itoa(page), Collection: true}
	reply, err := upstream.Read(ctx, p.client, request, func(body []byte) ([]*model.User, error) {
		var rows []json.RawMessage
		if err := json.Unmarshal(body, &rows); err != nil {
			return nil, err
		}
		if rows == nil && p.defect != "accepts null" {
			return nil, errors.New("not a list")
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
		switch p.defect {
		case "token in an error":
			e.Detail = token
		case "wrong kind":
			e.Kind = providers.BadResponse
		case "error without provider":
			e.Provider = nil
		}
	}
	if p.defect == "ignores errors" {
		err = nil
	}
	return reply, err
}

func (p *fakeProvider) decode(row []byte) (*model.User, error) {
	var u userJSON
	if err := json.Unmarshal(row, &u); err != nil {
		return nil, err
	}
	if u.ID == 0 {
		return nil, errors.New("no id")
	}
	id := strconv.Itoa(u.ID)
	e := model.NewEntity(p.client.Provider(), model.TypeUser, id)
	if p.defect == "wrong id" && u.ID == 3 {
		e.VendorID = "4"
	}
	return &model.User{Entity: e, Email: &u.Email, Status: model.UserActive}, nil
}

type users struct{ *fakeProvider }

func (users) SupportsParents(string) bool { return false }

func (u users) Page(ctx context.Context, q providers.Query, token string) (*providers.Page[*model.User], error) {
	number := 1
	if token != "" {
		var err error
		if number, err = strconv.Atoi(token); (err != nil || number < 2 || number > 999) && u.defect != "accepts any page token" {
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
	case u.defect == "wrong total":
		page.Total = &total
	case u.defect == "unsupported order":
		page.Sorted = q.Order.Field == model.OrderByEmail
	case u.defect == "same next page" && number == 2:
		page.Next = "2"
	case u.defect == "no freshness":
		page.Freshness = model.Freshness{}
	case u.defect == "drops matching rows" && len(q.Filter.Emails) > 0:
		page.Items = nil
	}
	return page, nil
}

func (u users) Get(ctx context.Context, ids []string) providers.BatchResult[*model.User] {
	result := upstream.BatchRequest[*model.User]{
		Kind:    "user",
		PerCall: 1,
		Request: func(ids []string) (upstream.Request, error) {
			if u.defect == "unescaped path" {
				return upstream.Request{Path: "/users/" + ids[0]}, nil
			}
			path, err := upstream.Path("users", ids[0])
			return upstream.Request{Path: path}, err
		},
		Rows: func(body []byte) (map[string]json.RawMessage, error) {
			var row userJSON
			err := json.Unmarshal(body, &row)
			if row.ID == 0 {
				return nil, errors.New("no id")
			}
			return map[string]json.RawMessage{strconv.Itoa(row.ID): body}, err
		},
		Decode: u.decode,
	}.Get(ctx, u.client, ids)
	for id, user := range result.Objects {
		switch u.defect {
		case "incomplete record":
			incomplete := *user
			incomplete.FieldSet = model.OnlyFields("email")
			result.Objects[id] = &incomplete
		case "missing object":
			delete(result.Objects, "1")
		case "object differs from row":
			other := *user
			other.Email = nil
			result.Objects[id] = &other
		}
	}
	if u.defect == "error for unknown id" {
		for _, id := range ids {
			if result.Objects[id] == nil && result.Failed[id] == nil {
				result.Failed[id] = &providers.Error{Kind: providers.NotFound, Provider: u.Connection()}
			}
		}
	}
	return result
}

type groups struct{ *fakeProvider }

func (groups) SupportsParents(string) bool { return false }

func (g groups) Page(ctx context.Context, _ providers.Query, _ string) (*providers.Page[*model.Group], error) {
	_, err := upstream.Read(ctx, g.client, upstream.Request{Path: "/groups", Collection: true}, func([]byte) (any, error) { return nil, nil })
	if err != nil && g.defect != "ignores Forbidden" {
		return nil, err
	}
	return &providers.Page[*model.Group]{}, nil
}

func (g groups) Get(ctx context.Context, ids []string) providers.BatchResult[*model.Group] {
	result := providers.BatchResult[*model.Group]{Failed: map[string]error{}}
	if _, err := g.Page(ctx, providers.Query{}, ""); err != nil {
		for _, id := range ids {
			result.Failed[id] = err
		}
	}
	return result
}
