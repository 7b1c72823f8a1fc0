package transport

import (
	"mime"
	"net/http"
	"strings"

	"github.com/accountgraph/accountgraph/internal/apierror"
)

// preflightHeaders force a CORS preflight, which the server approves for configured
// origins only. Pages of other origins cannot send a GET that carries one.
var preflightHeaders = []string{
	"GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name", traceHeader, costHeader, dryRunHeader,
}

// singletonHeaders must not be repeated: two readers could use different values. They have the
// canonical form.
var singletonHeaders = []string{"Authorization", "Router-Authorization", "Content-Type", "Content-Encoding", "Origin"}

// checkHeaders rejects ambiguous headers, bodies that are not JSON, and GET requests
// that a browser could send for another site.
func checkHeaders(r *http.Request) *httpError {
	for name := range r.Header {
		if strings.Contains(name, "_") {
			return reject(http.StatusBadRequest, apierror.BadRequest, "header names must not contain underscores: some servers read them as dashes")
		}
	}
	for _, name := range singletonHeaders {
		if len(r.Header[name]) > 1 {
			return reject(http.StatusBadRequest, apierror.BadRequest, "the header %s must not be repeated", name)
		}
	}
	// Another value would execute what its sender believes to be a dry run.
	if values := r.Header[dryRunHeader]; len(values) > 1 || len(values) == 1 && values[0] != "0" && values[0] != "1" {
		return reject(http.StatusBadRequest, apierror.BadRequest, "the header %s must be 0 or 1", dryRunHeader)
	}
	contentType := header(r.Header, "Content-Type")
	isJSON := isJSONType(contentType)
	switch {
	case header(r.Header, "Content-Encoding") != "":
		return reject(http.StatusUnsupportedMediaType, apierror.BadRequest, "Content-Encoding is not supported")
	case !isJSON && (contentType != "" || r.Method == http.MethodPost):
		return reject(http.StatusUnsupportedMediaType, apierror.BadRequest, "Content-Type must be %s in UTF-8", jsonType)
	case r.Method == http.MethodGet && !isJSON && !hasPreflightHeader(r.Header) && !isNonBrowser(r.Header):
		return reject(http.StatusBadRequest, apierror.CSRFPrevention,
			"a GET needs the header Content-Type: %s, or a value in one of %s", jsonType, strings.Join(preflightHeaders, ", "))
	}
	return nil
}

func isJSONType(contentType string) bool {
	if contentType == jsonType {
		return true
	}
	t, params, err := mime.ParseMediaType(contentType)
	return err == nil && t == jsonType && isUTF8(params)
}

func hasPreflightHeader(h http.Header) bool {
	for _, name := range preflightHeaders {
		if h.Get(name) != "" {
			return true
		}
	}
	return false
}

// browserHeaders are sent by browsers. Every browser request has Sec-Fetch-Site and
// User-Agent, and no page can change them without a preflight.
var browserHeaders = []string{"Sec-Fetch-Site", "Sec-Fetch-Dest", "Origin", "Referer", "Cookie"}

// isNonBrowser reports whether a request comes from a program other than a browser:
// it accepts JSON by name, or anything, and carries no header of a browser. CSRF
// needs a browser, so such a request is safe.
func isNonBrowser(h http.Header) bool {
	accept := strings.Join(h.Values("Accept"), ",")
	if accept != "*/*" && !strings.Contains(accept, jsonType) && !strings.Contains(accept, graphqlType) {
		return false
	}
	for _, name := range browserHeaders {
		if h.Get(name) != "" {
			return false
		}
	}
	// Browsers send the user's languages, as do web views with another User-Agent; over
	// plain HTTP these send no Sec-Fetch-Site. Only other programs send "*".
	if languages := h.Get("Accept-Language"); languages != "" && languages != "*" {
		return false
	}
	// The User-Agent of every browser begins with Mozilla/5.0.
	return !strings.HasPrefix(h.Get("User-Agent"), "Mozilla/")
}
