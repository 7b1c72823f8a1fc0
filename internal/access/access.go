// Package access serves the page "Who has access", for people who do not write GraphQL, from
// files embedded in the binary. The page does not load anything from another host.
//
// The package knows neither the schema nor the server: the page sends its queries to
// /graphql on its own origin. web/ is the source of the page, dist/ the output of build.sh.
package access

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

// Path is the URL path of the page, and Prefix that of its files.
const (
	Path   = "/access"
	Prefix = Path + "/"
)

// contentSecurityPolicy restricts the page to files and requests of its own origin, without
// inline scripts and styles. Scripts cannot create elements from text.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; font-src 'self'; " +
	"frame-ancestors 'none'; base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// Handler serves the page at Path and its files below Prefix, for GET and HEAD. Other paths
// are 404, other methods 405. It is safe for concurrent use.
func Handler() http.Handler {
	files, err := fs.Sub(dist, "dist")
	if err != nil {
		panic(err) // the name is valid
	}
	return staticpage.Page{Files: files, Path: Path, Prefix: Prefix, ContentSecurityPolicy: contentSecurityPolicy}.Handler()
}
