package upstream

import (
	"encoding/base64"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/providers"
)

// Credential authenticates a request by adding a secret to it.
type Credential func(*http.Request)

// Bearer sends the token as `Authorization: Bearer <token>`.
func Bearer(token providers.Secret) Credential {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+token.Reveal()) }
}

// Basic sends the token as the password of HTTP Basic authentication.
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

// identity identifies a cache scope: the provider's name and everything that the
// credential adds to a request. The name is part of it because decoded values
// contain it.
func identity(provider string, credential Credential) []byte {
	r := &http.Request{Header: http.Header{}, URL: &url.URL{}}
	credential(r)
	b := append(strconv.AppendInt(make([]byte, 0, 256), int64(len(provider)), 10), ':')
	b = append(b, provider...)
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, value := range r.Header[name] {
			b = append(append(append(append(b, name...), ": "...), value...), "\r\n"...)
		}
	}
	return append(b, r.URL.RawQuery...)
}

// maxVendorCode is the maximum length of a vendor's error code. The longest
// documented one has 26 characters.
const maxVendorCode = 64

// vendorCode extracts the vendor's error code from an error response. It returns ""
// unless the code consists of letters, digits, `_`, `.` and `-` and contains nothing
// that the credential added to the request.
func (c *Client) vendorCode(body []byte, req, sent *http.Request) string {
	code, err := catchPanic(func() (string, error) { return c.config.VendorCode(body), nil })
	if err != nil || len(code) == 0 || len(code) > maxVendorCode || strings.ContainsFunc(code, notInVendorCode) {
		return ""
	}
	for _, secret := range credentialForms(req, sent) {
		if strings.Contains(code, secret) || (len(code) >= 8 && strings.Contains(secret, code)) {
			return ""
		}
	}
	return code
}

func notInVendorCode(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_.-", r)
}

// credentialForms lists the encodings in which a vendor could echo what the
// credential added to a request. req is the request without the credential, sent the
// one with it.
func credentialForms(req, sent *http.Request) []string {
	var plain []string
	for key, values := range sent.Header {
		if !slices.Equal(values, req.Header[key]) {
			for _, v := range values {
				_, value, _ := strings.Cut(v, " ")
				plain = append(plain, v, value)
				if pair, err := base64.StdEncoding.DecodeString(value); err == nil {
					_, password, _ := strings.Cut(string(pair), ":")
					plain = append(plain, password)
				}
			}
		}
	}
	before := req.URL.Query()
	for key, values := range sent.URL.Query() {
		if !slices.Equal(values, before[key]) {
			plain = append(plain, values...)
		}
	}
	var forms []string
	for _, s := range plain {
		if s != "" {
			forms = append(forms, s, url.QueryEscape(s),
				base64.StdEncoding.EncodeToString([]byte(s)), base64.RawURLEncoding.EncodeToString([]byte(s)))
		}
	}
	return forms
}
