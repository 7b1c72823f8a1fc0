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

// UsesCallerCredentials reports whether callers bring credentials of their own.
func (p Provider) UsesCallerCredentials() bool {
	return p.Credentials == credentialsCaller || p.Credentials == credentialsCallerThenServer
}

// checkCredentials looks whether each provider has the credentials that it needs,
// and no others.
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

// reservedHeaders are headers that mean something to this server, to browsers, or to what
// stands before both. A credential in them would be read by others, or theirs would
// be sent to a vendor.
var reservedHeaders = []string{
	"Authorization", "Router-Authorization", "Proxy-Authorization", "Cookie", "Host", "Origin", "Referer", "User-Agent", "Date",
	"Connection", "Keep-Alive", "Te", "Trailer", "Transfer-Encoding", "Upgrade", "Expect", "Via", "Forwarded", "From", "Range", "Priority",
	"Cache-Control", "Pragma", "Dnt", "Traceparent", "Tracestate", "Baggage", "Accountgraph-Trace", "Accountgraph-Cache-Tags", "Graphql-Require-Preflight",
	"Upgrade-Insecure-Requests", "X-Request-Id", "X-Real-Ip", "X-Correlation-Id", "X-Requested-With",
}

// reservedHeaderPrefixes begin the names of more of them.
var reservedHeaderPrefixes = []string{"Accept", "Content-", "If-", "Sec-", "Proxy-", "Access-Control-", "Apollo-", "Apollographql-", "X-Apollo-", "X-Forwarded-"}

// maxHeaderLength is more than any name has.
const maxHeaderLength = 64

func isCredentialHeader(name string) bool {
	name = textproto.CanonicalMIMEHeaderKey(name)
	invalid := func(r rune) bool {
		return r != '-' && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9')
	}
	return len(name) > 1 && len(name) <= maxHeaderLength && !strings.ContainsFunc(name, invalid) &&
		!slices.Contains(reservedHeaders, name) &&
		!slices.ContainsFunc(reservedHeaderPrefixes, func(p string) bool { return strings.HasPrefix(name, p) })
}
