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

// checkHidesToken checks that no format of a provider contains the token. The provider
// must be unused, because formatting reads fields that calls modify.
func checkHidesToken(t *testing.T, token string, unused providers.Provider) {
	t.Helper()
	checkFormats(t, token, unused, *unused.Connection(), unused.Collections(), reflect.ValueOf(unused).Elem().Interface())
}

// checkErrorHidesToken checks that no format of an error contains the token.
func checkErrorHidesToken(t *testing.T, token string, err error) {
	t.Helper()
	if err == nil {
		return
	}
	values := []any{err, err.Error()}
	var e *providers.Error
	if errors.As(err, &e) {
		values = append(values, *e)
		if e.Provider != nil {
			values = append(values, *e.Provider)
		}
	}
	for wrapped := errors.Unwrap(err); wrapped != nil; wrapped = errors.Unwrap(wrapped) {
		values = append(values, wrapped)
	}
	checkFormats(t, token, values...)
}

func checkFormats(t *testing.T, token string, values ...any) {
	t.Helper()
	for _, value := range values {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			text := fmt.Sprintf(verb, value)
			for _, encoding := range encodings(token) {
				if strings.Contains(text, encoding) {
					t.Errorf("%s of %T contains the token", verb, value)
				}
			}
		}
	}
}

// encodings returns the forms in which text can contain a token: plain, escaped, in
// hexadecimal, and in base64 at each of the three possible offsets, without the
// characters that depend on adjacent bytes.
func encodings(token string) []string {
	all := []string{token, url.QueryEscape(token), url.PathEscape(token), hex.EncodeToString([]byte(token))}
	for _, encoding := range []*base64.Encoding{base64.RawStdEncoding, base64.RawURLEncoding} {
		for offset := range 3 {
			text := encoding.EncodeToString([]byte(strings.Repeat("x", offset) + token))
			all = append(all, text[4:len(text)-3])
		}
	}
	return all
}
