package upstream_test

import (
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

func TestNew_InvalidConfig(t *testing.T) {
	bearer := upstream.Bearer(providers.NewSecret(token))
	for baseURL, good := range map[string]bool{
		"https://acme.example":             true,
		"https://acme.example/":            true,
		"https://acme.example/public//":    true,
		"https://acme.example:8443/public": true,
		"http://127.0.0.1:8080":            true,
		"http://127.9.9.9":                 true,
		"http://[::1]:8080":                true,
		"http://LocalHost":                 true,
		"http://acme.example":              false,
		"http://10.0.0.1":                  false,
		"http://127.0.0.1.evil.example":    false,
		"http://localhost.evil.example":    false,
		"":                                 false,
		"acme.example":                     false,
		"//acme.example":                   false,
		"/public":                          false,
		"https://":                         false,
		"https://:443":                     false,
		"ftp://acme.example":               false,
		"https://acme.example?s3cret=1":    false,
		"https://acme.example/?":           false,
		"https://acme.example/#s3cret":     false,
		"https://acme.example/#":           false,
		"https://x:s3cret@acme.example":    false,
		"https://x:s3cret@acme.example:no": false,
		"https://s3cret@":                  false,
		"https://acme example":             false,
	} {
		_, err := upstream.New(upstream.Config{Provider: &model.Provider{Name: "acme", BaseURL: baseURL}, Credential: bearer})
		if (err == nil) != good {
			t.Errorf("%q: %v", baseURL, err)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("%q: the error tells too much: %v", baseURL, err)
		}
	}
	plain := &model.Provider{Name: "acme", BaseURL: "http://10.0.0.1"}
	if _, err := upstream.New(upstream.Config{Provider: plain, Credential: bearer, AllowInsecure: true}); err != nil {
		t.Errorf("allowed: %v", err)
	}
	if _, err := upstream.New(upstream.Config{Credential: bearer}); err == nil {
		t.Error("no provider is no error")
	}
	_, err := upstream.New(upstream.Config{Provider: plain, Timeout: -time.Second})
	for _, part := range []string{"acme", "credential", "plain http", "negative"} {
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("the error does not mention %q: %v", part, err)
		}
	}
}
