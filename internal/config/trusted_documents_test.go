package config_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/vendors"
)

func TestParse_InvalidDocuments(t *testing.T) {
	documents := func(keys string) string { return "documents: {" + keys + "}\n" + provider }
	checkProblems(t, []invalidFile{
		{"only without a manifest", documents("only: true"), []string{"1: documents.only: requires documents.manifest, the file with the trusted documents"}},
		{"only and automatic", documents("only: true, manifest: a.json, automatic: true"), []string{"1: documents.automatic: must be false with documents.only: clients could register any document"}},
		{"only and access", "server: {access: true}\n" + documents("only: true, manifest: a.json"), []string{"1: server.access: must be false with documents.only: the queries of the page would be rejected"}},
		{"only and graphiql", "server: {graphiql: true}\n" + documents("only: true, manifest: a.json"), []string{"1: server.graphiql: must be false with documents.only: every query written in GraphiQL would be rejected"}},
		{"a manifest without a name", documents("manifest: ''"), []string{"1: documents.manifest: has no value: set one or remove the key"}},
		{"only a manifest that is not set", documents("only: true, manifest: '${MISSING}'"), []string{"1: documents.manifest: the environment variable MISSING is not set"}},
		{"a text", documents("only: trusted"), []string{"1: documents.only: must be true or false"}},
	})
}

// TestLoad_Documents: the manifest path is relative to the file, and documents.only
// disables GraphiQL.
func TestLoad_Documents(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "a.yaml")
	for text, want := range map[string]config.Documents{
		"":                                       {},
		"documents: {automatic: true}\n":         {Automatic: true},
		"documents: {manifest: /etc/a.json}\n":   {Manifest: "/etc/a.json"},
		"documents: {manifest: a.json}\n":        {Manifest: filepath.Join(folder, "a.json")},
		"documents: {manifest: ../a.json}\n":     {Manifest: filepath.Join(filepath.Dir(folder), "a.json")},
		"documents: {only: true, manifest: a}\n": {Manifest: filepath.Join(folder, "a"), Only: true},
		"server: {graphiql: false}\ndocuments: {only: true, manifest: a}\n": {Manifest: filepath.Join(folder, "a"), Only: true},
	} {
		if err := os.WriteFile(file, []byte(text+provider), 0o600); err != nil {
			t.Fatal(err)
		}
		c, err := config.Load(file, environment, vendors.Config())
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if diff := cmp.Diff(want, c.Documents); diff != "" || c.Server.GraphiQL == want.Only {
			t.Errorf("%q: GraphiQL is %t, %s", text, c.Server.GraphiQL, diff)
		}
	}
}
