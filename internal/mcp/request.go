package mcp

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/accountgraph/accountgraph/internal/strictjson"
)

// Codes of JSON-RPC.
const (
	parseError     = -32700
	invalidRequest = -32600
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
	if _, ok := value.(map[string]any); !ok {
		return nil, &refusal{http.StatusBadRequest, invalidRequest, "the body must be a JSON object", badRequest}
	}
	return body, nil
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

// uncached is a http.ResponseWriter whose responses no cache keeps. It records their status.
type uncached struct {
	http.ResponseWriter
	status int // 0 before it is written
}

func (u *uncached) WriteHeader(status int) {
	u.status = status
	u.Header().Set("Cache-Control", "no-store")
	u.ResponseWriter.WriteHeader(status)
}

func (u *uncached) Write(b []byte) (int, error) {
	if u.status == 0 {
		u.WriteHeader(http.StatusOK)
	}
	return u.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (u *uncached) Unwrap() http.ResponseWriter { return u.ResponseWriter }
