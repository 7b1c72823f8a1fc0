package config_test

import "testing"

// TestParse_InvalidAuth: authentication and CORS settings that would admit the wrong
// clients are rejected.
func TestParse_InvalidAuth(t *testing.T) {
	server := func(keys string) string { return "server: {" + keys + "}\n" + provider }
	auth := func(keys string) string { return server("listen: ':8080', auth: {" + keys + "}") }
	router := func(keys string) string { return auth("router: {" + keys + "}") }
	jwt := func(keys string) string { return auth("jwt: {issuer: i, audience: a, " + keys + "}") }
	origin := func(o string) string { return server("cors: {origins: ['" + o + "']}") }
	const (
		ascii     = "must be printable ASCII without spaces"
		short     = "must have at least 32 characters; generate one with `openssl rand -base64 32`"
		noURL     = "1: server.auth.jwt.jwks: must be an absolute URL such as https://login.example.com/jwks.json"
		notOrigin = "1: server.cors.origins[0]: must be an origin such as https://app.example.com: lower case, without a path, a wildcard or the default port"
		plainHTTP = "1: server.cors.origins[0]: plain http lets an attacker on the network impersonate this origin; use https"
		noAlg     = "must be RS256 or RS384 or RS512 or PS256 or PS384 or PS512 or ES256 or ES384 or ES512 or EdDSA"
	)
	checkProblems(t, []invalidFile{
		{"no value", server("listen: ':8080', auth: "), []string{"1: server.auth: must be open, or a section with router, jwt or both"}},
		{"no method", auth(""), []string{"1: server.auth: must be open, or a section with router, jwt or both"}},
		{"a list", server("auth: [open]"), []string{"1: server.auth: must be a mapping of keys to values"}},
		{"open and more", auth("open: true"), []string{"1: server.auth.open: unknown key; known keys: router, jwt"}},
		{"a secret in place of the section", server("auth: '${ROUTER_SECRET}'"), []string{"1: server.auth: must be open, or a mapping of keys to values"}},
		{"an unknown method", auth("basic: {}"), []string{"1: server.auth.basic: unknown key; known keys: router, jwt"}},
		{"a router without a secret", router(""), []string{"1: server.auth.router.secrets: is missing"}},
		{"a router that is a text", auth("router: s3cr3t"), []string{"1: server.auth.router: must be a mapping of keys to values"}},
		{"no secret in the list", router("secrets: []"), []string{"1: server.auth.router.secrets: must contain at least one item"}},
		{"a secret without a list", router("secrets: '${ROUTER_SECRET}'"), []string{"1: server.auth.router.secrets: must be a list"}},
		{"an empty secret", router("secrets: ['', '${EMPTY}']"), []string{
			"1: server.auth.router.secrets[0]: has no value: set one or remove the key",
			"1: server.auth.router.secrets[1]: the environment variable EMPTY is empty",
		}},
		{"a secret that is short", router("secrets: ['${TOKEN}']"), []string{"1: server.auth.router.secrets[0]: " + short}},
		{"a secret of one character", router("secrets: [aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa]"), []string{"1: server.auth.router.secrets[0]: must be random; generate one with `openssl rand -base64 32`"}},
		{"a secret of 31 characters", router("secrets: [0123456789012345678901234567890]"), []string{"1: server.auth.router.secrets[0]: " + short}},
		{"a secret with a line end", router("secrets: ['${LINES}']"), []string{"1: server.auth.router.secrets[0]: " + ascii + " and line breaks"}},
		{"a secret twice", router("secrets: ['${ROUTER_SECRET}', '${ROUTER_SECRET}']"), []string{"1: server.auth.router.secrets[1]: duplicates item 0"}},
		{"three secrets", router("secrets: ['${ROUTER_SECRET}', '${NEXT_ROUTER_SECRET}', 'x-${ROUTER_SECRET}']"), []string{"1: server.auth.router.secrets: must contain one secret, or two during a rotation"}},
		{"an unknown scope", router("secrets: ['${ROUTER_SECRET}'], scopes: ['personal:*']"), []string{"1: server.auth.router.scopes[0]: must be personal:read or cache:write"}},
		{"jwt without keys", auth("jwt: {}"), []string{
			"1: server.auth.jwt.issuer: is missing",
			"1: server.auth.jwt.audience: is missing",
			"1: server.auth.jwt: requires either jwks or jwksFile, the location of the issuer's JWKS",
		}},
		{"jwt without an audience", auth("jwt: {issuer: i, jwksFile: f}"), []string{"1: server.auth.jwt.audience: is missing"}},
		{"an empty issuer", auth("jwt: {issuer: '', audience: a, jwksFile: f}"), []string{"1: server.auth.jwt.issuer: has no value: set one or remove the key"}},
		{"an issuer with a space", auth("jwt: {issuer: 'i ', audience: 'a b', jwksFile: f, scopesClaim: \"s\\n\"}"), []string{
			"1: server.auth.jwt.issuer: " + ascii,
			"1: server.auth.jwt.audience: " + ascii,
			"1: server.auth.jwt.scopesClaim: " + ascii,
		}},
		{"jwks and jwksFile", jwt("jwksFile: f, jwks: 'https://login.example'"), []string{"1: server.auth.jwt: requires either jwks or jwksFile, the location of the issuer's JWKS"}},
		{"keys over plain http", jwt("jwks: 'http://login.example/s3cr3t'"), []string{"1: server.auth.jwt.jwks: must be https: an attacker who replaces these keys in transit can impersonate every caller"}},
		{"keys over plain http in a private network", jwt("jwks: 'http://10.0.0.1/s3cr3t'"), []string{"1: server.auth.jwt.jwks: must be https: an attacker who replaces these keys in transit can impersonate every caller"}},
		{"keys in a file by URL", jwt("jwks: 'file:///s3cr3t'"), []string{noURL}},
		{"keys without a host", jwt("jwks: 'https:///s3cr3t'"), []string{noURL}},
		{"keys that are no URL", jwt("jwks: s3cr3t"), []string{noURL}},
		{"keys with a password", jwt("jwks: 'https://u:s3cr3t@login.example'"), []string{"1: server.auth.jwt.jwks: must not contain a user or password"}},
		{"keys with a fragment", jwt("jwks: 'https://login.example#s3cr3t'"), []string{"1: server.auth.jwt.jwks: must not contain a fragment"}},
		{"algorithm none", jwt("jwksFile: f, algorithms: [none]"), []string{"1: server.auth.jwt.algorithms[0]: " + noAlg}},
		{"a symmetric algorithm", jwt("jwksFile: f, algorithms: [RS256, HS256]"), []string{"1: server.auth.jwt.algorithms[1]: " + noAlg}},
		{"no algorithm", jwt("jwksFile: f, algorithms: []"), []string{"1: server.auth.jwt.algorithms: must contain at least one item"}},
		{"too much leeway", jwt("jwksFile: f, leeway: 6m"), []string{"1: server.auth.jwt.leeway: must be from 0s to 5m"}},
		{"a wildcard origin", origin("*"), []string{notOrigin}},
		{"a wildcard subdomain", origin("https://*.example.com"), []string{notOrigin}},
		{"the null origin", origin("null"), []string{notOrigin}},
		{"an origin with a path", origin("https://app.example.com/"), []string{notOrigin}},
		{"an origin in capitals", origin("https://App.example.com"), []string{notOrigin}},
		{"an origin with the default port", origin("https://app.example.com:443"), []string{notOrigin}},
		{"an origin with no port behind the colon", origin("https://app.example.com:"), []string{notOrigin}},
		{"an origin with a user", origin("https://u@app.example.com"), []string{notOrigin}},
		{"an origin without a scheme", origin("app.example.com"), []string{notOrigin}},
		{"an origin of another scheme", origin("chrome-extension://abc"), []string{notOrigin}},
		{"two origins in one", origin("https://a.example,https://b.example"), []string{notOrigin}},
		{"an origin over plain http", origin("http://app.example.com"), []string{plainHTTP}},
		{"an origin that looks like loopback", origin("http://localhost.example.com"), []string{plainHTTP}},
		{"a wildcard header", server("cors: {headers: ['*']}"), []string{"1: server.cors.headers[0]: must be a header name of letters, digits and dashes, such as X-Session-Id"}},
		{"two headers in one", server("cors: {headers: [X-Session-Id, 'x-a,x-b']}"), []string{"1: server.cors.headers[1]: must be a header name of letters, digits and dashes, such as X-Session-Id"}},
		{"the gateway's header", server("cors: {headers: [router-authorization]}"), []string{"1: server.cors.headers[0]: is for gateways, not for pages"}},
		{"an origin twice", server("cors: {origins: ['https://a.example', 'https://a.example']}"), []string{"1: server.cors.origins[1]: duplicates item 0"}},
	})
}
