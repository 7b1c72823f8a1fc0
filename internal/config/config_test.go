package config_test

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/providers"
)

// secretMarker is part of every credential in these tests. No message may contain it.
const secretMarker = "s3cr3t"

// key is a cache key that contains secretMarker.
const key = secretMarker + "-0123456789-0123456789-012"

// keyText is key in base64.
const keyText = "czNjcjN0LTAxMjM0NTY3ODktMDEyMzQ1Njc4OS0wMTI="

// routerSecret is a valid gateway secret.
const routerSecret = secretMarker + "-0123456789-0123456789-01234"

// environment is the fake environment of the tests.
func environment(name string) (string, bool) {
	value, set := map[string]string{
		"ACCOUNTGRAPH_CACHE_KEY": keyText,
		"SOFTWAREONE_TOKEN":      secretMarker + "-softwareone",
		"ACTIVITYINFO_TOKEN":     secretMarker + "-activityinfo",
		"ACTIVEPLATFORM_TOKEN":   secretMarker + "-activeplatform",
		"BLENDVISION_TOKEN":      secretMarker + "-blendvision",
		"TOKEN":                  secretMarker,
		"EMPTY":                  "",
		"LINES":                  secretMarker + "\nX-Injected: 1",
		"YAML":                   secretMarker + ": {x: [1]}",
		"TRUE":                   "true",
		"OPEN":                   "open",
		"SECONDS":                "15s",
		"ROUTER_SECRET":          routerSecret,
		"NEXT_ROUTER_SECRET":     "next-" + routerSecret,
	}[name]
	return value, set
}

// compareSecrets compares secrets by value.
var compareSecrets = cmp.Comparer(func(a, b providers.Secret) bool { return a.Reveal() == b.Reveal() })

// defaultIndex is the section of an index that the file leaves out.
var defaultIndex = config.Index{Enabled: true, Fresh: 10 * time.Minute, Stale: time.Hour, MinRows: 1000, MaxRows: 1_000_000}

