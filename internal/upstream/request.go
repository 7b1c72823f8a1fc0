package upstream

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/providers"
)

// request is what will be sent but for the credential. It fails with BadInput on
// what cannot be sent, so that no such request counts against the vendor.
func (c *Client) request(r Request) (*http.Request, error) {
	u, err := url.Parse(c.base.String() + r.Path)
	if err != nil || !strings.HasPrefix(r.Path, "/") || strings.ContainsAny(r.Path, "?#") ||
		strings.ContainsFunc(r.Query, unsafeInQuery) {
		return nil, c.unsendable()
	}
	u.RawQuery = r.Query
	header := make(http.Header, len(r.Header)+3)
	for key, values := range r.Header {
		for _, v := range values {
			if strings.ContainsFunc(v, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				return nil, c.unsendable()
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

func (c *Client) unsendable() *providers.Error {
	e := c.failure(providers.BadInput)
	e.Detail = "the value cannot stand in a request"
	return e
}

func unsafeInQuery(r rune) bool { return r <= ' ' || r == 0x7f || r == '#' }

// key is equal for equal requests and for no others.
func (r Request) key() string {
	var b strings.Builder
	part := func(s string) {
		b.WriteString(strconv.Itoa(len(s)))
		b.WriteByte(':')
		b.WriteString(s)
	}
	part(r.Path)
	part(r.Query)
	names := make([]string, 0, len(r.Header))
	for name := range r.Header {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		part(name)
		b.WriteString(strconv.Itoa(len(r.Header[name])))
		for _, v := range r.Header[name] {
			part(v)
		}
	}
	return b.String()
}
