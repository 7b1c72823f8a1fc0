package resolvers

import (
	"net/http"
	"strings"

	"github.com/accountgraph/accountgraph/providers"
)

// CallerCredential tells of a provider that is asked with tokens which callers bring along.
type CallerCredential struct {
	Provider string
	// Header is where callers put their token for it.
	Header string
	// Optional has the provider asked with its own token for callers who bring none.
	Optional bool
}

// borrow takes the tokens for vendors out of a request's headers, by provider.
// Where a provider needs one that is not there, it gets an empty one.
func borrow(all []CallerCredential, h http.Header) (map[string]providers.Secret, *refused) {
	tokens := make(map[string]providers.Secret, len(all))
	for _, l := range all {
		given := h.Values(l.Header)
		switch {
		case len(given) > 1:
			return nil, refuses(http.StatusBadRequest, BadRequest, "the header %s is given twice", l.Header)
		case len(given) == 1 && !isToken(given[0]):
			// An empty one is no wish to be somebody else.
			return nil, refuses(http.StatusBadRequest, BadRequest, "the header %s must be printable ASCII without spaces", l.Header)
		case len(given) == 1:
			tokens[l.Provider] = providers.NewSecret(given[0])
		case !l.Optional:
			tokens[l.Provider] = providers.Secret{}
		}
	}
	return tokens, nil
}

// isToken reports whether a text can be a credential, and cannot be more than one
// line of a header.
func isToken(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r >= 0x7f })
}

// vary names the headers on which answers depend.
func vary(all []CallerCredential) string {
	names := []string{"Accept", "Authorization", "Router-Authorization", "Origin", traceHeader, tagsHeader}
	for _, l := range all {
		names = append(names, l.Header)
	}
	return strings.Join(names, ", ")
}
