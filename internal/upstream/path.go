package upstream

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/accountgraph/accountgraph/providers"
)

// Path escapes the segments and joins them to a path. It fails with kind
// InvalidID for a segment that could select another resource, even at a server
// that decodes twice or treats a backslash as a slash: a segment that is empty,
// consists of dots and spaces, or contains a slash, a backslash, a percent sign, a
// control character or invalid UTF-8.
func Path(segments ...string) (string, error) {
	var b strings.Builder
	for _, s := range segments {
		if strings.Trim(s, ". ") == "" || !utf8.ValidString(s) || strings.ContainsFunc(s, unsafeInPath) {
			return "", &providers.Error{Kind: providers.InvalidID, Detail: "the id is not valid in a URL path"}
		}
		b.WriteByte('/')
		b.WriteString(url.PathEscape(s))
	}
	return b.String(), nil
}

func unsafeInPath(r rune) bool {
	return unicode.IsControl(r) || r == '/' || r == '\\' || r == '%'
}
