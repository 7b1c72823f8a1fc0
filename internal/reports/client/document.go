package client

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
)

// body is the body of a request, with a document or its id.
type body struct {
	Query      string         `json:"query,omitempty"`
	DocumentID string         `json:"documentId,omitempty"`
	Name       string         `json:"operationName,omitempty"`
	Variables  map[string]any `json:"variables,omitempty"`
}

// DocumentID returns the id that a document has on every server.
func DocumentID(document string) string {
	sum := sha256.Sum256([]byte(document))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// manifestHint says how a server gets the documents that it does not have.
const manifestHint = "; `accountgraph manifest` prints the documents of export and review"

// post sends an operation once: its document, or, where the server accepts trusted documents
// only, the id of it.
func (c *Client) post(ctx context.Context, op Operation) (*Response, error) {
	byID := body{DocumentID: DocumentID(op.Query)}
	if c.sendsIDs.Load() {
		response, err := c.send(ctx, op, byID)
		if e := requestError(err); e.Code == codeNotFound {
			err = &RequestError{Code: codeNotFound, Message: "the server does not have this document" + manifestHint}
		}
		return response, err
	}
	response, err := c.send(ctx, op, body{Query: op.Query})
	rejected := requestError(err)
	if rejected.Code != codeBadRequest {
		return response, err
	}
	response, err = c.send(ctx, op, byID)
	switch requestError(err).Code {
	case codeNotFound:
		return nil, &RequestError{Code: codeBadRequest, Message: rejected.Message + manifestHint}
	case codeBadRequest:
		return nil, rejected
	}
	c.sendsIDs.Store(true)
	return response, err
}

// requestError returns the error of a request that was not executed, else an empty one.
func requestError(err error) *RequestError {
	var request *RequestError
	if errors.As(err, &request) {
		return request
	}
	return &RequestError{}
}
