package upstream

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/providers"
)

// newRequest is what will be sent but for the credential. It fails with BadInput on
// what cannot be sent, so that no such request counts against the vendor.
func (c *Client) newRequest(r Request) (*http.Request, *providers.Error) {
	u, err := url.Parse(c.base.String() + r.Path)
	if err != nil || !strings.HasPrefix(r.Path, "/") || strings.ContainsAny(r.Path, "?#") ||
		strings.ContainsFunc(r.Query, unsafeInQuery) {
		return nil, c.invalidRequest()
	}
	u.RawQuery = r.Query
	header := make(http.Header, len(r.Header)+3)
	for key, values := range r.Header {
		for _, v := range values {
			if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				return nil, c.invalidRequest()
			}
			header.Add(key, v)
		}
	}
	header.Set("Accept", "application/json")
	header.Set("User-Agent", "accountgraph")
	return &http.Request{
		Method: http.MethodGet, URL: u, Host: u.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

func (c *Client) invalidRequest() *providers.Error {
	e := c.newError(providers.InvalidArgument)
	e.Detail = "the value cannot stand in a request"
	return e
}

func unsafeInQuery(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' }

// keyParts are equal for equal requests and for no others.
func (r Request) keyParts() []string {
	parts := []string{r.Path, r.Query}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		parts = append(parts, name, strconv.Itoa(len(r.Header[name])))
		parts = append(parts, r.Header[name]...)
	}
	return parts
}
