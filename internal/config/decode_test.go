package config_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/vendors"
)

// invalidFile is a file and its problems, without the file name.
type invalidFile struct {
	name, file string
	want       []string
}

func checkProblems(t *testing.T, tests []invalidFile) {
	t.Helper()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			c, err := config.Parse("bad.yaml", []byte(test.file), environment, vendors.Config())
			var e *config.Error
			if c != nil || !errors.As(err, &e) {
				t.Fatalf("got %+v, %v", c, err)
			}
			got := strings.Split(strings.ReplaceAll(err.Error(), "bad.yaml:", ""), "\n")
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if strings.Contains(err.Error(), secretMarker) {
				t.Errorf("a secret in %v", err)
			}
		})
	}
}

func TestParse_InvalidFile(t *testing.T) {
	checkProblems(t, []invalidFile{
		{"nothing", "", []string{"1: providers: is missing"}},
		{"comments only", "# later\n", []string{"1: providers: is missing"}},
		{"not a mapping", "s3cr3t\n", []string{"1: must be a mapping of keys to values"}},
		{"a list", "- server\n", []string{"1: must be a mapping of keys to values"}},
		{"not YAML", "server:\n  listen: 'x\n", []string{"2: not YAML: found unexpected end of stream"}},
		{"a secret in quotes that do not close", "token: \"s3cr3t\n", []string{"2: not YAML: found unexpected end of stream"}},
		{"a tab", "server:\n\tlisten: s3cr3t\n", []string{"2: not YAML: found character that cannot start any token"}},
		{"a key within a value", "server: listen: s3cr3t\n", []string{"1: not YAML: mapping values are not allowed in this context"}},
		{"an alias to nowhere", provider + "    timeout: *s3cr3t\n", []string{"6: aliases (*name) are not supported: write the value out, or put text that begins with * in quotes"}},
		{"an alias", "server: &a {}\ncache: *a\n" + provider, []string{"2: cache: aliases (*name) are not supported: write the value out, or put text that begins with * in quotes"}},
		{"a merge", "server: &a {}\n<<: *a\n" + provider, []string{"2: ?: unknown key; known keys: server, cache, limits, documents, telemetry, gateway, mcp, providers"}},
		{"a tag", provider + "    timeout: !s3cr3t 10s\n", []string{"6: providers[0].timeout: tags (!name) are not supported: put text that begins with ! in quotes"}},
		{"two documents", provider + "---\n" + provider, []string{"6: contains a second document; only one is supported"}},
		{"bytes that are not text", "server: \xff\n", []string{"1: not YAML: contains a non-printable character or invalid UTF-8"}},
		{"a control character", "server: \x01\n", []string{"1: not YAML: contains a non-printable character or invalid UTF-8"}},
		{"an unknown section", provider + "sever: {}\n", []string{"6: sever: unknown key; known keys: server, cache, limits, documents, telemetry, gateway, mcp, providers"}},
		{"an unknown key", "server: {lisen: ':80'}\n" + provider, []string{"1: server.lisen: unknown key; known keys: listen, admin, adminOpen, tls, auth, graphiql, access, introspection, compression, cors"}},
		{"a key in other letters", provider + "    baseUrl: https://one.example\n", []string{"6: providers[0].baseUrl: unknown key; known keys: name, vendor, baseURL, token, credentials, credentialHeader, timeout, maxConcurrent, maxBody, allowInsecure, propagate, index, accountUsersPath, billingAccounts, firstPage, organizations"}},
		{"a secret where a key belongs", provider + "    s3cr3t: x\n    s3cr3t-2: x\n", []string{
			"6: providers[0].?: unknown key; known keys: name, vendor, baseURL, token, credentials, credentialHeader, timeout, maxConcurrent, maxBody, allowInsecure, propagate, index, accountUsersPath, billingAccounts, firstPage, organizations",
			"7: providers[0].?: unknown key; known keys: name, vendor, baseURL, token, credentials, credentialHeader, timeout, maxConcurrent, maxBody, allowInsecure, propagate, index, accountUsersPath, billingAccounts, firstPage, organizations",
		}},
		{"a document larger than a body", provider + "limits: {bodyBytes: 2048}\n", []string{"6: limits.documentBytes: must be at most limits.bodyBytes"}},
		{"limits out of range", provider + "limits: {operationTime: 2m, cost: 1, shutdownDelay: -1s}\n", []string{
			"6: limits.operationTime: must be from 100ms to 60s", "6: limits.cost: must be a whole number from 100 to 1000000",
			"6: limits.shutdownDelay: must be from 0s to 60s",
		}},
		{"a list where a key belongs", "? [s3cr3t]\n: 1\n" + provider, []string{"1: ?: unknown key; known keys: server, cache, limits, documents, telemetry, gateway, mcp, providers"}},
		{"a key twice", provider + "    name: two\n    name: three\n", []string{
			"6: providers[0].name: duplicate key, first on line 2",
			"7: providers[0].name: duplicate key, first on line 2",
		}},
		{"a section twice", "cache: {}\ncache: {}\n" + provider, []string{"2: cache: duplicate key, first on line 1"}},
		{"no provider", "providers: []\n", []string{"1: providers: must contain at least one item"}},
		{"providers without a list", "providers: {name: one}\n", []string{"1: providers: must be a list"}},
		{"a provider that is a word", "providers: [s3cr3t]\n", []string{"1: providers[0]: must be a mapping of keys to values"}},
		{"a provider that is nothing", "providers:\n  -\n", []string{
			"2: providers[0].name: is missing",
			"2: providers[0].vendor: is missing",
			"2: providers[0].baseURL: is missing",
			"2: providers[0].token: is missing",
		}},
		{"required keys", "providers:\n  - name: one\n  - vendor: blendvision\n", []string{
			"2: providers[0].vendor: is missing",
			"2: providers[0].baseURL: is missing",
			"2: providers[0].token: is missing",
			"3: providers[1].name: is missing",
			"3: providers[1].baseURL: is missing",
			"3: providers[1].token: is missing",
			"3: providers[1].organizations: is missing",
		}},
		{"no value", "providers:\n  - name:\n    vendor: ''\n    baseURL: ~\n    token: \"\"\n", []string{
			"2: providers[0].name: has no value: set one or remove the key",
			"3: providers[0].vendor: has no value: set one or remove the key",
			"4: providers[0].baseURL: has no value: set one or remove the key",
			"5: providers[0].token: has no value: set one or remove the key",
		}},
		{"a list where a value belongs", provider + "    timeout: [10s]\n", []string{"6: providers[0].timeout: must be a single value"}},
		{"a value where a list belongs", strings.Replace(provider, "activeplatform", "activityinfo", 1) + "    billingAccounts: 17\n", []string{"6: providers[0].billingAccounts: must be a list"}},
		{"a mapping where a secret belongs", strings.Replace(provider, "${TOKEN}", "{s3cr3t: }", 1), []string{"5: providers[0].token: must be a single value"}},
		{"ids that YAML changes", strings.Replace(provider, "activeplatform", "activityinfo", 1) + "    billingAccounts: [1e9, true, 2026-01-01, ~, [1]]\n", []string{
			"6: providers[0].billingAccounts[0]: must be text or a whole number; put it in quotes",
			"6: providers[0].billingAccounts[1]: must be text or a whole number; put it in quotes",
			"6: providers[0].billingAccounts[2]: must be text or a whole number; put it in quotes",
			"6: providers[0].billingAccounts[3]: has no value: set one or remove the key",
			"6: providers[0].billingAccounts[4]: must be a single value",
		}},
		{"not a bool", "server: {graphiql: yes, introspection: 1}\n" + provider, []string{
			"1: server.graphiql: must be true or false",
			"1: server.introspection: must be true or false",
		}},
		{"a timeout without a unit", provider + "    timeout: 12\n", []string{"6: providers[0].timeout: must be a duration such as 10s"}},
		{"times out of bounds", "cache: {fresh: 6m, stale: 25h}\n" + provider + "    timeout: 61s\n", []string{
			"1: cache.fresh: must be from 0s to 5m",
			"1: cache.stale: must be from 0s to 24h",
			"7: providers[0].timeout: must be from 100ms to 60s",
		}},
		{"negative times", "cache: {fresh: -1s, stale: -1s}\n" + provider + "    timeout: 0s\n", []string{
			"1: cache.fresh: must be from 0s to 5m",
			"1: cache.stale: must be from 0s to 24h",
			"7: providers[0].timeout: must be from 100ms to 60s",
		}},
		{"sizes", provider + "    maxBody: 2GiB\n" + strings.TrimPrefix(provider, "providers:\n") + "    maxBody: 64MB\n" + strings.TrimPrefix(provider, "providers:\n") + "    maxBody: -1MiB\n", []string{
			"6: providers[0].maxBody: must be a size from 1MiB to 1GiB, such as 64MiB",
			"7: providers[1].name: duplicates the name of providers[0]",
			"11: providers[1].maxBody: must be a size from 1MiB to 1GiB, such as 64MiB",
			"12: providers[2].name: duplicates the name of providers[0]",
			"16: providers[2].maxBody: must be a size from 1MiB to 1GiB, such as 64MiB",
		}},
		{"counts", provider + "    maxConcurrent: 65\n" + strings.TrimPrefix(provider, "providers:\n") + "    maxConcurrent: 1.5\n", []string{
			"6: providers[0].maxConcurrent: must be a whole number from 1 to 64",
			"7: providers[1].name: duplicates the name of providers[0]",
			"11: providers[1].maxConcurrent: must be a whole number from 1 to 64",
		}},
		{"an unknown vendor", strings.Replace(provider, "activeplatform", "s3cr3t", 1), []string{"3: providers[0].vendor: must be " + strings.Join(vendorWords(), " or ")}},
		{"an unknown way in", "server: {auth: s3cr3t}\n" + provider, []string{"1: server.auth: must be open, or a mapping of keys to values"}},
		{"a variable that is not set", strings.Replace(provider, "${TOKEN}", "${MISSING}", 1), []string{"5: providers[0].token: the environment variable MISSING is not set"}},
		{"a variable that is empty", strings.Replace(provider, "${TOKEN}", "x${EMPTY}${MISSING}", 1), []string{"5: providers[0].token: the environment variable EMPTY is empty, the environment variable MISSING is not set"}},
		{"a variable without a name", strings.Replace(provider, "${TOKEN}", "${}", 1), []string{"5: providers[0].token: requires the name of an environment variable between ${ and }; write $${ for a literal ${"}},
		{"a variable with a default", strings.Replace(provider, "${TOKEN}", "${TOKEN:-s3cr3t}", 1), []string{"5: providers[0].token: requires the name of an environment variable between ${ and }; write $${ for a literal ${"}},
		{"a variable without an end", strings.Replace(provider, "${TOKEN}", "${s3cr3t", 1), []string{"5: providers[0].token: requires the name of an environment variable between ${ and }; write $${ for a literal ${"}},
		{"all at once", `server:
  listen: 0.0.0.0:8080
  port: 8080
cache:
  fresh: soon
providers:
  - name: One
    vendor: softwareone
    token: ${MISSING}
    timeout: 12
    organizations: [s3cr3t]
`, []string{
			"2: server.listen: an address other than loopback requires server.auth (the demo: --open); in a private network that may be `auth: open`, which lets every client that reaches the address read everything that the credentials can read",
			"3: server.port: unknown key; known keys: listen, admin, adminOpen, tls, auth, graphiql, access, introspection, compression, cors",
			"5: cache.fresh: must be a duration such as 60s",
			"7: providers[0].baseURL: is missing",
			"7: providers[0].name: must be 1 to 40 lower-case letters, digits and dashes",
			"9: providers[0].token: the environment variable MISSING is not set",
			"10: providers[0].timeout: must be a duration such as 10s",
			"11: providers[0].organizations: is a key of vendor blendvision",
		}},
	})
}

// vendorWords returns the vendors as configurations spell them.
func vendorWords() (words []string) {
	for _, v := range vendors.Config() {
		words = append(words, v.Word())
	}
	return words
}
