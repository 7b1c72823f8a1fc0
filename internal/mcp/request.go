package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/accountgraph/accountgraph/internal/strictjson"
)

// Codes of JSON-RPC.
const (
	parseError     = -32700
	invalidRequest = -32600
	internalError  = -32603
)

// Codes of the GraphQL endpoint.
const (
	badRequest   = "BAD_REQUEST"
	badUserInput = "BAD_USER_INPUT"
)

// reportRefusals reports the calls of tools that end without an operation.
func (h *Handler) reportRefusals(next sdk.MethodHandler) sdk.MethodHandler {
	return func(ctx context.Context, method string, request sdk.Request) (sdk.Result, error) {
		result, err := next(ctx, method, request)
		called, isCall := result.(*sdk.CallToolResult)
		if err != nil || isCall && called != nil && called.IsError {
			h.options.Refused(ctx, http.StatusOK, badUserInput)
		}
		return result, err
	}
}

// refusal is why a request is not passed on. Its message repeats nothing of the request.
type refusal struct {
	status, code int
	message      string
	// data is the code that the GraphQL endpoint has for it.
	data string
}

// dryRunHeader asks the GraphQL endpoint for what an operation costs.
const dryRunHeader = "Accountgraph-Dry-Run"

// levelsOfArguments are the levels of a message above the arguments' values: the message,
// params, and arguments.
const levelsOfArguments = 3

// readMessage returns the body of a request, which must have one message.
func (h *Handler) readMessage(r *http.Request) ([]byte, *refusal) {
	if len(r.Header.Values(dryRunHeader)) > 0 {
		return nil, &refusal{http.StatusBadRequest, invalidRequest, "a call of a tool has no dry run: leave out the header accountgraph-dry-run", badUserInput}
	}
	body, err := io.ReadAll(r.Body)
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, &refusal{http.StatusRequestEntityTooLarge, invalidRequest, fmt.Sprintf("the body has more than %d bytes", tooLarge.Limit), "QUERY_TOO_LARGE"}
	case err != nil:
		return nil, &refusal{http.StatusBadRequest, invalidRequest, "the body could not be read", badRequest}
	}
	if text := bytes.TrimLeft(body, " \t\r\n"); len(text) > 0 && text[0] == '[' && json.Valid(text) {
		return nil, &refusal{http.StatusBadRequest, invalidRequest, "batching is disabled: send one message, as a JSON object", "BATCHING_DISABLED"}
	}
	value, err := strictjson.Decode(body, h.options.Depth+levelsOfArguments, h.options.Values)
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, parseError, "the body is not valid JSON: " + err.Error(), badRequest}
	}
	message, ok := value.(map[string]any)
	if !ok {
		return nil, &refusal{http.StatusBadRequest, invalidRequest, "the body must be a JSON object", badRequest}
	}
	if reason := checkMessage(message); reason != "" {
		return nil, &refusal{http.StatusBadRequest, invalidRequest, reason, badRequest}
	}
	return body, nil
}

// maxID is the largest id that is a number: the SDK reads it as a float64.
const maxID = 1 << 53

// checkMessage returns why an object is no message of JSON-RPC 2.0 with the ids of the Model
// Context Protocol, "" if it is one.
func checkMessage(message map[string]any) string {
	if message["jsonrpc"] != "2.0" {
		return `jsonrpc must be "2.0"`
	}
	if id, exists := message["id"]; exists && !isID(id) {
		return "the id must be a string or a whole number of at most 2^53"
	}
	method, isRequest := message["method"]
	if _, isText := method.(string); isRequest && !isText {
		return "the method must be a string"
	}
	_, hasResult := message["result"]
	_, hasError := message["error"]
	if !isRequest && !hasResult && !hasError {
		return "the message has no method"
	}
	if params, exists := message["params"]; exists {
		if _, isObject := params.(map[string]any); !isObject {
			return "params must be an object"
		}
	}
	return ""
}

func isID(id any) bool {
	switch id := id.(type) {
	case string:
		return true
	case json.Number:
		n, err := id.Int64()
		return err == nil && n >= -maxID && n <= maxID
	}
	return false
}

// refusalOf returns the refusal in place of an error of the SDK, whose text may repeat a part of
// the request.
func refusalOf(status int) *refusal {
	switch {
	case status == http.StatusMethodNotAllowed:
		return &refusal{status, invalidRequest, "the method must be POST", badRequest}
	case status == http.StatusUnsupportedMediaType:
		return &refusal{status, invalidRequest, "Content-Type must be application/json", badRequest}
	case status >= http.StatusInternalServerError:
		return &refusal{status, internalError, "the message could not be handled", badRequest}
	}
	const headers = "the headers are not those of the Model Context Protocol: " +
		"Accept must have application/json and text/event-stream, and MCP-Protocol-Version a supported version"
	return &refusal{status, invalidRequest, headers, badRequest}
}

// write sends the refusal as an error of JSON-RPC without an id.
func (f *refusal) write(w http.ResponseWriter) {
	body, err := json.Marshal(map[string]any{
		"jsonrpc": "2.0", "id": nil,
		"error": map[string]any{"code": f.code, "message": f.message, "data": map[string]string{"code": f.data}},
	})
	if err != nil {
		body = nil
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(f.status)
	_, _ = w.Write(body) // an error means that the client has gone away
}

// uncached is a http.ResponseWriter whose responses no cache keeps. It records their status, and
// replaces an error that is not JSON by an error of JSON-RPC.
type uncached struct {
	http.ResponseWriter
	status   int // 0 before it is written
	replaced bool
}

func (u *uncached) WriteHeader(status int) {
	u.status = status
	u.Header().Set("Cache-Control", "no-store")
	if isJSON := strings.HasPrefix(u.Header().Get("Content-Type"), "application/json"); status >= http.StatusBadRequest && !isJSON {
		u.replaced = true
		refusalOf(status).write(u.ResponseWriter)
		return
	}
	u.ResponseWriter.WriteHeader(status)
}

func (u *uncached) Write(b []byte) (int, error) {
	if u.status == 0 {
		u.WriteHeader(http.StatusOK)
	}
	if u.replaced {
		return len(b), nil
	}
	return u.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (u *uncached) Unwrap() http.ResponseWriter { return u.ResponseWriter }
