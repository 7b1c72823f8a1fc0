// Package yardstick is what accountgraph is measured against: a part of the same
// graph as one writes it with gqlgen and dataloader alone. The executor is
// generated with gqlgen's defaults, so lists are marshalled by a goroutine an
// element; one set of loaders lives as long as a request and sends a batch when a
// time has passed; nothing is kept between requests.
//
// It is written to be good of its kind: a reference that holds what the graph
// shows is not loaded, accounts that a list brought are not asked for again. It
// shares no code with the product, and it has none of its care: no budget, no
// breaker, no limits, no translation of errors.
package yardstick

import (
	"net/http"
	"time"

	"github.com/99designs/gqlgen/graphql/handler"
	"github.com/99designs/gqlgen/graphql/handler/lru"
	"github.com/99designs/gqlgen/graphql/handler/transport"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/internal/bench/yardstick/generated"
)

//go:generate go run ./generate

// documents is how many parsed documents are kept, as gqlgen's own default
// server does.
const documents = 1000

// Handler serves the graph of one SoftwareOne platform. A batch of ids is sent
// when so much time has passed since the first of them was wanted, or when a
// hundred are.
func Handler(baseURL, token string, wait time.Duration) http.Handler {
	c := newClient(baseURL, token)
	server := handler.New(generated.NewExecutableSchema(generated.Config{Resolvers: root{c}}))
	server.AddTransport(transport.POST{})
	server.SetQueryCache(lru.New[*ast.QueryDocument](documents))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		server.ServeHTTP(w, r.WithContext(with(r.Context(), newLoaders(c, wait))))
	})
}
