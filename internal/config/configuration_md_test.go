package config_test

import (
	"bytes"
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"os"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"text/template"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/vendors"
)

var update = flag.Bool("update", false, "write docs/configuration.md")

// reference is the data of the template of docs/configuration.md.
type reference struct {
	Example  string
	Sections []section
}

type section struct {
	Title, Doc string
	Keys       []entry
}

type entry struct{ Key, Value, Default, Doc string }

// TestReference_MatchesStructs compares docs/configuration.md with the comments and
// tags of the structs and with the vendors' keys. With -update it writes the file.
func TestReference_MatchesStructs(t *testing.T) {
	const path = "../../docs/configuration.md"
	example, err := os.ReadFile("testdata/example.yaml")
	if err != nil {
		t.Fatal(err)
	}
	ref := reference{Example: string(example)}
	structs := structsOf(t, "config.go", "limits.go", "telemetry.go")
	for _, s := range []struct{ title, name string }{
		{"server", "Server"}, {"server.tls", "TLS"}, {"server.auth", "Auth"}, {"server.auth.router", "Router"}, {"server.auth.jwt", "JWT"}, {"server.cors", "CORS"},
		{"cache", "Cache"}, {"limits", "Limits"}, {"documents", "Documents"}, {"mcp", "MCP"},
		{"telemetry", "Telemetry"}, {"telemetry.traces", "Traces"}, {"telemetry.log", "Log"}, {"gateway", "Gateway"}, {"gateway.invalidation", "Invalidation"}, {"providers[]", "Provider"}, {"providers[].index", "Index"},
	} {
		ref.Sections = append(ref.Sections, sectionOf(t, s.title, structs[s.name]))
	}
	provider := &ref.Sections[len(ref.Sections)-2]
	for _, v := range vendors.Config() {
		word := strings.ToLower(string(v.Name))
		for i := range provider.Keys {
			if e := &provider.Keys[i]; e.Key == "vendor" {
				e.Value = strings.TrimPrefix(strings.TrimPrefix(e.Value, "text")+", `"+word+"`", ", ")
			}
		}
		for _, k := range v.Keys {
			provider.Keys = append(provider.Keys, vendorEntry(word, k))
		}
	}
	page, err := template.ParseFiles("testdata/configuration.md.tmpl")
	if err != nil {
		t.Fatal(err)
	}
	var want bytes.Buffer
	if err := page.Execute(&want, ref); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, want.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want.String(), string(got)); diff != "" {
		t.Errorf("docs/configuration.md is out of date; run `make generate`:\n%s", diff)
	}
}

func structsOf(t *testing.T, paths ...string) map[string]*ast.GenDecl {
	t.Helper()
	found := map[string]*ast.GenDecl{}
	for _, path := range paths {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		for _, decl := range file.Decls {
			if gen, ok := decl.(*ast.GenDecl); ok && gen.Tok == token.TYPE {
				found[gen.Specs[0].(*ast.TypeSpec).Name.Name] = gen
			}
		}
	}
	return found
}

func sectionOf(t *testing.T, title string, decl *ast.GenDecl) section {
	t.Helper()
	spec := decl.Specs[0].(*ast.TypeSpec)
	// The comment begins with the type's name, as Go's comments do.
	_, doc, _ := strings.Cut(oneLine(decl.Doc), " is ")
	s := section{Title: "`" + title + "`", Doc: upper(doc)}
	for _, f := range spec.Type.(*ast.StructType).Fields.List {
		if f.Tag == nil {
			continue
		}
		quoted, err := strconv.Unquote(f.Tag.Value)
		if err != nil {
			t.Fatal(err)
		}
		if reflect.StructTag(quoted).Get("key") == "" {
			continue
		}
		s.Keys = append(s.Keys, entryOf(t, types.ExprString(f.Type), reflect.StructTag(quoted), oneLine(f.Doc)))
	}
	return s
}

func entryOf(t *testing.T, typ string, tag reflect.StructTag, doc string) entry {
	t.Helper()
	types := map[string]string{
		"string": "text", "bool": "`true` or `false`", "int": "whole number", "[]string": "list of texts",
		"Auth": "`open`, or [a section](#serverauth)", "Router": "[a section](#serverauthrouter)", "JWT": "[a section](#serverauthjwt)",
		"TLS": "[a section](#servertls)", "Invalidation": "[a section](#gatewayinvalidation)", "Traces": "[a section](#telemetrytraces)", "Log": "[a section](#telemetrylog)", "Ratio": "number, 0 to 1",
		"CORS": "[a section](#servercors)", "Index": "[a section](#providersindex)", "[]providers.Secret": "list of secret texts",
		"time.Duration": "duration", "Size": "size", "providers.Secret": "secret text", "model.Vendor": "text",
	}
	e := entry{Key: tag.Get("key"), Value: types[typ], Doc: doc}
	if e.Value == "" || e.Doc == "" {
		t.Errorf("%s: no description of type %s, or no comment", e.Key, typ)
	}
	if tag.Get("min") != "" {
		e.Value += ", " + tag.Get("min") + " to " + tag.Get("max")
	}
	if allowed := strings.Fields(tag.Get("oneof")); len(allowed) > 0 {
		e.Value = "`" + strings.Join(allowed, "`, `") + "`"
		if strings.HasPrefix(typ, "[]") {
			e.Value = "list of " + e.Value
		}
	}
	switch {
	case tag.Get("default") != "":
		e.Default = "`" + tag.Get("default") + "`"
	case tag.Get("required") == "true":
		e.Default = "required"
	}
	return e
}

func vendorEntry(vendor string, k config.Key) entry {
	e := entry{Key: k.Name, Value: "text", Doc: "Only for `vendor: " + vendor + "`. " + k.Doc}
	if k.List {
		e.Value = "list of texts"
	}
	switch {
	case k.Required:
		e.Default = "required"
	case k.Default != "":
		e.Default = "`" + k.Default + "`"
	}
	return e
}

// oneLine returns a comment as one line.
func oneLine(c *ast.CommentGroup) string {
	return strings.Join(strings.Fields(c.Text()), " ")
}

func upper(s string) string { return strings.ToUpper(s[:1]) + s[1:] }
