package softwareonefake

import (
	"encoding/json"
	"net/http"
)

// problem is the body of an error response. Its fields are those of
// https://docs.platform.softwareone.com/developer-resources/rest-api/errors-handling.
type problem struct {
	Type    string `json:"type"`
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail,omitempty"`
	TraceID string `json:"traceId"`
	// Errors is a map of lists or a list of objects; the platform sends both.
	Errors any `json:"errors,omitempty"`
}

// problemError is an element of the list form.
type problemError struct {
	ID         string   `json:"id,omitempty"`
	Message    string   `json:"message"`
	Properties []string `json:"properties"`
}

const traceID = "00-9e02a91b64ac56904703a3a69ea9101d-56be90a29d0b0b25-00"

const rfc9110 = "https://tools.ietf.org/html/rfc9110#section-"

func unauthorized() *problem {
	return &problem{Type: rfc9110 + "15.5.2", Title: "Unauthorized", Status: http.StatusUnauthorized, TraceID: traceID}
}

func forbidden() *problem {
	return &problem{
		Type: rfc9110 + "15.5.4", Title: "Forbidden", Status: http.StatusForbidden, TraceID: traceID,
		Errors: []problemError{{ID: "MPTACC03-0001", Message: "The actor has no access to this resource.", Properties: []string{}}},
	}
}

func notFound() *problem {
	return &problem{Type: rfc9110 + "15.5.5", Title: "Not Found", Status: http.StatusNotFound, TraceID: traceID}
}

func methodNotAllowed() *problem {
	return &problem{Type: rfc9110 + "15.5.6", Title: "Method Not Allowed", Status: http.StatusMethodNotAllowed, TraceID: traceID}
}

// invalid is the problem of an invalid expression; key is the invalid part.
func invalid(key, message string) *problem {
	p := badRequest()
	p.Errors = map[string][]string{key: {message}}
	return p
}

// invalidParameter is the problem of an invalid select, limit or offset.
func invalidParameter(name, message string) *problem {
	p := badRequest()
	p.Errors = []problemError{{Message: message, Properties: []string{name}}}
	return p
}

func badRequest() *problem {
	return &problem{
		Type: rfc9110 + "15.5.1", Title: "Bad Request", Status: http.StatusBadRequest,
		Detail: "One or more validation errors occurred.", TraceID: traceID,
	}
}

func writeProblem(w http.ResponseWriter, p *problem) {
	body, err := json.Marshal(p)
	if err != nil {
		body = []byte("{}")
	}
	w.Header().Set("Content-Type", "application/problem+json; charset=utf-8")
	w.WriteHeader(p.Status)
	_, _ = w.Write(body)
}
