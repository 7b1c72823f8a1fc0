package softwareonefake

import (
	"encoding/json"
	"net/http"
)

// problem is an error answer. Its fields are those of
// https://docs.platform.softwareone.com/developer-resources/rest-api/errors-handling.
type problem struct {
	Type    string `json:"type"`
	Title   string `json:"title"`
	Status  int    `json:"status"`
	Detail  string `json:"detail,omitempty"`
	TraceID string `json:"traceId"`
	// Errors is a map of lists or a list of objects: the platform has both.
	Errors any `json:"errors,omitempty"`
}

// complaint is an element of the list form.
type complaint struct {
	ID         string   `json:"id,omitempty"`
	Message    string   `json:"message"`
	Properties []string `json:"properties"`
}

const trace = "00-9e02a91b64ac56904703a3a69ea9101d-56be90a29d0b0b25-00"

const rfc = "https://tools.ietf.org/html/rfc9110#section-"

func unauthorized() *problem {
	return &problem{Type: rfc + "15.5.2", Title: "Unauthorized", Status: http.StatusUnauthorized, TraceID: trace}
}

func forbidden() *problem {
	return &problem{
		Type: rfc + "15.5.4", Title: "Forbidden", Status: http.StatusForbidden, TraceID: trace,
		Errors: []complaint{{ID: "MPTACC03-0001", Message: "The actor has no access to this resource.", Properties: []string{}}},
	}
}

func notFound() *problem {
	return &problem{Type: rfc + "15.5.5", Title: "Not Found", Status: http.StatusNotFound, TraceID: trace}
}

func notAllowed() *problem {
	return &problem{Type: rfc + "15.5.6", Title: "Method Not Allowed", Status: http.StatusMethodNotAllowed, TraceID: trace}
}

// invalid complains about an expression; key is the part at fault.
func invalid(key, message string) *problem {
	p := badRequest()
	p.Errors = map[string][]string{key: {message}}
	return p
}

// invalidParameter complains about one of the other parameters.
func invalidParameter(name, message string) *problem {
	p := badRequest()
	p.Errors = []complaint{{Message: message, Properties: []string{name}}}
	return p
}

func badRequest() *problem {
	return &problem{
		Type: rfc + "15.5.1", Title: "Bad Request", Status: http.StatusBadRequest,
		Detail: "One or more validation errors occurred.", TraceID: trace,
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
