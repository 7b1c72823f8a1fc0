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

// newRequest builds the HTTP request for r, without the credential. It fails with
// kind InvalidArgument if r cannot be sent, so that an invalid request does not
// count as a vendor failure.
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

func unsafeInQuery(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' }

// keyParts returns the parts of the request's cache key. They are equal for equal
// requests only.
func (r Request) keyParts() []string {
	parts := []string{r.Path, r.Query}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		parts = append(parts, name, strconv.Itoa(len(r.Header[name])))
		parts = append(parts, r.Header[name]...)
	}
	if r.Format != "" {
		parts = append(parts, r.Format)
	}
	return parts
}
