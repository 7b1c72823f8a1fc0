// Package baseline implements a part of the graph with gqlgen and dataloader only, for
// comparison with accountgraph. The executor is generated with gqlgen's defaults, which
// marshal each list element in a goroutine. Each request has its own loaders, which
// send a batch when a timer fires. Nothing is cached between requests.
//
// It is a good implementation of its kind: it does not load a reference that holds all
// selected fields, and does not read accounts of a list again. It shares no code with
// accountgraph, and has no budget, no circuit breaker, no limits and no error mapping.
package baseline

import (
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/internal/bench/baseline/generated"
)

//go:generate go run ./generate

// documents is the size of the cache of parsed documents, as in gqlgen's default
// server.
const documents = 1000

// Handler serves the graph: people of all vendors, and everything else of SoftwareOne. A batch is sent wait after its
// first id was added, or when it has 100 ids.
func Handler(v Vendors, wait time.Duration) http.Handler {
	c := newClient(v)
	server := handler.New(generated.NewExecutableSchema(generated.Config{Resolvers: root{c}}))
	server.AddTransport(transport.POST{})
	server.SetQueryCache(lru.New[*ast.QueryDocument](documents))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server.ServeHTTP(w, r.WithContext(with(r.Context(), newLoaders(c, wait))))
	})
}
