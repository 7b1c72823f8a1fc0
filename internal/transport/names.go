package transport

import (
	"net/http"
	"regexp"
	"strings"
)

// clientNameHeaders are the headers in which clients send their name; the first that is set
// counts.
var clientNameHeaders = []string{"Apollographql-Client-Name", "Graphql-Client-Name", "X-Graphql-Client-Name"}

// otherName stands for a name that could be a credential or personal data: names are labels of
// metrics, and are in the log.
const otherName = "other"

// maxClientName bounds the name of a client, in bytes.
const maxClientName = 64

// clientNames are the names of clients, such as "My App 2.1" and "@apollo/gateway": words of
// letters, digits and ._-/ with single spaces between them.
var clientNames = regexp.MustCompile(`^(@[a-zA-Z0-9._-]+/)?[a-zA-Z0-9][a-zA-Z0-9._/-]*( [a-zA-Z0-9._/-]+)*$`)

// clientName returns what a client calls itself, "" without a name, and otherName if it does not
// look like a name.
func clientName(h http.Header) string {
	for _, key := range clientNameHeaders {
		if name := header(h, key); name != "" {
			if len(name) > maxClientName || !clientNames.MatchString(name) || isCredential(name, 1) || digits(name) > maxDigits {
				return otherName
			}
			return name
		}
	}
	return ""
}

// operationName returns the name of an operation for logs and metrics, otherName if it looks like
// a token.
func operationName(name string) string {
	if isCredential(name, maxNumbers) {
		return otherName
	}
	return name[:min(len(name), maxOperationName)]
}

const (
	// tokenLength is the length from which a run of letters and digits may be a token.
	tokenLength = 24
	// maxNumbers is how many numbers there are in a long name of an operation, such as
	// UsersOfAccountsV2Top100, at most.
	maxNumbers = 3
	// maxDigits is how many digits there are in the name of a client, with its version, at most.
	// A UUID has more.
	maxDigits = 12
)

var (
	schemes = regexp.MustCompile(`(?i)^(bearer|basic|digest|token|apikey) `)
	runs    = regexp.MustCompile(`[a-zA-Z0-9]+`)
	numbers = regexp.MustCompile(`[0-9]+`)
)

// isCredential reports whether a text looks like a credential: it begins with the scheme of one,
// has the beginning of a JSON Web Token, or a long run of letters and digits with so many numbers.
func isCredential(text string, mixed int) bool {
	if schemes.MatchString(text) {
		return true
	}
	for _, run := range runs.FindAllString(text, -1) {
		if strings.HasPrefix(run, "eyJ") || len(run) >= tokenLength && len(numbers.FindAllString(run, mixed)) == mixed {
			return true
		}
	}
	return false
}

func digits(text string) (n int) {
	for _, run := range numbers.FindAllString(text, -1) {
		n += len(run)
	}
	return n
}
