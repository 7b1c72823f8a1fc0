package upstream

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// Credential adds a secret to a request.
type Credential func(*http.Request)

// Bearer sends `Authorization: Bearer <token>`.
func Bearer(token providers.Secret) Credential {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token.Reveal()) }
}

// Basic sends the token as the password of HTTP Basic.
func Basic(user string, token providers.Secret) Credential {
	return func(r *http.Request) { r.SetBasicAuth(user, token.Reveal()) }
}

// QueryParameter sends the token in the query string.
func QueryParameter(name string, token providers.Secret) Credential {
	return func(r *http.Request) {
		pair := url.Values{name: {token.Reveal()}}.Encode()
		if r.URL.RawQuery != "" {
			pair = r.URL.RawQuery + "&" + pair
		}
		r.URL.RawQuery = pair
	}
}

// Client makes the calls of one provider. Safe for concurrent use.
type Client struct {
	config Config
	http   *http.Client
}

// New checks the configuration and builds a client.
func New(c Config) (*Client, error) {
	return &Client{config: c, http: &http.Client{Transport: c.Transport, Timeout: c.Timeout}}, nil
}

// Provider names the connection.
func (c *Client) Provider() *model.Provider { return c.config.Provider }

// Status tells how the last calls went.
func (c *Client) Status() model.ProviderStatus { return model.ProviderUnknown }

func (c *Client) now() time.Time { return time.Now() }

// Path joins segments to a path, each escaped. It fails with BadInput on a
// segment that could change which resource is meant: empty, dots, or with a
// control character.
func Path(segments ...string) (string, error) {
	var b strings.Builder
	for _, s := range segments {
		if s == "" || s == "." || s == ".." || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
			return "", &providers.Error{Kind: providers.BadInput, Detail: "an id cannot stand in a path"}
		}
		b.WriteByte('/')
		b.WriteString(url.PathEscape(s))
	}
	return b.String(), nil
}

func (c *Client) get(ctx context.Context, r Request) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.config.Provider.BaseURL+r.Path, nil)
	if err != nil {
		return nil, &providers.Error{Kind: providers.BadInput, Provider: c.config.Provider}
	}
	req.URL.RawQuery = r.Query
	for k, v := range r.Header {
		req.Header[k] = v
	}
	req.Header.Set("Accept", "application/json")
	c.config.Credential(req)
	res, err := c.http.Do(req)
	if err != nil {
		return nil, &providers.Error{Kind: providers.Unavailable, Provider: c.config.Provider}
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if err != nil {
		return nil, &providers.Error{Kind: providers.BadResponse, Provider: c.config.Provider}
	}
	if res.StatusCode != http.StatusOK {
		return nil, &providers.Error{
			Kind: kindOfStatus(res.StatusCode), Provider: c.config.Provider,
			HTTPStatus: res.StatusCode, VendorCode: c.config.VendorCode(body),
		}
	}
	return body, nil
}

func kindOfStatus(status int) providers.Kind {
	switch {
	case status == http.StatusUnauthorized:
		return providers.Unauthenticated
	case status == http.StatusForbidden:
		return providers.Forbidden
	case status == http.StatusNotFound || status == http.StatusGone:
		return providers.NotFound
	case status == http.StatusTooManyRequests:
		return providers.RateLimited
	case status == http.StatusRequestTimeout || status == http.StatusGatewayTimeout:
		return providers.Timeout
	case status >= 500:
		return providers.Unavailable
	}
	return providers.BadResponse
}

// Get reads the objects with these ids in as few calls as o allows, in parallel.
// An id that is not in an answer, or whose only object is not found, is in
// neither map of the result.
func (o Objects[T]) Get(ctx context.Context, c *Client, ids []string) providers.Found[T] {
	ids = slices.Compact(slices.Sorted(slices.Values(ids)))
	found := providers.Found[T]{Objects: make(map[string]T, len(ids)), Failed: map[string]error{}}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for chunk := range slices.Chunk(ids, o.PerCall) {
		wg.Go(func() {
			objects, err := o.call(ctx, c, chunk)
			mu.Lock()
			defer mu.Unlock()
			for id, object := range objects {
				found.Objects[id] = object
			}
			if err == nil {
				return
			}
			for _, id := range chunk {
				found.Failed[id] = err
			}
		})
	}
	wg.Wait()
	return found
}

func (o Objects[T]) call(ctx context.Context, c *Client, ids []string) (map[string]T, error) {
	request, err := o.Request(ids)
	if err != nil {
		return nil, err
	}
	reply, err := Read(ctx, c, request, func(body []byte) (map[string]T, error) {
		rows, err := o.Rows(body)
		if err != nil {
			return nil, err
		}
		objects := make(map[string]T, len(rows))
		for id, row := range rows {
			if objects[id], err = o.Decode(row); err != nil {
				return nil, err
			}
		}
		return objects, nil
	})
	var e *providers.Error
	if errors.As(err, &e) && e.Kind == providers.NotFound {
		return nil, nil
	}
	return reply.Value, err
}
