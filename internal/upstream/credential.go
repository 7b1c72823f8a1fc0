package upstream

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

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

// identity is all that a credential adds to a request, and the provider's name:
// what is decoded for one connection names it, so no other may have it.
func identity(provider string, credential Credential) []byte {
	r := &http.Request{Header: http.Header{}, URL: &url.URL{}}
	credential(r)
	var b bytes.Buffer
	fmt.Fprintf(&b, "%d:%s", len(provider), provider)
	_ = r.Header.Write(&b) // a buffer takes everything
	b.WriteString(r.URL.RawQuery)
	return b.Bytes()
}

// maxVendorCode bounds a vendor's error word; the longest documented one has 26 characters.
const maxVendorCode = 64

// vendorCode is the vendor's error word where it is one: letters, digits,
// `_`, `.` and `-`, and nothing of what the credential added to the request.
func (c *Client) vendorCode(body []byte, req, sent *http.Request) string {
	word, err := catchPanic(func() (string, error) { return c.config.VendorCode(body), nil })
	if err != nil || len(word) == 0 || len(word) > maxVendorCode || strings.ContainsFunc(word, notInVendorCode) {
		return ""
	}
	for _, secret := range credentialForms(req, sent) {
		if strings.Contains(word, secret) || (len(word) >= 8 && strings.Contains(secret, word)) {
			return ""
		}
	}
	return word
}

func notInVendorCode(r rune) bool {
	return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune("_.-", r)
}

// credentialForms lists the forms in which a vendor could send back what the credential
// added to a request.
func credentialForms(req, sent *http.Request) []string {
	var plain []string
	for key, values := range sent.Header {
		if !slices.Equal(values, req.Header[key]) {
			for _, v := range values {
				_, behind, _ := strings.Cut(v, " ")
				plain = append(plain, v, behind)
				if pair, err := base64.StdEncoding.DecodeString(behind); err == nil {
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
