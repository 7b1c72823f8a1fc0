package config_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/vendors"
)

// credentials is a provider with these keys instead of its token.
func credentials(name, keys string) string {
	return fmt.Sprintf("  - {name: %s, vendor: activeplatform, baseURL: 'https://%[1]s.example', %s}\n", name, keys)
}

func TestCredentialsThatContradict(t *testing.T) {
	one := func(keys string) string { return "providers:\n" + credentials("one", keys) }
	const free = "2: providers[0].credentialHeader: must be a header name of letters, digits and dashes without another meaning in HTTP, such as X-Vendor-Token"
	checkProblems(t, []invalidFile{
		{"nobody's", one("timeout: 1s"), []string{"2: providers[0].token: is missing"}},
		{"the server's without a token", one("credentials: server"), []string{"2: providers[0].token: is missing"}},
		{"the server's with a header", one("token: s3cr3t, credentialHeader: X-One"), []string{"2: providers[0].credentialHeader: is not used with `credentials: server`, which uses `token` for every caller"}},
		{"the caller's without a header", one("credentials: caller"), []string{"2: providers[0].credentialHeader: is missing: it names the header with the caller's credential"}},
		{"the caller's with a token", one("credentials: caller, credentialHeader: X-One, token: s3cr3t"), []string{"2: providers[0].token: is not used with `credentials: caller`: remove it"}},
		{"both without a token", one("credentials: caller_then_server, credentialHeader: X-One"), []string{"2: providers[0].token: is missing"}},
		{"both without either", one("credentials: caller_then_server"), []string{"2: providers[0].token: is missing", "2: providers[0].credentialHeader: is missing: it names the header with the caller's credential"}},
		{"another word", one("credentials: callers, token: s3cr3t"), []string{"2: providers[0].credentials: must be server or caller or caller_then_server"}},
		{"one header for two", "providers:\n" + credentials("one", "credentials: caller, credentialHeader: X-Token") + credentials("two", "credentials: caller, credentialHeader: x-token"),
			[]string{"3: providers[1].credentialHeader: duplicates the header of providers[0]: both would get the same credential"}},
		{"a header with an underscore", one("credentials: caller, credentialHeader: X_One"), []string{free}},
		{"a header with a line end", one(`credentials: caller, credentialHeader: "X-One\r\nX-Two"`), []string{free}},
		{"a header with a colon", one("credentials: caller, credentialHeader: 'X-One:'"), []string{free}},
		{"a header that is too long", one("credentials: caller, credentialHeader: " + strings.Repeat("x", 65)), []string{free}},
		{"the caller's own token", one("credentials: caller, credentialHeader: authorization"), []string{free}},
		{"the gateway's secret", one("credentials: caller, credentialHeader: Router-Authorization"), []string{free}},
		{"a cookie", one("credentials: caller, credentialHeader: Cookie"), []string{free}},
		{"what proxies write", one("credentials: caller, credentialHeader: X-Forwarded-For"), []string{free}},
		{"what browsers write", one("credentials: caller, credentialHeader: sec-fetch-site"), []string{free}},
		{"what is in logs", one("credentials: caller, credentialHeader: X-Request-ID"), []string{free}},
	})
}

func TestCredentials(t *testing.T) {
	c, err := config.Parse("a.yaml", []byte("providers:\n"+
		credentials("one", "token: s3cr3t")+
		credentials("two", "credentials: caller, credentialHeader: x-softwareone-token")+
		credentials("three", "credentials: caller_then_server, credentialHeader: Three, token: s3cr3t")), environment, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []struct {
		header       string
		lent, itsOwn bool
	}{{"", false, true}, {"X-Softwareone-Token", true, false}, {"Three", true, true}} {
		p := c.Providers[i]
		if p.CredentialHeader != want.header || p.UsesCallerCredentials() != want.lent || p.Token.Empty() == want.itsOwn {
			t.Errorf("%s: %+v, want %+v", p.Name, p, want)
		}
	}
}
