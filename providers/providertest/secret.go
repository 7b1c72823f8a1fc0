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

// hides checks that a provider does not tell the token, however it is printed. It
// takes one that nobody has used, since printing reads what calls change.
func hides(t *testing.T, token string, unused providers.Provider) {
	t.Helper()
	untold(t, token, unused, *unused.Connection(), unused.Collections(), reflect.ValueOf(unused).Elem().Interface())
}

// keeps checks that an error does not tell the token, however it is printed.
func keeps(t *testing.T, token string, err error) {
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
	untold(t, token, values...)
}

func untold(t *testing.T, token string, values ...any) {
	t.Helper()
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
