package transport

import (
	"net/http"
	"strings"

	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/providers"
)

// CallerCredential is a provider that is called with a token of the caller.
type CallerCredential struct {
	Provider string
	// Header carries the token.
	Header string
	// Optional falls back to the configured token when the caller sends none.
	Optional bool
}

// callerCredentials reads the tokens for vendors from the headers, by provider. A
// missing token that is required is empty.
func callerCredentials(all []CallerCredential, h http.Header) (map[string]providers.Secret, *httpError) {
	if len(all) == 0 {
		return nil, nil
	}
	tokens := make(map[string]providers.Secret, len(all))
	for _, c := range all {
		values := h.Values(c.Header)
		switch {
		case len(values) > 1:
			return nil, reject(http.StatusBadRequest, apierror.BadRequest, "the header %s must not be repeated", c.Header)
		case len(values) == 1 && !isToken(values[0]):
			// An empty header is an error: it must not select the configured token.
			return nil, reject(http.StatusBadRequest, apierror.BadRequest, "the header %s must be printable ASCII without spaces", c.Header)
		case len(values) == 1:
			tokens[c.Provider] = providers.NewSecret(values[0])
		case !c.Optional:
			tokens[c.Provider] = providers.Secret{}
		}
	}
	return tokens, nil
}

// isToken reports whether s is a single token that a vendor's header can carry.
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

// varyHeader is the Vary header: the request headers that a response depends on.
func varyHeader(all []CallerCredential) string {
	names := []string{"Accept", "Authorization", "Router-Authorization", "Origin", traceHeader, cacheTagsHeader, costHeader, dryRunHeader}
	for _, c := range all {
		names = append(names, c.Header)
	}
	return strings.Join(names, ", ")
}
