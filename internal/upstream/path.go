package upstream

import (
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/accountgraph/accountgraph/providers"
)

// Path joins segments to a path, each escaped. It fails with BadInput on a
// segment that could change which resource is meant, be it at a server that
// decodes twice or takes a backslash for a slash: empty, dots and spaces only,
// or with a slash, backslash, percent sign, control character or invalid UTF-8.
func Path(segments ...string) (string, error) {
	var b strings.Builder
	for _, s := range segments {
		if strings.Trim(s, ". ") == "" || !utf8.ValidString(s) || strings.ContainsFunc(s, unsafeInPath) {
			return "", &providers.Error{Kind: providers.InvalidArgument, Detail: "an id cannot stand in a path"}
		}
		b.WriteByte('/')
		b.WriteString(url.PathEscape(s))
	}
	return b.String(), nil
}

func unsafeInPath(r rune) bool {
	return unicode.IsControl(r) || r == '/' || r == '\\' || r == '%'
}