func TestLoad_Example(t *testing.T) {
	got, err := config.Load("testdata/example.yaml", environment, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	want := &config.Config{
		Server: config.Server{
			Listen: "127.0.0.1:8080", GraphiQL: true, Introspection: true, Compression: true,
			Auth: config.Auth{JWT: config.JWT{Algorithms: []string{"RS256"}, Leeway: 30 * time.Second, ScopesClaim: "scope"}},
		},
		Cache: config.Cache{
			Redis: providers.NewSecret("redis://127.0.0.1:6379/0"),
			Fresh: time.Minute, Stale: 10 * time.Minute,
			Key: providers.NewSecret(key),
		},
		Limits: config.Limits{
			CallsPerProvider: 50,
			PagesPerList:     100, ConcurrentOperations: 256, QueuedOperations: 64, QueueWait: 100 * time.Millisecond, PlaceWait: 5 * time.Second, ConnectTime: time.Second,
			Retries: 2, RetryBudget: 20, BreakerFailures: 5, BreakerDelay: 5 * time.Second, RedisTime: 50 * time.Millisecond,
			OverlapPairs: 20_000, UnknownFields: 25, VariableDepth: 16, Values: 20_000,
			DocumentCacheBytes: 1 << 20, AutomaticDocumentBytes: 4 << 20, Connections: 1024,
			OperationTime: 10 * time.Second, ResponseTime: 5 * time.Second, BodyBytes: 256 << 10, DocumentBytes: 64 << 10,
			Tokens: 4000, Depth: 20, RootFields: 50, Fields: 1000, Aliases: 100, Directives: 50, SameResponseKey: 100,
			Fragments: 100, Operations: 10, Representations: 1000, Cost: 20_000, Errors: 25,
			ReadHeaderTime: 3 * time.Second, ReadTime: 5 * time.Second, IdleTime: 30 * time.Second, HeaderBytes: 16 << 10,
			PageCacheBytes: 64 << 20, ResponseCacheBytes: 16 << 20, ShutdownDelay: time.Second,
		},
		MCP:       config.MCP{BuiltIn: true},
		Gateway:   config.Gateway{Invalidation: config.Invalidation{Subgraph: "accountgraph"}},
		Telemetry: config.Telemetry{Log: config.Log{Level: "info", Requests: config.Ratio{Value: 1, Set: true}}},
		Providers: []config.Provider{{
			Name: "softwareone", Vendor: model.SoftwareOne,
			BaseURL: "https://api.platform.softwareone.com/public",
			Token:   providers.NewSecret(secretMarker + "-softwareone"), Credentials: "server",
			Timeout: 10 * time.Second, MaxConcurrent: 8, MaxBody: 64 << 20, Index: defaultIndex,
			Options: config.Options{"accountUsersPath": {"/v1/accounts/{accountId}/users"}},
		}, {
			Name: "activityinfo", Vendor: model.ActivityInfo,
			BaseURL: "https://www.activityinfo.org",
			Token:   providers.NewSecret(secretMarker + "-activityinfo"), Credentials: "server",
			Timeout: 10 * time.Second, MaxConcurrent: 8, MaxBody: 64 << 20, Index: defaultIndex,
			Options: config.Options{"billingAccounts": {"190780004"}},
		}, {
			Name: "activeplatform", Vendor: model.ActivePlatform,
			BaseURL: "https://billing.example.com",
			Token:   providers.NewSecret(secretMarker + "-activeplatform"), Credentials: "server",
			Timeout: 20 * time.Second, MaxConcurrent: 4, MaxBody: 64 << 20, Index: defaultIndex,
		}, {
			Name: "blendvision", Vendor: model.BlendVision,
			BaseURL: "https://api.one.blendvision.com",
			Token:   providers.NewSecret(secretMarker + "-blendvision"), Credentials: "server",
			Timeout: 10 * time.Second, MaxConcurrent: 8, MaxBody: 64 << 20, Index: defaultIndex,
			Options: config.Options{"organizations": {"5a1c0e6b-8f0e-4d58-9f5e-0d1c2b3a4f56"}},
		}},
	}
	if diff := cmp.Diff(want, got, compareSecrets); diff != "" {
		t.Error(diff)
	}
}

// provider is a file with one valid provider. Tests append lines to it.
const provider = `providers:
  - name: one
    vendor: activeplatform
    baseURL: https://one.example
    token: ${TOKEN}
`

func TestParse_Valid(t *testing.T) {
	tests := []struct {
		name, file string
		holds      func(*config.Config) bool
	}{
		{"an empty section", "server:\ncache:\n" + provider, func(c *config.Config) bool { return c.Server.Listen == "127.0.0.1:8080" }},
		{"open in a private network", "server: {listen: ':8080', auth: open}\n" + provider, func(c *config.Config) bool { return c.Server.Listen == ":8080" }},
		{"open from the environment", "server: {listen: ':8080', auth: '${OPEN}'}\n" + provider, func(c *config.Config) bool { return c.Server.Auth.Open }},
		{"a gateway secret", "server: {listen: ':8080', auth: {router: {secrets: ['${ROUTER_SECRET}', '${NEXT_ROUTER_SECRET}'], scopes: ['personal:read']}}}\n" + provider,
			func(c *config.Config) bool {
				r := c.Server.Auth.Router
				return len(r.Secrets) == 2 && r.Secrets[1].Reveal() == "next-"+routerSecret && cmp.Equal(r.Scopes, []string{"personal:read"}) && !c.Server.Auth.JWT.IsSet()
			}},
		{"jwt", "server: {listen: ':8080', auth: {jwt: {issuer: 'https://login.example', audience: graph, jwks: 'https://login.example/keys?tenant=1'}}}\n" + provider,
			func(c *config.Config) bool {
				return cmp.Equal(c.Server.Auth, config.Auth{JWT: config.JWT{
					Issuer: "https://login.example", Audience: "graph", JWKS: "https://login.example/keys?tenant=1",
					Algorithms: []string{"RS256"}, Leeway: 30 * time.Second, ScopesClaim: "scope",
				}})
			}},
		{"both, and keys in a file", "server: {auth: {router: {secrets: ['${ROUTER_SECRET}']}, jwt: {issuer: i, audience: a, jwksFile: keys.json, algorithms: [ES256, EdDSA], leeway: 0s, scopesClaim: scp}}}\n" + provider,
			func(c *config.Config) bool {
				a := c.Server.Auth
				return a.Router.IsSet() && a.JWT.JWKSFile == "keys.json" && cmp.Equal(a.JWT.Algorithms, []string{"ES256", "EdDSA"}) && a.JWT.Leeway == 0 && a.JWT.ScopesClaim == "scp"
			}},
		{"keys from loopback", "server: {auth: {jwt: {issuer: i, audience: a, jwks: 'http://127.0.0.1:9000/keys'}}}\n" + provider, func(c *config.Config) bool { return c.Server.Auth.JWT.IsSet() }},
		{"CORS origins", "server: {cors: {origins: ['https://app.example.com', 'https://app.example.com:8443', 'http://localhost:5173', 'http://[::1]:8081']}}\n" + provider,
			func(c *config.Config) bool { return len(c.Server.CORS.Origins) == 4 }},
		{"IPv6 loopback", "server: {listen: '[::1]:0'}\n" + provider, func(c *config.Config) bool { return c.Server.Listen == "[::1]:0" }},
		{"localhost", "server: {listen: 'localhost:80'}\n" + provider, func(c *config.Config) bool { return c.Server.Listen == "localhost:80" }},
		{"switched off", "server: {graphiql: false, introspection: false}\n" + provider, func(c *config.Config) bool { return !c.Server.GraphiQL && !c.Server.Introspection }},
		{"a bool and a duration from the environment", "server: {graphiql: '${TRUE}'}\n" + provider + "    timeout: ${SECONDS}\n    allowInsecure: ${TRUE}\n",
			func(c *config.Config) bool {
				return c.Providers[0].Timeout == 15*time.Second && c.Providers[0].AllowInsecure
			}},
		{"text around variables", strings.Replace(provider, "${TOKEN}", "a-${TOKEN}-${TRUE}", 1), func(c *config.Config) bool { return c.Providers[0].Token.Reveal() == "a-s3cr3t-true" }},
		{"an escaped variable", strings.Replace(provider, "${TOKEN}", "a$${TOKEN}$$b$", 1), func(c *config.Config) bool { return c.Providers[0].Token.Reveal() == "a${TOKEN}$$b$" }},
		{"a token of digits", strings.Replace(provider, "${TOKEN}", "00123", 1), func(c *config.Config) bool { return c.Providers[0].Token.Reveal() == "00123" }},
		{"a trailing slash in the base URL", strings.Replace(provider, "one.example", "one.example/api/", 1), func(c *config.Config) bool { return c.Providers[0].BaseURL == "https://one.example/api" }},
		{"plain http on loopback", strings.Replace(provider, "https://one.example", "http://127.0.0.1:9001", 1), func(c *config.Config) bool { return c.Providers[0].BaseURL == "http://127.0.0.1:9001" }},
		{"plain http with allowInsecure", strings.Replace(provider, "https", "http", 1) + "    allowInsecure: true\n", func(c *config.Config) bool { return c.Providers[0].AllowInsecure }},
		{"a number beyond 64 bits", strings.Replace(provider, "activeplatform", "blendvision", 1) + "    organizations: [123456789012345678901234567890, '7']\n",
			func(c *config.Config) bool {
				return cmp.Equal(c.Providers[0].Options.List("organizations"), []string{"123456789012345678901234567890", "7"})
			}},
		{"remote Redis with a key", "cache: {redis: 'rediss://u:s3cr3t@redis.example:6380', key: '${ACCOUNTGRAPH_CACHE_KEY}'}\n" + provider, func(c *config.Config) bool { return c.Cache.Key.Reveal() == key }},
		{"a Cluster", "cache: {redis: 'redis://127.0.0.1:7000,localhost:7001,[::1]:7002/0'}\n" + provider, func(c *config.Config) bool { return c.Cache.Key.Empty() }},
		{"Sentinels", "cache: {redis: 'redis://u:s3cr3t@127.0.0.1,127.0.0.1:26380/3?master=my-master'}\n" + provider, func(c *config.Config) bool { return c.Cache.Key.Empty() }},
		{"a remote Cluster with a key", "cache: {redis: 'rediss://a.example:6380,b.example:6380', key: '${ACCOUNTGRAPH_CACHE_KEY}'}\n" + provider, func(c *config.Config) bool { return c.Cache.Key.Reveal() == key }},
		{"a lifetime of a day", "cache: {fresh: 5m, stale: 1435m}\n" + provider, func(c *config.Config) bool { return c.Cache.Stale == 1435*time.Minute }},
		{"nothing fresh", "cache: {fresh: 0s}\n" + provider, func(c *config.Config) bool { return c.Cache.Fresh == 0 }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := config.Parse("good.yaml", []byte(test.file), environment, vendors.Config())
			if err != nil {
				t.Fatal(err)
			}
			if !test.holds(c) {
				t.Errorf("%+v", c)
			}
			// pagecache accepts every cache configuration that config accepts.
			cache, err := pagecache.Open(pagecache.Config{Redis: c.Cache.Redis, Key: c.Cache.Key, Fresh: c.Cache.Fresh, Stale: c.Cache.Stale})
			if err != nil {
				t.Fatal(err)
			}
			cache.Close()
		})
	}
}

