// Package transport serves GraphQL over HTTP: it authenticates the caller, reads
// the request, finds persisted documents, checks limits, and executes the operation
// or takes its result from the response cache.
//
//	https://graphql.github.io/graphql-over-http/draft/
//
// It accepts POST with a JSON body, and GET. Batches, forms, uploads, event streams
// and WebSockets are not supported. It knows no resolver and no vendor.
package transport

import (
	"context"
	"maps"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"github.com/vektah/gqlparser/v2/validator"

	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/complexity"
	"github.com/accountgraph/accountgraph/internal/persisted"
	"github.com/accountgraph/accountgraph/internal/responsecache"
)

// transport implements GraphQL over HTTP: parse, validate limits, execute, respond.
type transport struct {
	options    Options
	origins    *http.CrossOriginProtection
	varyHeader string
	validator  *complexity.Validator
	// withoutSDL is the validator for servers that tell nobody the SDL.
	withoutSDL *complexity.Validator
	// parsed caches the documents that the validator has accepted.
	parsed      *documentCache[*parsedDocument]
	access      atomic.Pointer[access]
	responses   *responsecache.Cache[result]
	known       *knownRequests
	anonymous   anonymousCaller
	admission   *admission
	recoverFunc graphql.RecoverFunc
	compressor  *compressor // nil compresses nothing
}

var _ graphql.Transport = (*transport)(nil)

func newTransport(o Options) *transport {
	t := &transport{
		options:     o,
		origins:     trustedOrigins(o.Origins),
		varyHeader:  varyHeader(o.CallerCredentials),
		validator:   complexity.New(o.Schema.Schema(), o.Limits.Documents, o.Introspection),
		parsed:      newDocumentCache[*parsedDocument](parsedDocuments(o.DocumentCacheBytes)),
		responses:   responsecache.New[result](o.ResponseBytes, o.CacheVersion, o.Now),
		known:       newKnownRequests(),
		admission:   newAdmission(o.Admission),
		recoverFunc: apierror.RecoverFunc(o.Log),
	}
	if o.Compress {
		t.compressor = newCompressor()
	}
	t.withoutSDL = complexity.New(schemaWithoutSDL(o.Schema.Schema()), o.Limits.Documents, o.Introspection)
	t.access.Store(&access{o.Authenticator, newPersistedDocuments(o.Documents, o.AutomaticDocumentBytes)})
	return t
}

// access is who may send what. It is immutable, and replaced by Handler.Reload.
type access struct {
	authenticator *auth.Authenticator
	documents     *persistedDocuments
}

func (a *access) with(authenticator *auth.Authenticator, trusted *persisted.Manifest) *access {
	documents := *a.documents
	documents.Trusted = trusted
	return &access{authenticator, &documents}
}

// Supports accepts every request; what cannot be served gets a GraphQL error.
func (*transport) Supports(*http.Request) bool { return true }

// maxOperationName bounds the operation name in logs and spans, in bytes.
const maxOperationName = 100

// Do serves one request.
func (t *transport) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	start := time.Now()
	id := t.identify(w, r)
	// Package apierror reads the request id from the headers of the operation context.
	ctx := graphql.WithOperationContext(r.Context(), &graphql.OperationContext{Headers: r.Header})
	if p := protectedFrom(ctx); p != nil {
		p.observed.Store(true)
	}
	t.finish(w, t.respond(ctx, w, r, exec), id, start)
}

// identify sets the id of a request, in its header and in that of the response, and returns it.
func (*transport) identify(w http.ResponseWriter, r *http.Request) string {
	id := apierror.RequestID(r.Header)
	value := []string{id}
	r.Header[requestIDHeader], w.Header()[requestIDHeader] = value, value
	return id
}

// finish writes the response to a request, and reports the request.
func (t *transport) finish(w http.ResponseWriter, res *response, id string, start time.Time) {
	res.write(w)
	res.request.ID, res.request.Took = id, time.Since(start)
	if !res.request.Canceled {
		res.request.Status, res.request.Codes = res.status, res.codes()
	}
	endSpan(res)
	t.options.ObserveRequest(res.request)
}

