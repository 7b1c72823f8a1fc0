package config

import (
	"net/http"
	"net/textproto"
	"slices"
	"strings"
)

// The values of Provider.Credentials.
const (
	credentialsServer           = "server"
	credentialsCaller           = "caller"
	credentialsCallerThenServer = "caller_then_server"
)

// UsesCallerCredentials reports whether callers send their own credentials.
func (p Provider) UsesCallerCredentials() bool {
	return p.Credentials == credentialsCaller || p.Credentials == credentialsCallerThenServer
}

// checkCredentials checks that a provider has exactly the credential keys that its
// mode requires.
func (d *decoder) checkCredentials(path string, p *Provider) {
	token, header := path+".token", path+".credentialHeader"
	if !p.Token.Empty() && strings.ContainsFunc(p.Token.Reveal(), isNotPrintableASCII) {
		d.add(token, "must be printable ASCII without spaces and line breaks")
	}
	switch {
	case d.hasProblem(path + ".credentials"):
		return
	case p.Credentials == credentialsCaller && d.isSet(token):
		d.add(token, "is not used with `credentials: caller`: remove it")
	case p.Credentials != credentialsCaller && !d.isSet(token):
		d.add(token, "is missing")
	}
	switch {
	case !p.UsesCallerCredentials() && d.isSet(header):
		d.add(header, "is not used with `credentials: server`, which uses `token` for every caller")
	case p.UsesCallerCredentials() && !d.isSet(header):
		d.add(header, "is missing: it names the header with the caller's credential")
	case p.UsesCallerCredentials() && !isCredentialHeader(p.CredentialHeader):
		d.add(header, "must be a header name of letters, digits and dashes without another meaning in HTTP, such as X-Vendor-Token")
	}
	p.CredentialHeader = http.CanonicalHeaderKey(p.CredentialHeader)
}

// reservedHeaders have a meaning for this server, browsers or proxies. A credential in
// one of them would reach others, or their value would be sent to a vendor.
var reservedHeaders = []string{
	"Authorization", "Router-Authorization", "Proxy-Authorization", "Cookie", "Host", "Origin", "Referer", "User-Agent", "Date",
	"Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Expect", "Via", "Forwarded", "From", "Range", "Priority",
	"Cache-Control", "Pragma", "Dnt", "Traceparent", "Tracestate", "Baggage", "Accountgraph-Trace", "Accountgraph-Cost", "Accountgraph-Dry-Run", "Accountgraph-Cache-Tags", "Graphql-Require-Preflight",
	"Upgrade-Insecure-Requests", "X-Request-Id", "X-Real-Ip", "X-Correlation-Id", "X-Requested-With",
}

// reservedHeaderPrefixes are prefixes of further reserved headers.
var reservedHeaderPrefixes = []string{"Accept", "Content-", "If-", "Sec-", "Proxy-", "Access-Control-", "Apollo-", "Apollographql-", "X-Apollo-", "X-Forwarded-"}

// maxHeaderLength limits the name of a header.
const maxHeaderLength = 64

// isHeaderName reports whether a text has 2 to 64 letters, digits and dashes.
func isHeaderName(name string) bool {
	invalid := func(r rune) bool {
		return r != '-' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}
	return len(name) > 1 && len(name) <= maxHeaderLength && !strings.ContainsFunc(name, invalid)
}

func isCredentialHeader(name string) bool {
	name = textproto.CanonicalMIMEHeaderKey(name)
	return isHeaderName(name) && !slices.Contains(reservedHeaders, name) &&
		!slices.ContainsFunc(reservedHeaderPrefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}
