package resolvers

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// answer is what goes back over HTTP.
type answer struct {
	status     int
	mediaType  string
	allow      string
	vary       string
	challenge  string
	data       json.RawMessage // absent when the request was not executed
	errors     gqlerror.List
	extensions json.RawMessage
	operation  string // for the log
	// fresh is how long whoever asked may keep the answer; most may not at all.
	fresh time.Duration
}

// refuse makes it the answer to a request that was not executed.
func (a *answer) refuse(status int, errs ...*gqlerror.Error) {
	a.status, a.errors = status, errs
}

// unexecuted is the refusal of a request that was understood. A document that is
// not right is a good answer, 200, to clients that asked for plain JSON: they
// read it whatever the status is, but proxies before them may not.
func (a *answer) unexecuted(errs ...*gqlerror.Error) *refused {
	status := http.StatusBadRequest
	switch codeOf(errs[0]) {
	case ParseFailed, ValidationFailed, BadUserInput:
		if a.mediaType == jsonType {
			status = http.StatusOK
		}
	case QueryTooLarge:
		status = http.StatusRequestEntityTooLarge
	case Timeout:
		status = http.StatusServiceUnavailable
	case Internal:
		status = http.StatusInternalServerError
	}
	return &refused{status, errs}
}

// codes are the codes of the errors, each once.
func (a *answer) codes() []string {
	var codes []string
	for _, err := range a.errors {
		if code := string(codeOf(err)); !slices.Contains(codes, code) {
			codes = append(codes, code)
		}
	}
	return codes
}

// maxErrors is how many errors one answer spells out.
const maxErrors = 25

// shown are the errors that are spelled out. The last of more says how many there
// are, at the path of the first that is left out.
func (a *answer) shown() gqlerror.List {
	if len(a.errors) <= maxErrors {
		return a.errors
	}
	first := *a.errors[maxErrors]
	first.Message = fmt.Sprintf("%d more errors are not shown, the first of them is here", len(a.errors)-maxErrors)
	return append(a.errors[:maxErrors:maxErrors], &first)
}

// write sends the answer at once.
func (a *answer) write(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Cache-Control", a.cacheControl())
	h.Add("Vary", a.vary)
	h.Set("X-Content-Type-Options", "nosniff")
	if a.allow != "" {
		h.Set("Allow", a.allow)
	}
	if a.challenge != "" {
		h.Set("WWW-Authenticate", a.challenge)
	}
	if a.status == http.StatusNoContent {
		w.WriteHeader(a.status)
		return
	}
	body := a.body()
	h.Set("Content-Type", a.mediaType+"; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(body) // who has gone away is told nothing
}

// cacheControl lets nobody but the one who asked keep an answer, and only while
// all of it is fresh.
func (a *answer) cacheControl() string {
	if a.fresh < time.Second {
		return "no-store"
	}
	return fmt.Sprintf("private, max-age=%d", int(a.fresh.Seconds()))
}

// body is the answer as JSON: errors first, so that a reader meets them early,
// and the executor's data as they are.
func (a *answer) body() []byte {
	var b bytes.Buffer
	b.Grow(len(a.data) + 256)
	comma := byte('{')
	member := func(name string, value []byte) {
		b.WriteByte(comma)
		b.WriteString(`"` + name + `":`)
		b.Write(value)
		comma = ','
	}
	if len(a.errors) > 0 {
		member("errors", marshal(a.shown()))
	}
	if len(a.data) > 0 {
		member("data", a.data)
	}
	if len(a.extensions) > 0 {
		member("extensions", a.extensions)
	}
	b.WriteString("}\n")
	return b.Bytes()
}

// marshal writes what this package has put together, which always can be.
func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return []byte("null")
	}
	return text
}
