package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/vendors"
)

// credentials returns a provider with these keys in place of the token.
func credentials(name, keys string) string {
	return fmt.Sprintf("  - {name: %s, vendor: activeplatform, baseURL: 'https://%[1]s.example', %s}\n", name, keys)
}

func TestParse_InvalidCredentials(t *testing.T) {
	one := func(keys string) string { return "providers:\n" + credentials("one", keys) }
	const reserved = "2: providers[0].credentialHeader: must be a header name of letters, digits and dashes without another meaning in HTTP, such as X-Vendor-Token"
	checkProblems(t, []invalidFile{
		{"none", one("timeout: 1s"), []string{"2: providers[0].token: is missing"}},
		{"server without a token", one("credentials: server"), []string{"2: providers[0].token: is missing"}},
		{"server with a header", one("token: s3cr3t, credentialHeader: X-One"), []string{"2: providers[0].credentialHeader: is not used with `credentials: server`, which uses `token` for every caller"}},
		{"caller without a header", one("credentials: caller"), []string{"2: providers[0].credentialHeader: is missing: it names the header with the caller's credential"}},
		{"caller with a token", one("credentials: caller, credentialHeader: X-One, token: s3cr3t"), []string{"2: providers[0].token: is not used with `credentials: caller`: remove it"}},
		{"both without a token", one("credentials: caller_then_server, credentialHeader: X-One"), []string{"2: providers[0].token: is missing"}},
		{"both without either", one("credentials: caller_then_server"), []string{"2: providers[0].token: is missing", "2: providers[0].credentialHeader: is missing: it names the header with the caller's credential"}},
		{"an unknown mode", one("credentials: callers, token: s3cr3t"), []string{"2: providers[0].credentials: must be server or caller or caller_then_server"}},
		{"a duplicate header", "providers:\n" + credentials("one", "credentials: caller, credentialHeader: X-Token") + credentials("two", "credentials: caller, credentialHeader: x-token"),
			[]string{"3: providers[1].credentialHeader: duplicates the header of providers[0]: both would get the same credential"}},
		{"a header with an underscore", one("credentials: caller, credentialHeader: X_One"), []string{reserved}},
		{"a header with a line end", one(`credentials: caller, credentialHeader: "X-One\r\nX-Two"`), []string{reserved}},
		{"a header with a colon", one("credentials: caller, credentialHeader: 'X-One:'"), []string{reserved}},
		{"a header that is too long", one("credentials: caller, credentialHeader: " + strings.Repeat("x", 65)), []string{reserved}},
		{"the Authorization header", one("credentials: caller, credentialHeader: authorization"), []string{reserved}},
		{"the gateway header", one("credentials: caller, credentialHeader: Router-Authorization"), []string{reserved}},
		{"a cookie", one("credentials: caller, credentialHeader: Cookie"), []string{reserved}},
		{"a proxy header", one("credentials: caller, credentialHeader: X-Forwarded-For"), []string{reserved}},
		{"a browser header", one("credentials: caller, credentialHeader: sec-fetch-site"), []string{reserved}},
		{"the request id header", one("credentials: caller, credentialHeader: X-Request-ID"), []string{reserved}},
	})
}

func TestProvider_Credentials(t *testing.T) {
	c, err := config.Parse("a.yaml", []byte("providers:\n"+
		credentials("one", "token: s3cr3t")+
		credentials("two", "credentials: caller, credentialHeader: x-softwareone-token")+
		credentials("three", "credentials: caller_then_server, credentialHeader: Three, token: s3cr3t")), environment, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		header                 string
		fromCaller, fromServer bool
	}{{"", false, true}, {"X-Softwareone-Token", true, false}, {"Three", true, true}} {
		p := c.Providers[i]
		if p.CredentialHeader != want.header || p.UsesCallerCredentials() != want.fromCaller || p.Token.Empty() == want.fromServer {
			t.Errorf("%s: %+v, want %+v", p.Name, p, want)
		}
	}
}
