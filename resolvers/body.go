package resolvers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
)

// read takes a request's parameters out of its body or its URL.
func (d *door) read(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refused) {
	if r.Method == http.MethodGet {
		return d.readURL(r)
	}
	return d.readBody(w, r)
}

// readBody reads the parameters of a POST.
func (d *door) readBody(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refused) {
	limits := d.guard.Limits()
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, int64(limits.Body)))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, refuses(http.StatusRequestEntityTooLarge, QueryTooLarge, "the body has more than %d bytes", limits.Body)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, refuses(http.StatusRequestTimeout, BadRequest, "the body did not come in time")
	case err != nil:
		return nil, refuses(http.StatusBadRequest, BadRequest, "the body could not be read")
	}
	if text := bytes.TrimLeft(body, " \t\r\n"); len(text) > 0 && text[0] == '[' && json.Valid(text) {
		return nil, refuses(http.StatusBadRequest, BatchingDisabled, "send one operation at a time, as an object")
	}
	// The parameters are one level above the variables.
	value, err := decode(body, limits.VariableDepth+1, limits.Values)
	switch {
	case errors.Is(err, errValues):
		return nil, refuses(http.StatusBadRequest, QueryTooComplex, "the body has more than %d values", limits.Values)
	case err != nil:
		return nil, refuses(http.StatusBadRequest, BadRequest, "the body is not a JSON object as it should be: %v", err)
	}
	object, ok := value.(map[string]any)
	if !ok {
		return nil, refuses(http.StatusBadRequest, BadRequest, "the body must be a JSON object")
	}
	return params(object, r.Header)
}

// parameters are the names in a request. Others are ignored, but not one that is
// spelled nearly so: readers of JSON differ in whom they let win.
var parameters = []string{"query", "operationName", "variables", "extensions"}

// readURL reads the parameters of a GET, where variables and extensions are JSON.
func (d *door) readURL(r *http.Request) (*graphql.RawParams, *refused) {
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return nil, refuses(http.StatusBadRequest, BadRequest, "the URL's query is malformed")
	}
	limits, object := d.guard.Limits(), make(map[string]any, len(values))
	for name, given := range values {
		if len(given) > 1 && slices.Contains(parameters, name) {
			return nil, refuses(http.StatusBadRequest, BadRequest, "%s is given twice", name)
		}
		object[name] = given[0]
		if name != "variables" && name != "extensions" || given[0] == "" {
			continue
		}
		if object[name], err = decode([]byte(given[0]), limits.VariableDepth, limits.Values); err != nil {
			return nil, refuses(http.StatusBadRequest, BadRequest, "%s must be a JSON object: %v", name, err)
		}
	}
	for _, name := range parameters[1:] {
		if object[name] == "" {
			delete(object, name)
		}
	}
	return params(object, r.Header)
}

// params checks the parameters of a request.
func params(object map[string]any, header http.Header) (*graphql.RawParams, *refused) {
	for name := range object {
		i := slices.IndexFunc(parameters, func(p string) bool { return strings.EqualFold(p, name) })
		if i >= 0 && parameters[i] != name {
			return nil, refuses(http.StatusBadRequest, BadRequest, "%s must be written like this", parameters[i])
		}
	}
	p := &graphql.RawParams{Headers: header}
	fits := func(name string, into any) bool {
		value, given := object[name]
		if !given || value == nil {
			return true
		}
		ok := false
		switch into := into.(type) {
		case *string:
			*into, ok = value.(string)
		case *map[string]any:
			*into, ok = value.(map[string]any)
		}
		return ok
	}
	switch {
	case !fits("query", &p.Query):
		return nil, refuses(http.StatusBadRequest, BadRequest, "query must be a string")
	case !fits("operationName", &p.OperationName):
		return nil, refuses(http.StatusBadRequest, BadRequest, "operationName must be a string")
	case !fits("variables", &p.Variables):
		return nil, refuses(http.StatusBadRequest, BadRequest, "variables must be an object")
	case !fits("extensions", &p.Extensions):
		return nil, refuses(http.StatusBadRequest, BadRequest, "extensions must be an object")
	case p.Query == "" && p.Extensions["persistedQuery"] != nil:
		// The message is what clients of Apollo look for before they send the
		// document itself.
		return nil, refuses(http.StatusBadRequest, PersistedQueryNotFound, "PersistedQueryNotFound")
	case p.Query == "":
		return nil, refuses(http.StatusBadRequest, BadRequest, "there is no query")
	}
	return p, nil
}