func TestConfig_RedactsSecrets(t *testing.T) {
	file := "cache: {redis: 'redis://u:s3cr3t@127.0.0.1', key: '${ACCOUNTGRAPH_CACHE_KEY}'}\n" + provider
	c, err := config.Parse("good.yaml", []byte(file), environment, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	slog.New(slog.NewJSONHandler(&log, nil)).Info("start", "config", c, "token", c.Providers[0].Token)
	for _, text := range []string{fmt.Sprint(c), fmt.Sprintf("%v %+v %#v", *c, *c, *c), log.String()} {
		if strings.Contains(text, secretMarker) {
			t.Errorf("a secret in %s", text)
		}
	}
}

func TestLoad_UnreadableFile(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing.yaml")
	if _, err := config.Load(missing, environment, vendors.Config()); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	large := filepath.Join(t.TempDir(), "large.yaml")
	if err := os.WriteFile(large, []byte(strings.Repeat("# more\n", 1<<18)), 0o600); err != nil {
		t.Fatal(err)
	}
	var e *config.Error
	if _, err := config.Load(large, environment, vendors.Config()); !errors.As(err, &e) || err.Error() != large+": is larger than 1048576 bytes" {
		t.Errorf("a large file: %v", err)
	}
}

func TestServer_TellsSchema(t *testing.T) {
	for address, elsewhere := range map[string]bool{
		"127.0.0.1:8080": false, "localhost:0": false, "[::1]:80": false, "0.0.0.0:8080": true, ":8080": true, "[::]:80": true, "server.example:80": true,
	} {
		for _, on := range []bool{false, true} {
			s := config.Server{Listen: address, GraphiQL: on, Introspection: on}
			if keys := s.TellsSchema(); len(keys) == 2 != (on && elsewhere) || len(keys) == 1 {
				t.Errorf("%s, %t: %v", address, on, keys)
			}
		}
	}
}

func TestServer_ListenOn(t *testing.T) {
	s := config.Server{Listen: "127.0.0.1:8080"}
	if err := s.ListenOn("localhost:0"); err != nil || s.Listen != "localhost:0" {
		t.Errorf("loopback: %v, %s", err, s.Listen)
	}
	for _, address := range []string{"0.0.0.0:8080", "server.example:80", "8080", "", "127.0.0.1:http", "127.0.0.1:65536"} {
		if err := s.ListenOn(address); err == nil || s.Listen != "localhost:0" {
			t.Errorf("%q: %v, %s", address, err, s.Listen)
		}
	}
	s.Auth.Open = true
	if err := s.ListenOn("0.0.0.0:8080"); err != nil || s.Listen != "0.0.0.0:8080" {
		t.Errorf("open: %v, %s", err, s.Listen)
	}
	s.Auth = config.Auth{JWT: config.JWT{Issuer: "i"}}
	if err := s.ListenOn(":8080"); err != nil || s.Listen != ":8080" {
		t.Errorf("jwt: %v, %s", err, s.Listen)
	}
}
