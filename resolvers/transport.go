package resolvers

import (
	"context"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/complexity"
	"github.com/accountgraph/accountgraph/internal/responsecache"
)

// door is GraphQL over HTTP: it reads a request, lets the guard look at its
// document, has it executed, and writes one answer.
//
//	https://graphql.github.io/graphql-over-http/draft/
//
// POST with a JSON body and GET are all there is. Batches, forms, uploads, event
// streams and WebSockets have no use here and would each need a defence.
type door struct {
	callers  *auth.Authenticator
	origins  *http.CrossOriginProtection
	local    bool
	lent     []CallerCredential
	vary     string
	guard    *complexity.Validator
	known    *documents[*complexity.Document]
	library  *library
	log      *slog.Logger
	answers  *responsecache.Cache[execution]
	answered func(from responsecache.Source)
	observe  func(codes []string, took time.Duration)
	recovers graphql.RecoverFunc
	// introspection is whether clients may read the schema.
	introspection bool
}

var _ graphql.Transport = (*door)(nil)

func newDoor(schema *ast.Schema, o Options) *door {
	d := &door{
		callers: o.Authenticator, origins: originsOf(o.Origins), local: o.LoopbackOnly, lent: o.CallerCredentials, vary: vary(o.CallerCredentials),
		guard:   complexity.New(schema, complexity.DefaultLimits(), o.Introspection),
		known:   newDocuments[*complexity.Document](parsed),
		library: newLibrary(o.Documents),
		log:     o.Log, observe: o.Observe, answered: o.Answered, recovers: recovered(o.Log), introspection: o.Introspection,
	}
	if d.observe == nil {
		d.observe = func([]string, time.Duration) {}
	}
	if d.answered == nil {
		d.answered = func(responsecache.Source) {}
	}
	version, now := o.Version, o.Now
	if version == nil {
		version = func() uint64 { return 0 }
	}
	if now == nil {
		now = time.Now
	}
	d.answers = responsecache.New[execution](o.AnswerBytes, version, now)
	return d
}

// Supports every request: what cannot be served is refused in GraphQL's form.
func (*door) Supports(*http.Request) bool { return true }

// Do answers one request.
func (d *door) Do(w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) {
	start := time.Now()
	// The presenter looks for the request's id in the operation's headers.
	ctx := graphql.WithOperationContext(r.Context(), &graphql.OperationContext{Headers: r.Header})
	a := d.answer(ctx, w, r, exec)
	a.write(w)
	took := time.Since(start)
	codes := a.codes()
	d.observe(codes, took)
	d.log.DebugContext(ctx, "request", "operation", a.operation, "status", a.status, "codes", codes, "ms", took.Milliseconds())
}

// answer is what a request gets. A panic on the way is the answer of a server
// that failed.
func (d *door) answer(ctx context.Context, w http.ResponseWriter, r *http.Request, exec graphql.GraphExecutor) (a *answer) {
	mediaType, acceptable := negotiate(r.Header.Values("Accept"))
	a = &answer{vary: d.vary, mediaType: mediaType}
	defer func() {
		if panicked := recover(); panicked != nil {
			a.data, a.extensions = nil, nil
			a.refuse(http.StatusInternalServerError, present(ctx, d.recovers(ctx, panicked)))
		}
	}()
	switch {
	case r.Method == http.MethodOptions:
		a.status, a.allow = http.StatusNoContent, allowed
		return a
	case r.Method != http.MethodGet && r.Method != http.MethodPost:
		a.allow = allowed
		a.refuse(http.StatusMethodNotAllowed, refusal(BadRequest, "only GET and POST are served here"))
		return a
	case !acceptable:
		a.refuse(http.StatusNotAcceptable, refusal(BadRequest, "the answer can be %s or %s", jsonType, graphqlType))
		return a
	}
	ctx, refused := d.enter(ctx, a, r)
	var asked *request
	if refused == nil {
		asked, refused = d.read(w, r)
	}
	if refused == nil {
		refused = d.library.resolve(ctx, asked)
	}
	if refused == nil {
		refused = d.run(ctx, a, r.Method, asked, exec)
	}
	if refused != nil {
		a.refuse(refused.status, refused.errors...)
	}
	return a
}

// longestLogged bounds an operation's name in the log, in bytes.
const longestLogged = 100

// allowed are the methods of the endpoint.
const allowed = "GET, POST, OPTIONS"

// refused is a request that is not executed.
type refused struct {
	status int
	errors gqlerror.List
}

func refuses(status int, code Code, format string, args ...any) *refused {
	return &refused{status, gqlerror.List{refusal(code, format, args...)}}
}

// run looks at the document and executes it.
func (d *door) run(ctx context.Context, a *answer, method string, asked *request, exec graphql.GraphExecutor) *refused {
	params := asked.RawParams
	document, err := d.document(ctx, params.Query)
	if err != nil {
		return a.unexecuted(present(ctx, err))
	}
	kind, err := document.Operation(params.OperationName)
	switch {
	case err != nil:
		return a.unexecuted(present(ctx, err))
	case method == http.MethodGet && kind != ast.Query:
		a.allow = http.MethodPost
		return refuses(http.StatusMethodNotAllowed, BadRequest, "GET is for queries")
	}
	a.operation = params.OperationName[:min(len(params.OperationName), longestLogged)]
	if err := document.Check(params.OperationName, params.Variables); err != nil {
		return a.unexecuted(present(ctx, err))
	}
	if refused := forGateways(ctx, document.ForGateway(params.OperationName)); refused != nil {
		return refused
	}
	e, source, err := d.execute(ctx, kind, params, exec)
	d.answered(source)
	switch {
	case err != nil: // nothing waits for the answer any more
		return refuses(http.StatusServiceUnavailable, Timeout, "the request was given up")
	case e.refused != nil:
		return a.unexecuted(e.refused...)
	}
	d.library.keep(asked)
	a.status, a.data, a.errors, a.extensions, a.fresh = http.StatusOK, e.data, e.errors, e.extensions, e.fresh
	return nil
}

// document has the guard look at a document, unless it has passed before.
func (d *door) document(ctx context.Context, text string) (*complexity.Document, error) {
	if known, ok := d.known.Get(ctx, text); ok {
		return known, nil
	}
	read, err := d.guard.Read(text)
	if err != nil {
		return nil, err
	}
	d.known.Add(ctx, strings.Clone(text), read)
	return read, nil
}