// respond returns the response to a request. A panic becomes HTTP 500.
func (t *transport) respond(ctx context.Context, w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) (res *response) {
	mediaType, acceptable := negotiate(r.Header["Accept"])
	res = &response{vary: t.varyHeader, mediaType: mediaType, limits: &t.options.Limits}
	if t.compressor != nil {
		res.compressor, res.coding = t.compressor, negotiateCoding(r.Header.Values("Accept-Encoding"))
	}
	defer func() {
		if panicked := recover(); panicked != nil {
			res.data, res.extensions, res.coded = nil, nil, nil
			res.fail(http.StatusInternalServerError, apierror.FromError(ctx, t.recoverFunc(ctx, panicked)))
		}
	}()
	switch {
	case r.Method == http.MethodOptions:
		res.status, res.allow = http.StatusNoContent, allowedMethods
		return res
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		res.allow = allowedMethods
		res.fail(http.StatusMethodNotAllowed, apierror.New(apierror.BadRequest, "the method must be GET or POST"))
		return res
	case !acceptable:
		res.fail(http.StatusNotAcceptable, apierror.New(apierror.BadRequest, "Accept must allow %s or %s", jsonType, graphqlType))
		return res
	}
	if err := t.serve(ctx, res, w, r, exec); err != nil {
		res.retryAfter = err.retryAfter
		res.fail(err.status, err.errors...)
	}
	return res
}

// allowedMethods is the Allow header of the endpoint.
const allowedMethods = "GET, POST, OPTIONS"

// canceledMessage is for requests whose client has gone away.
const canceledMessage = "request canceled"

// statusClientClosedRequest is the status in logs and spans of a request whose client has
// gone away, by the convention of proxies. No client receives it.
const statusClientClosedRequest = 499

// serve fills the response, or returns why the operation is not executed.
func (t *transport) serve(ctx context.Context, res *response, w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) *httpError {
	access := t.access.Load()
	caller, err := t.authenticate(ctx, res, r, access.authenticator)
	if err != nil {
		return err
	}
	res.request.CallerID, res.request.Client = caller.ID(), clientName(r.Header)
	ctx = t.startSpan(ctx, res, r, caller)
	if t.admission.isFlooded(caller) {
		return overloaded()
	}
	body, err := t.readBody(w, r)
	if err != nil {
		return err
	}
	defer body.release()
	trusted := access.documents.Trusted
	if served, err := t.serveKnown(res, r, caller, body.digest, access); served {
		return err
	}
	req, err := t.read(body, r)
	if err != nil {
		return err
	}
	digest, registers := body.digest, req.Query != "" && req.hash != ""
	if err := access.documents.resolve(ctx, req); err != nil {
		return err
	}
	// A document that is not known has no response in the cache.
	if t.admission.isFull(caller) && !t.knows(ctx, req.Query) {
		return overloaded()
	}
	v, err := t.validate(ctx, res, r.Method, caller, req.RawParams, t.hidesSDL(access))
	if err != nil {
		return err
	}
	if t.options.Rate != nil {
		res.charge = &charge{limiter: t.options.Rate, caller: caller.ID(), cost: v.cost}
		if isDryRun(r.Header) {
			res.charge.cost = 1
		}
	}
	key := operationKey(req.Query, req.OperationName, req.Variables)
	result, source, canceled := t.execute(ctx, v.kind, key, caller, req.RawParams, v.cost, res.charge, exec)
	if result.refused == nil {
		t.options.ObserveSource(source)
		res.request.From = string(source)
	}
	if source == responsecache.Miss {
		res.request.Reads = result.reads
	}
	switch {
	case canceled != nil:
		res.request.Canceled, res.request.Status = true, statusClientClosedRequest
		return reject(http.StatusServiceUnavailable, apierror.Timeout, canceledMessage)
	case result.refused != nil:
		return result.refused
	case result.rejected != nil:
		return res.documentError(result.rejected...)
	}
	access.documents.register(req)
	if result.fresh > 0 && r.Method == http.MethodPost && !registers {
		t.known.add(digest, knownRequest{key, res.request.Name, res.request.Hash(), v.gatewayField, trusted})
	}
	res.succeed(result)
	return nil
}

// validated is what is known of an operation before its execution.
type validated struct {
	kind ast.Operation
	// cost is 0 if nothing needs it.
	cost int
	// gatewayField is a field for gateways that it selects, "" without one.
	gatewayField string
}

