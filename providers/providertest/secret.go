package providertest

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/providers"
)

// noSecret checks that neither the error nor the provider tells the token,
// however they are printed.
func noSecret(t *testing.T, token string, p providers.Provider, err error) {
	t.Helper()
	values := []any{p, *p.Info(), p.Collections(), reflect.ValueOf(p).Elem().Interface()}
	if err != nil {
		values = append(values, err, err.Error())
	}
	var e *providers.Error
	if errors.As(err, &e) {
		values = append(values, *e)
	}
	for wrapped := errors.Unwrap(err); wrapped != nil; wrapped = errors.Unwrap(wrapped) {
		values = append(values, wrapped)
	}
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			text := fmt.Sprintf(verb, value)
			for _, form := range forms(token) {
				if strings.Contains(text, form) {
					t.Errorf("%s of %T tells the token", verb, value)
				}
			}
		}
	}
}

// forms are the ways in which a token can be read off a text: as it is, escaped,
// and in base64 at each of the three places where it can begin in a longer
// value, without the ends that its neighbours change.
func forms(token string) []string {
	all := []string{token, url.QueryEscape(token), url.PathEscape(token), hex.EncodeToString([]byte(token))}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for before := range 3 {
			text := encoding.EncodeToString([]byte(strings.Repeat("x", before) + token))
			all = append(all, text[4:len(text)-3])
		}
	}
	return all
}
