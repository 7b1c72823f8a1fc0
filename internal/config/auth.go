package config

import (
	"fmt"
	"net/url"
	"strings"
)

// minSecretLength is the minimum length of a gateway secret in bytes. maxSecrets are
// valid at the same time, which allows rotation.
const (
	minSecretLength = 32
	maxSecrets      = 2
)

// IsSet reports whether authentication is configured.
func (a Auth) IsSet() bool { return a.Open || a.Router.IsSet() || a.JWT.IsSet() }

// IsSet reports whether a gateway is configured.
func (r Router) IsSet() bool { return len(r.Secrets) > 0 }

// IsSet reports whether JWTs are accepted.
func (j JWT) IsSet() bool { return j.Issuer != "" }

func (d *decoder) checkAuth(a Auth) {
	const path = "server.auth"
	router, jwt := d.isSet(path+".router"), d.isSet(path+".jwt")
	if !a.Open && !router && !jwt && !d.hasProblem(path) && !d.hasProblemIn(path) {
		d.add(path, "must be open, or a section with router, jwt or both")
	}
	if router {
		d.checkRouter(path+".router", a.Router)
	}
	if jwt {
		d.checkJWT(path+".jwt", a.JWT)
	}
}

func (d *decoder) checkRouter(path string, r Router) {
	path += ".secrets"
	if len(r.Secrets) > maxSecrets {
		d.add(path, "must contain one secret, or two during a rotation")
	}
	seen := map[string]int{}
	for i, s := range r.Secrets {
		at, text := fmt.Sprintf("%s[%d]", path, i), s.Reveal()
		first, duplicate := seen[text]
		switch {
		case strings.ContainsFunc(text, isNotPrintableASCII):
			d.add(at, "must be printable ASCII without spaces and line breaks")
		case len(text) < minSecretLength:
			d.add(at, "must have at least %d characters; generate one with `openssl rand -base64 %d`", minSecretLength, minSecretLength)
		case isGuessable([]byte(text)):
			d.add(at, "must be random; generate one with `openssl rand -base64 %d`", minSecretLength)
		case duplicate:
			d.add(at, "duplicates item %d", first)
		}
		seen[text] = i
	}
}

func (d *decoder) checkJWT(path string, j JWT) {
	for _, text := range []struct{ key, value string }{{".issuer", j.Issuer}, {".audience", j.Audience}, {".scopesClaim", j.ScopesClaim}} {
		if strings.ContainsFunc(text.value, isNotPrintableASCII) {
			d.add(path+text.key, "must be printable ASCII without spaces")
		}
	}
	if len(j.Algorithms) == 0 {
		d.add(path+".algorithms", "must contain at least one item")
	}
	url, file := d.isSet(path+".jwks"), d.isSet(path+".jwksFile")
	if url == file {
		d.add(path, "requires either jwks or jwksFile, the location of the issuer's JWKS")
	}
	if j.JWKS != "" {
		d.checkJWKS(path+".jwks", j.JWKS)
	}
}

func (d *decoder) checkJWKS(path, text string) {
	u, err := url.Parse(text)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "", u.Port() != "" && !isPort(u.Port()):
		d.add(path, "must be an absolute URL such as https://login.example.com/jwks.json")
	case u.User != nil:
		d.add(path, "must not contain a user or password")
	case strings.Contains(text, "#"):
		d.add(path, "must not contain a fragment")
	case u.Scheme == "http" && !isLoopback(u.Hostname()):
		d.add(path, "must be https: an attacker who replaces these keys in transit can impersonate every caller")
	}
}

func (d *decoder) checkOrigins(origins []string) {
	seen := map[string]int{}
	for i, origin := range origins {
		at := fmt.Sprintf("server.cors.origins[%d]", i)
		first, duplicate := seen[origin]
		switch {
		case origin == "" || d.hasProblem(at):
		case !isOrigin(origin):
			d.add(at, "must be an origin such as https://app.example.com: lower case, without a path, a wildcard or the default port")
		case isPlainHTTP(origin):
			d.add(at, "plain http lets an attacker on the network impersonate this origin; use https")
		case duplicate:
			d.add(at, "duplicates item %d", first)
		}
		seen[origin] = i
	}
}

// gatewayHeader has the gateway's secret, which no page knows.
const gatewayHeader = "Router-Authorization"

func (d *decoder) checkHeaders(headers []string) {
	for i, name := range headers {
		at := fmt.Sprintf("server.cors.headers[%d]", i)
		switch {
		case d.hasProblem(at):
		case !isHeaderName(name):
			d.add(at, "must be a header name of letters, digits and dashes, such as X-Session-Id")
		case strings.EqualFold(name, gatewayHeader):
			d.add(at, "is for gateways, not for pages")
		}
	}
}

// isOrigin reports whether a text is an origin as browsers serialize it.
func isOrigin(text string) bool {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || strings.ContainsFunc(text, isNotPrintableASCII) || strings.ContainsAny(text, "*,%") {
		return false
	}
	ports := map[string]string{"http": "80", "https": "443"}
	defaultPort, known := ports[u.Scheme]
	return known && text == u.Scheme+"://"+strings.ToLower(u.Host) && u.Port() != defaultPort && (u.Port() != "" || !strings.HasSuffix(u.Host, ":")) &&
		(u.Port() == "" || isPort(u.Port()))
}

// isPlainHTTP reports whether an origin is plain http and not loopback.
func isPlainHTTP(origin string) bool {
	u, err := url.Parse(origin)
	return err != nil || u.Scheme == "http" && !isLoopback(u.Hostname())
}
