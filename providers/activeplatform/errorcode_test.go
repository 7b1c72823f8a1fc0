package activeplatform_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/providers"
)

func TestVendorCode_FromBody(t *testing.T) {
	for body, want := range map[string]string{
		`{"error":"invalid_token"}`:                       "invalid_token",
		`{"code":4031,"error":"Please ask your manager"}`: "4031",
		`{"error_code":"E-17.b"}`:                         "E-17.b",
		`{"error":"Please ask your manager"}`:             "",
		`{"error":{"code":"deep"}}`:                       "",
		`{"error":"` + strings.Repeat("a", 65) + `"}`:     "",
		`{"error":"пароль"}`:                              "",
		`{"error":"a7Zq"}`:                                "a7Zq",
		`["error"]`:                                       "", `<html>`: "", ``: "", `null`: "", `3`: "",
	} {
		p := newProvider(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			_, _ = w.Write([]byte(body))
		})), token, time.Second)
		err, _ := p.Check(t.Context()).(*providers.Error) //nolint:errorlint // the contract wants this type itself
		if err == nil || err.VendorCode != want {
			t.Errorf("%s: %#v, want the code %q", body, err, want)
		}
	}
}

// A token can have the form of an error code.
func TestVendorCode_NeverContainsToken(t *testing.T) {
	const plain = "0123456789abcdef0123456789abcdef"
	for _, body := range []string{`{"error":"` + plain + `"}`, `{"error":"token.` + plain + `"}`} {
		p := newProvider(t, serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusUnauthorized)
			_, _ = w.Write([]byte(body))
		})), plain, time.Second)
		if err, _ := p.Check(t.Context()).(*providers.Error); err == nil || err.VendorCode != "" { //nolint:errorlint // as above
			t.Errorf("%#v contains the token", err)
		}
	}
}
