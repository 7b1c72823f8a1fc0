package config_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/vendors"
)

// FuzzParse: Parse never panics, fails with an *Error only, and quotes no value of the
// environment.
func FuzzParse(f *testing.F) {
	example, err := os.ReadFile("testdata/example.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(example)
	for _, text := range []string{
		"", "---\n", "- ${A}\n", "server: {listen: ':80', auth: open}\n" + provider, provider + provider,
		provider + "    timeout: ${T}\n", "? {a: b}\n: [*x, &x !y z]\n", "cache: {redis: 'redis://${A}@h/0', key: ${K}}\n",
		"server: {auth: {router: {secrets: ['${A}']}, jwt: {issuer: '${B}', jwks: '${C}'}}, cors: {origins: ['${D}']}}\n" + provider,
		strings.Repeat("[", 300), "a: &a [*a]\n", "<<: {}\n", "\xff\xfe", "server: \"\\x00\"\n",
	} {
		f.Add([]byte(text))
	}
	const value = "q7Zx-held-by-the-environment"
	env := func(name string) (string, bool) { return value, name != "UNSET" }
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := config.Parse("f.yaml", data, env, vendors.Config())
		if err == nil {
			if len(c.Providers) == 0 {
				t.Error("no provider and no problem")
			}
			return
		}
		var e *config.Error
		if !errors.As(err, &e) || len(e.Problems) == 0 || c != nil {
			t.Errorf("%+v, %v", c, err)
		}
		if strings.Contains(err.Error(), value) {
			t.Errorf("a value of the environment in %v", err)
		}
	})
}
