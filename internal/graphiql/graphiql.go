// Package graphiql serves GraphiQL, the GraphQL IDE for the browser, from files
// embedded in the binary. The page does not load anything from another host.
//
// The package knows neither the schema nor the server: the page sends introspection
// and queries to /graphql on its own origin. web/ is the source of the page, dist/
// the output of build.sh.
package graphiql

import (
	"embed"
	"io/fs"
	"net/http"

	"github.com/accountgraph/accountgraph/internal/staticpage"
)

// dist has each file compressed with gzip only. "all:" includes names with a leading
// underscore, which the bundler uses for some chunks.
//
//go:embed all:dist
var dist embed.FS

// contentSecurityPolicy restricts the page to its own origin. 'unsafe-inline' for
// styles is for the Monaco editor, which creates style elements and attributes.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; worker-src 'self' blob:; " +
	"connect-src 'self'; img-src 'self' data:; font-src 'self' data:; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'"

// Handler serves the page at "/" and its files below "/graphiql/", for GET and HEAD.
// Other paths are 404, other methods 405. It is safe for concurrent use.
func Handler() http.Handler {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is valid
	}
	return staticpage.Page{Files: files, Path: "/", Prefix: "/graphiql/", ContentSecurityPolicy: contentSecurityPolicy}.Handler()
}
