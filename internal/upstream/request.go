package upstream

import (
	"errors"
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
	u, err := c.urlOf(r.Path)
	if err != nil || !isSafeQuery(r.Query) {
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
	// The round trip clones the headers.
	header["Accept"], header["User-Agent"] = acceptHeader, agentHeader
	return &http.Request{
		Method: http.MethodGet, URL: u, Host: u.Host, Header: header,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

// acceptHeader and agentHeader are headers of all requests.
var acceptHeader, agentHeader = []string{"application/json"}, []string{"accountgraph"}

// errPath is the error of a path that is none.
var errPath = errors.New("not a path")

// urlOf returns the base URL with a path, which may be escaped.
func (c *Client) urlOf(path string) (*url.URL, error) {
	if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "?#") {
		return nil, errPath
	}
	if c.base.RawPath != "" || !isPlainPath(path) {
		return url.Parse(c.base.String() + path)
	}
	u := *c.base
	u.Path += path
	return &u, nil
}

// isPlainPath reports whether a path is its own escaped form.
func isPlainPath(path string) bool {
	for _, c := range []byte(path) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '-' || c > '9') && c != '_' {
			return false
		}
	}
	return true
}

// isSafeQuery reports whether an encoded query can be a part of a URL.
func isSafeQuery(query string) bool {
	for _, c := range []byte(query) {
		if c <= ' ' || c == 0x7f || c == '#' {
			return false
		}
	}
	return true
}

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