// validate checks the limits of the document and who may send it, and coerces the
// variables. gqlgen validates it against the schema later.
func (t *transport) validate(ctx context.Context, res *response, method string, caller *auth.Caller, params *graphql.RawParams, hidesSDL bool) (validated, *httpError) {
	document, err := t.document(ctx, params.Query, hidesSDL)
	if err != nil {
		return validated{}, res.documentError(t.maskErrors(gqlerror.List{apierror.FromError(ctx, err)})...)
	}
	kind, err := document.Operation(params.OperationName)
	switch {
	case err != nil:
		return validated{}, res.documentError(apierror.FromError(ctx, err))
	case method == http.MethodGet && kind != ast.Query:
		res.allow = http.MethodPost
		return validated{}, reject(http.StatusMethodNotAllowed, apierror.BadRequest, "only a query may be sent with GET")
	}
	res.request.Type, res.request.Document, res.request.DocumentHash = string(kind), params.Query, document.hash
	res.request.Name = operationName(document.OperationName(params.OperationName))
	variables, invalid := t.readVariables(document.Variables(params.OperationName), params.Variables)
	if invalid != nil {
		return validated{}, res.documentError(t.maskErrors(gqlerror.List{apierror.VariableError(invalid)})...)
	}
	params.Variables = variables
	if err := document.Check(params.OperationName, params.Variables); err != nil {
		return validated{}, res.documentError(apierror.FromError(ctx, err))
	}
	v := validated{kind: kind, gatewayField: document.ForGateway(params.OperationName)}
	if t.options.Rate != nil || wantsCost(params.Headers) {
		v.cost = document.Cost(params.OperationName, params.Variables)
	}
	return v, requireGateway(caller, v.gatewayField)
}

// readVariables coerces the variables. Without introspection it also validates them, before the
// cost is checked, whose error would tell valid variables from others.
func (t *transport) readVariables(definitions ast.VariableDefinitionList, values map[string]any) (map[string]any, *gqlerror.Error) {
	schema := t.options.Schema.Schema()
	coerced, err := coerceVariables(schema, definitions, values)
	if err != nil || t.options.Introspection {
		return coerced, err
	}
	if _, err := validator.VariableValues(schema, &ast.OperationDefinition{VariableDefinitions: definitions}, maps.Clone(coerced)); err != nil {
		return nil, gqlerror.WrapIfUnwrapped(err)
	}
	return coerced, nil
}

// parsedDocument is a checked document with the hash of its text.
type parsedDocument struct {
	*complexity.Document
	hash string
}

// document returns the checked document of a text.
func (t *transport) document(ctx context.Context, text string, hidesSDL bool) (*parsedDocument, error) {
	v := t.validator
	if hidesSDL {
		v = t.withoutSDL
	}
	if document, ok := t.parsed.Get(ctx, text); ok && document.IsOf(v) {
		return document, nil
	}
	checked, err := v.Read(text)
	if err != nil {
		return nil, err
	}
	document := &parsedDocument{checked, persisted.Sum(text)}
	t.parsed.Add(ctx, strings.Clone(text), document)
	return document, nil
}

// knows reports whether a document has been checked and is cached.
func (t *transport) knows(ctx context.Context, text string) bool {
	_, known := t.parsed.Get(ctx, text)
	return known
}

// httpError is why a request is not executed.
type httpError struct {
	status int
	errors gqlerror.List
	// retryAfter is when the client may try again; 0 for no statement.
	retryAfter time.Duration
}

// setRetryAfter sets the time after which the client may try again, in the header and in
// the errors.
func (e *httpError) setRetryAfter(delay time.Duration) {
	e.retryAfter = delay
	for _, err := range e.errors {
		err.Extensions["retryAfter"] = wholeSeconds(delay)
	}
}

// wholeSeconds rounds a time up.
func wholeSeconds(d time.Duration) int { return int((d + time.Second - 1) / time.Second) }

// reject returns an error with one message for the client.
func reject(status int, code apierror.Code, format string, args ...any) *httpError {
	return &httpError{status: status, errors: gqlerror.List{apierror.New(code, format, args...)}}
}
