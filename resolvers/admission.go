package resolvers

import (
	"mime"
	"net/http"
	"strings"
)

// preflighted are headers that a page of another site cannot send unless the
// browser has asked this server first, which it is told nothing by. Any of them
// lets a GET in.
var preflighted = []string{
	"GraphQL-Require-Preflight", "Apollo-Require-Preflight", "X-Apollo-Operation-Name", traceHeader,
}

// single are the headers that must not come twice: two readers could believe
// different ones.
var single = []string{"Authorization", "Router-Authorization", "Content-Type", "Content-Encoding", "Origin"}

// admit looks at a request's headers.
func admit(r *http.Request) *refused {
	for name := range r.Header {
		if strings.Contains(name, "_") {
			return refuses(http.StatusBadRequest, BadRequest, "a header's name has an underscore, which some servers take for a dash")
		}
	}
	for _, name := range single {
		if len(r.Header.Values(name)) > 1 {
			return refuses(http.StatusBadRequest, BadRequest, "the header %s is given twice", name)
		}
	}
	given := r.Header.Get("Content-Type")
	isJSON := isJSONText(given)
	switch {
	case r.Header.Get("Content-Encoding") != "":
		return refuses(http.StatusUnsupportedMediaType, BadRequest, "the body must not be encoded")
	case !isJSON && (given != "" || r.Method == http.MethodPost):
		return refuses(http.StatusUnsupportedMediaType, BadRequest, "the body must be %s in UTF-8", jsonType)
	case r.Method == http.MethodGet && !isJSON && !isPreflighted(r.Header) && !isProgram(r.Header):
		return refuses(http.StatusBadRequest, CSRFPrevention,
			"a GET needs the header Content-Type: %s, or any text in %s", jsonType, strings.Join(preflighted, ", "))
	}
	return nil
}

func isJSONText(contentType string) bool {
	t, params, err := mime.ParseMediaType(contentType)
	return err == nil && t == jsonType && isUTF8(params)
}

func isPreflighted(h http.Header) bool {
	for _, name := range preflighted {
		if h.Get(name) != "" {
			return true
		}
	}
	return false
}

// browsers send each of these, or can be made to; Sec-Fetch-Site and User-Agent
// come with every request of a browser, and no page can change them unasked.
var browsers = []string{"Sec-Fetch-Site", "Sec-Fetch-Dest", "Origin", "Referer", "Cookie"}

// isProgram reports whether a request was sent by a program that wants GraphQL: it
// asks for JSON by name, or takes whatever there is, and has nothing that every
// browser has. Forged requests are those that a browser sends for another site's
// page, so this one is not.
func isProgram(h http.Header) bool {
	accept := strings.Join(h.Values("Accept"), ",")
	if accept != "*/*" && !strings.Contains(accept, jsonType) && !strings.Contains(accept, graphqlType) {
		return false
	}
	for _, name := range browsers {
		if h.Get(name) != "" {
			return false
		}
	}
	// A browser tells its user's languages, also one inside of an app that calls
	// itself otherwise and asks over plain HTTP, where no Sec-Fetch-Site comes. The
	// star is what programs write who must write something.
	if languages := h.Get("Accept-Language"); languages != "" && languages != "*" {
		return false
	}
	// Every browser calls itself Mozilla/5.0, for reasons of the nineties.
	return !strings.HasPrefix(h.Get("User-Agent"), "Mozilla/")
}
