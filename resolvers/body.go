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
	"unicode/utf8"

	"github.com/99designs/gqlgen/graphql"
)

// read takes a request's parameters out of its body or its URL.
func (d *door) read(w http.ResponseWriter, r *http.Request) (*graphql.RawParams, *refused) {
	if refused := admit(r); refused != nil {
		return nil, refused
	}
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
	value, err := decode(body, limits.VariableDepth+1)
	if err != nil {
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
	object := make(map[string]any, len(values))
	for name, given := range values {
		if len(given) > 1 && slices.Contains(parameters, name) {
			return nil, refuses(http.StatusBadRequest, BadRequest, "%s is given twice", name)
		}
		object[name] = given[0]
		if name != "variables" && name != "extensions" || given[0] == "" {
			continue
		}
		if object[name], err = decode([]byte(given[0]), d.guard.Limits().VariableDepth); err != nil {
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

// What strict JSON is not. Nothing of the text is in the messages: it may hold
// what must not be in logs.
var (
	errJSON      = errors.New("malformed")
	errDuplicate = errors.New("a name appears twice in one object")
	errDepth     = errors.New("nested too deep")
	errNumber    = errors.New("a number has too many digits")
)

// longestNumber is more than any number of the schema needs.
const longestNumber = 64

// decode reads one JSON value of at most this depth, and refuses what readers of
// JSON understand differently: duplicate names, text behind the value, text that
// is not UTF-8.
func decode(text []byte, depth int) (any, error) {
	if !utf8.Valid(text) || !json.Valid(text) {
		return nil, errJSON
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return value(decoder, depth)
}

func value(decoder *json.Decoder, depth int) (any, error) {
	token, err := decoder.Token()
	if err != nil {
		return nil, errJSON
	}
	switch t := token.(type) {
	case json.Number:
		if len(t) > longestNumber {
			return nil, errNumber
		}
	case json.Delim:
		if depth == 0 {
			return nil, errDepth
		}
		if t == '{' {
			return object(decoder, depth-1)
		}
		return array(decoder, depth-1)
	}
	return token, nil
}

func object(decoder *json.Decoder, depth int) (any, error) {
	members := map[string]any{}
	for decoder.More() {
		token, err := decoder.Token()
		name, ok := token.(string)
		if err != nil || !ok {
			return nil, errJSON
		}
		if _, given := members[name]; given {
			return nil, errDuplicate
		}
		if members[name], err = value(decoder, depth); err != nil {
			return nil, err
		}
	}
	_, err := decoder.Token()
	return members, err
}

func array(decoder *json.Decoder, depth int) (any, error) {
	elements := []any{}
	for decoder.More() {
		element, err := value(decoder, depth)
		if err != nil {
			return nil, err
		}
		elements = append(elements, element)
	}
	_, err := decoder.Token()
	return elements, err
}
