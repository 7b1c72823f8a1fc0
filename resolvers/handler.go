package resolvers

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/extension"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/responsecache"
	"github.com/accountgraph/accountgraph/internal/upstream"
)

// Options are what the door can be set to.
type Options struct {
	Log *slog.Logger
	// Introspection allows clients to read the schema.
	Introspection bool
	// Documents are those that a request may name instead of spelling one out.
	Documents Documents
	// Authenticator lets callers in; nil lets nobody in.
	Authenticator *auth.Authenticator
	// LoopbackOnly refuses who asks under another name than those of loopback.
	LoopbackOnly bool
	// Origins are those of other sites' pages that may ask.
	Origins []string
	// CallerCredentials are the providers that are asked with tokens of callers.
	CallerCredentials []CallerCredential
	// Observe is told of every answered request: the codes of its errors, none
	// when it went well, and how long it took; may be nil.
	Observe func(codes []string, took time.Duration)
	// AnswerBytes bounds the finished answers that are remembered; 0 remembers none.
	AnswerBytes int64
	// Version changes whenever something was forgotten that answers may be made of.
	// It is needed where answers are remembered.
	Version func() uint64
	// Now is time.Now when nil.
	Now func() time.Time
	// Answered is told where the answer of each operation came from; may be nil.
	Answered func(from responsecache.Source)
	// Prefetch fills an operation's loaders before its resolvers run; nil stands for
	// loaders.Set.Walk. Answers do not depend on it, only how much is asked at once.
	Prefetch func(ctx context.Context, s *loaders.Loaders, root loaders.Selection)
}

const (
	// DefaultAnswerBytes is room for some hundred large answers, or ten thousand
	// small ones.
	DefaultAnswerBytes = 16 << 20
	// deadline bounds one operation with all its vendor calls.
	deadline = 10 * time.Second
	// maxCalls bounds the vendor calls of one operation.
	maxCalls = 50
)

// Handler serves GraphQL over HTTP.
func Handler(d *directory.Directory, o Options) http.Handler {
	schema := generated.NewExecutableSchema(generated.Config{Resolvers: root{d}, Directives: directives()})
	server := handler.New(schema)
	server.AddTransport(newDoor(schema.Schema(), o))
	server.SetQueryCache(newDocuments[*ast.QueryDocument](parsed))
	server.SetErrorPresenter(presenter(o.Log))
	server.SetRecoverFunc(recovered(o.Log))
	// The executor counts `_service` as introspection, but a gateway must always
	// have its answer. The guard refuses the rest where introspection is off.
	server.Use(extension.Introspection{})
	walk := o.Prefetch
	if walk == nil {
		walk = func(ctx context.Context, s *loaders.Loaders, root loaders.Selection) { s.Prefetch(ctx, root) }
	}
	server.Use(operation{d, walk})
	return server
}

// operation surrounds the execution of an operation: its deadline, its budget,
// its loaders, its trace.
type operation struct {
	directory *directory.Directory
	walk      func(context.Context, *loaders.Loaders, loaders.Selection)
}

var _ interface {
	graphql.HandlerExtension
	graphql.ResponseInterceptor
} = operation{}

// ExtensionName is what the executor calls this extension.
func (operation) ExtensionName() string { return "operation" }

// Validate finds nothing to object to in a schema.
func (operation) Validate(graphql.ExecutableSchema) error { return nil }

// InterceptResponse walks the selection, so that the resolvers find their data,
// and then lets them run.
func (o operation) InterceptResponse(ctx context.Context, next graphql.ResponseHandler) *graphql.Response {
	oc := graphql.GetOperationContext(ctx)
	if oc.Operation == nil { // refused before execution
		return next(ctx)
	}
	ctx, cancel := context.WithTimeout(ctx, deadline)
	defer cancel()
	ctx, ledger := upstream.WithLedger(ctx, maxCalls)
	oc.Stats.SetExtension(ledgerExtension, ledger)
	oc.Stats.SetExtension(callerExtension, auth.From(ctx))
	set := loaders.New(o.directory.WithCredentials(auth.From(ctx).Credentials))
	ctx = loaders.With(ctx, set)
	root := selection{oc, oc.Operation.SelectionSet, map[readKey][]loaders.Field{}}
	if oc.Operation.Operation == ast.Query {
		o.walk(ctx, set, root)
	}
	response := next(ctx)
	if response == nil {
		return nil
	}
	if oc.Operation.Operation == ast.Query {
		tag(ctx, oc, set, root, response)
	}
	if oc.Headers.Get(traceHeader) == "1" {
		extend(response, "upstream", trace(ledger))
	}
	return response
}

// Where the door finds an operation's ledger, and selections its caller.
const (
	ledgerExtension = "ledger"
	callerExtension = "caller"
)

// freshFor is how long an answer may be kept by whoever asked: not at all when it
// is incomplete.
func freshFor(oc *graphql.OperationContext, r *graphql.Response) time.Duration {
	ledger, ok := oc.Stats.GetExtension(ledgerExtension).(*upstream.Ledger)
	if !ok || len(r.Errors) > 0 || oc.Operation.Operation != ast.Query {
		return 0
	}
	return ledger.FreshFor()
}

// traceHeader asks for `extensions.upstream`.
const traceHeader = "Accountgraph-Trace"

// traced is one page or object that an operation needed.
type traced struct {
	Provider string          `json:"provider"`
	Method   string          `json:"method"`
	Path     string          `json:"path"`
	Source   upstream.Source `json:"source"`
	Status   int             `json:"status"`
	MS       float64         `json:"ms"`
}

func trace(l *upstream.Ledger) []traced {
	rows := []traced{}
	for _, c := range l.Calls() {
		ms := float64(c.Elapsed.Microseconds()) / 1000
		rows = append(rows, traced{c.Provider, c.Method, c.Path, c.Source, c.Status, ms})
	}
	return rows
}

// recovered turns a panic into an error that says nothing to the client; the log
// gets its stack, which holds no values.
func recovered(log *slog.Logger) graphql.RecoverFunc {
	return func(ctx context.Context, panicked any) error {
		id := requestID(ctx)
		log.ErrorContext(ctx, "panic", "requestId", id, "stack", stack())
		return &gqlerror.Error{Message: "internal server error", Extensions: map[string]any{"code": Internal, "requestId": id}}
	}
}
