package config_test

import (
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/vendors"
)

// notRedis is the problem of an invalid Redis URL.
const notRedis = "1: cache.redis: must be a URL such as redis://127.0.0.1:6379/0; several hosts (a:1,b:2) are a Cluster or, with ?master=NAME, Sentinels"

func TestParse_UnsafeValues(t *testing.T) {
	server := func(keys string) string { return "server: {" + keys + "}\n" + provider }
	cache := func(keys string) string { return "cache: {" + keys + "}\n" + provider }
	with := func(old, now string) string { return strings.Replace(provider, old, now, 1) }
	base := func(url string) string { return with("https://one.example", "'"+url+"'") }

	checkProblems(t, []invalidFile{
		{"every address", server("listen: ':8080'"), []string{"1: server.listen: an address other than loopback requires server.auth (the demo: --open); in a private network that may be `auth: open`, which lets every client that reaches the address read everything that the credentials can read"}},
		{"every IPv4 address", server("listen: '0.0.0.0:8080'"), []string{"1: server.listen: an address other than loopback requires server.auth (the demo: --open); in a private network that may be `auth: open`, which lets every client that reaches the address read everything that the credentials can read"}},
		{"every IPv6 address", server("listen: '[::]:8080'"), []string{"1: server.listen: an address other than loopback requires server.auth (the demo: --open); in a private network that may be `auth: open`, which lets every client that reaches the address read everything that the credentials can read"}},
		{"a private address", server("listen: '10.0.0.1:8080'"), []string{"1: server.listen: an address other than loopback requires server.auth (the demo: --open); in a private network that may be `auth: open`, which lets every client that reaches the address read everything that the credentials can read"}},
		{"a host name", server("listen: 'server.example:8080'"), []string{"1: server.listen: an address other than loopback requires server.auth (the demo: --open); in a private network that may be `auth: open`, which lets every client that reaches the address read everything that the credentials can read"}},
		{"an address that looks like loopback", server("listen: '127.0.0.1.example:8080'"), []string{"1: server.listen: an address other than loopback requires server.auth (the demo: --open); in a private network that may be `auth: open`, which lets every client that reaches the address read everything that the credentials can read"}},
		{"an address without a port", server("listen: 127.0.0.1"), []string{"1: server.listen: must be a host and a port such as 127.0.0.1:8080"}},
		{"a port that is too large", server("listen: '127.0.0.1:65536'"), []string{"1: server.listen: must be a host and a port such as 127.0.0.1:8080"}},
		{"a port that is a word", server("listen: '127.0.0.1:http'"), []string{"1: server.listen: must be a host and a port such as 127.0.0.1:8080"}},
		{"Redis elsewhere without a key", cache("redis: 'redis://:s3cr3t@redis.example:6379'"), []string{"1: cache.key: is missing: a Redis that is not on loopback requires encryption"}},
		{"Redis elsewhere with a key that is not set", cache("redis: 'redis://redis.example', key: '${MISSING}'"), []string{"1: cache.key: the environment variable MISSING is not set"}},
		{"a key that is too short", cache("key: czNjcjN0"), []string{"1: cache.key: must be 32 bytes in base64; generate a key with `openssl rand -base64 32`"}},
		{"a key that is not base64", cache("key: s3cr3t-s3cr3t"), []string{"1: cache.key: must be 32 bytes in base64; generate a key with `openssl rand -base64 32`"}},
		{"a key of zeros", cache("key: AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), []string{"1: cache.key: must be random; generate a key with `openssl rand -base64 32`"}},
		{"metrics for other hosts", server("admin: '0.0.0.0:9090'"), []string{"1: server.admin: an address other than loopback requires `adminOpen: true`, which lets every client that reaches the address read the metrics, without authentication"}},
		{"metrics on no address", server("admin: 9090"), []string{"1: server.admin: must be a host and a port such as 127.0.0.1:8080"}},
		{"one address for both listeners", server("listen: '127.0.0.1:8080', admin: '127.0.0.1:8080'"), []string{"1: server.admin: must be another address than server.listen"}},
		{"a credential of the collector over plain http", "telemetry: {traces: {endpoint: 'http://collector.example:4318', header: 'authorization=s3cr3t'}}\n" + provider, []string{"1: telemetry.traces.endpoint: plain http sends the credential in telemetry.traces.header unencrypted: use https"}},
		{"another scheme", cache("redis: 'https://s3cr3t@redis.example'"), []string{notRedis}},
		{"Redis without a host", cache("redis: 'redis:///0'"), []string{notRedis}},
		{"Redis with a database that is a word", cache("redis: 'redis://127.0.0.1/s3cr3t'"), []string{notRedis}},
		{"Redis with a query", cache("redis: 'redis://127.0.0.1/0?password=s3cr3t'"), []string{notRedis}},
		{"Redis with a broken URL", cache("redis: 'redis://u:s3cr3t@127.0.0.1:x'"), []string{notRedis}},
		{"Redis in capitals", cache("redis: 'REDIS://127.0.0.1'"), []string{notRedis}},
		{"Redis with a fragment", cache("redis: 'redis://127.0.0.1/0#s3cr3t'"), []string{notRedis}},
		{"a Cluster with a node that is missing", cache("redis: 'redis://127.0.0.1:1,,127.0.0.1:2'"), []string{notRedis}},
		{"a Cluster with a node that is broken", cache("redis: 'redis://127.0.0.1:s3cr3t,127.0.0.1:2'"), []string{notRedis}},
		{"a Cluster with a database", cache("redis: 'redis://127.0.0.1:1,127.0.0.1:2/1'"), []string{notRedis}},
		{"Sentinels without a name", cache("redis: 'redis://127.0.0.1:1,127.0.0.1:2?master='"), []string{notRedis}},
		{"Sentinels with a parameter more", cache("redis: 'redis://127.0.0.1?master=m&password=s3cr3t'"), []string{notRedis}},
		{"a Cluster with one node elsewhere, without a key", cache("redis: 'redis://127.0.0.1:1,redis.example:2'"), []string{"1: cache.key: is missing: a Redis that is not on loopback requires encryption"}},
		{"a Sentinel elsewhere, without a key", cache("redis: 'redis://:s3cr3t@redis.example?master=m'"), []string{"1: cache.key: is missing: a Redis that is not on loopback requires encryption"}},
		{"a lifetime above a day", cache("fresh: 1m, stale: 24h"), []string{"1: cache.stale: must be at most 24h together with cache.fresh"}},
		{"plain http", base("http://one.example"), []string{"4: providers[0].baseURL: plain http sends the credential unencrypted; use https, or set `allowInsecure: true` in a private network"}},
		{"plain http to a private address", base("http://192.168.0.1"), []string{"4: providers[0].baseURL: plain http sends the credential unencrypted; use https, or set `allowInsecure: true` in a private network"}},
		{"a user in the base URL", base("https://u:s3cr3t@one.example"), []string{"4: providers[0].baseURL: must not contain a user or password: set the credential in token"}},
		{"a query in the base URL", base("https://one.example?api_token=s3cr3t"), []string{"4: providers[0].baseURL: must not contain a query or fragment"}},
		{"an empty query in the base URL", base("https://one.example?"), []string{"4: providers[0].baseURL: must not contain a query or fragment"}},
		{"a fragment in the base URL", base("https://one.example#s3cr3t"), []string{"4: providers[0].baseURL: must not contain a query or fragment"}},
		{"a base URL without a scheme", base("one.example/s3cr3t"), []string{"4: providers[0].baseURL: must be an absolute URL such as https://api.example.com"}},
		{"a base URL with another scheme", base("file:///etc/s3cr3t"), []string{"4: providers[0].baseURL: must be an absolute URL such as https://api.example.com"}},
		{"a base URL without a host", base("https:///s3cr3t"), []string{"4: providers[0].baseURL: must be an absolute URL such as https://api.example.com"}},
		{"a base URL that goes up", base("https://one.example/a/%2e%2e/s3cr3t"), []string{"4: providers[0].baseURL: must not contain empty or dot segments"}},
		{"a base URL with a control character", with("https://one.example", `"https://one.example/\ns3cr3t"`), []string{"4: providers[0].baseURL: must be an absolute URL such as https://api.example.com"}},
		{"a base URL with a port that is too large", base("https://one.example:99999"), []string{"4: providers[0].baseURL: must be an absolute URL such as https://api.example.com"}},
		{"a name with a colon", with("one", "'one:User'"), []string{"2: providers[0].name: must be 1 to 40 lower-case letters, digits and dashes"}},
		{"a name in capitals", with("one", "One"), []string{"2: providers[0].name: must be 1 to 40 lower-case letters, digits and dashes"}},
		{"a name that is too long", with("one", strings.Repeat("o", 41)), []string{"2: providers[0].name: must be 1 to 40 lower-case letters, digits and dashes"}},
		{"a name twice", provider + strings.TrimPrefix(provider, "providers:\n"), []string{"6: providers[1].name: duplicates the name of providers[0]"}},
		{"a token with a line end", with("${TOKEN}", "${LINES}"), []string{"5: providers[0].token: must be printable ASCII without spaces and line breaks"}},
		{"a token with a space", with("${TOKEN}", "Bearer ${TOKEN}"), []string{"5: providers[0].token: must be printable ASCII without spaces and line breaks"}},
		{"a variable that holds YAML", with("${TOKEN}", "${YAML}"), []string{"5: providers[0].token: must be printable ASCII without spaces and line breaks"}},
		{"keys of other vendors", provider + "    accountUsersPath: /v1/{accountId}\n    billingAccounts: [1]\n    organizations: [s3cr3t]\n", []string{
			"6: providers[0].accountUsersPath: is a key of vendor softwareone",
			"7: providers[0].billingAccounts: is a key of vendor activityinfo",
			"8: providers[0].organizations: is a key of vendor blendvision",
		}},
		{"no organization", with("activeplatform", "blendvision"), []string{"2: providers[0].organizations: is missing"}},
		{"an empty list of organizations", with("activeplatform", "blendvision") + "    organizations: []\n", []string{"6: providers[0].organizations: must contain at least one item"}},
		{"an organization with a line break", with("activeplatform", "blendvision") + "    organizations: [\"a\\ns3cr3t\", a b]\n", []string{
			"6: providers[0].organizations[0]: must be at most 100 printable ASCII characters without spaces",
			"6: providers[0].organizations[1]: must be at most 100 printable ASCII characters without spaces",
		}},
		{"an organization twice", with("activeplatform", "blendvision") + "    organizations: [s3cr3t, b, s3cr3t]\n", []string{"6: providers[0].organizations[2]: duplicates item 0"}},
		{"ids that are none, of several providers", with("activeplatform", "blendvision") + "    organizations: [b, ../s3cr3t, '..', 'a,s3cr3t', 's3cr3t%2f']\n" +
			"  - {name: two, vendor: activityinfo, baseURL: 'https://two.example', token: a, billingAccounts: [s3cr3t, 1, '01', '-1', 99999999999999999999]}\n", []string{
			"6: providers[0].organizations[1]: " + notOrganization,
			"6: providers[0].organizations[2]: " + notOrganization,
			"6: providers[0].organizations[3]: " + notOrganization,
			"6: providers[0].organizations[4]: " + notOrganization,
			"7: providers[1].billingAccounts[0]: " + notBillingAccount,
			"7: providers[1].billingAccounts[2]: " + notBillingAccount,
			"7: providers[1].billingAccounts[3]: " + notBillingAccount,
			"7: providers[1].billingAccounts[4]: " + notBillingAccount,
		}},
		{"a path with the account in a segment", with("activeplatform", "softwareone") + "    accountUsersPath: '/a{accountId}/users'\n", []string{"6: providers[0].accountUsersPath: must be a path that begins with / and contains {accountId} once, as a whole segment"}},
		{"a path without an account", with("activeplatform", "softwareone") + "    accountUsersPath: /v1/users\n", []string{"6: providers[0].accountUsersPath: must be a path that begins with / and contains {accountId} once, as a whole segment"}},
		{"a path to another host", with("activeplatform", "softwareone") + "    accountUsersPath: //s3cr3t.example/{accountId}\n", []string{"6: providers[0].accountUsersPath: must be a path that begins with / and contains {accountId} once, as a whole segment"}},
		{"a path with a query", with("activeplatform", "softwareone") + "    accountUsersPath: /v1/{accountId}?s3cr3t\n", []string{"6: providers[0].accountUsersPath: must be a path that begins with / and contains {accountId} once, as a whole segment"}},
		{"a path that goes up", with("activeplatform", "softwareone") + "    accountUsersPath: /../{accountId}\n", []string{"6: providers[0].accountUsersPath: must be a path that begins with / and contains {accountId} once, as a whole segment"}},
		{"a path with two accounts", with("activeplatform", "softwareone") + "    accountUsersPath: '/{accountId}/{accountId}'\n", []string{"6: providers[0].accountUsersPath: must be a path that begins with / and contains {accountId} once, as a whole segment"}},
	})
}

func TestParse_InvalidGateway(t *testing.T) {
	const notURL = "1: gateway.invalidation.url: must be a URL such as https://router.example.com/invalidation, without user, query and fragment"
	gateway := func(keys string) string { return "gateway: {invalidation: {" + keys + "}}\n" + provider }
	checkProblems(t, []invalidFile{
		{"plain http", gateway("url: 'http://router:4000/i', secret: a"), []string{"1: gateway.invalidation.url: plain http sends the secret unencrypted; use https, or set `allowInsecure: true` in a private network"}},
		{"a user", gateway("url: 'https://u:s3cr3t@router.example/i', secret: a"), []string{notURL}},
		{"a query", gateway("url: 'https://router.example/i?key=s3cr3t', secret: a"), []string{notURL}},
		{"no URL", gateway("url: router.example, secret: a"), []string{notURL}},
		{"a secret that is no header", gateway("url: 'https://router.example/i', secret: 's3cr3t b'"), []string{"1: gateway.invalidation.secret: must be printable ASCII without spaces and line breaks"}},
		{"no secret", gateway("url: 'https://router.example/i'"), []string{"1: gateway.invalidation.secret: is missing"}},
	})
	for _, keys := range []string{"url: 'http://127.0.0.1:4000/i', secret: a", "url: 'http://router:4000/i', secret: a, allowInsecure: true"} {
		if c, err := config.Parse("a.yaml", []byte(gateway(keys)), environment, vendors.Config()); err != nil || c.Gateway.Invalidation.Subgraph != "accountgraph" {
			t.Errorf("%s: %v", keys, err)
		}
	}
}

const (
	notOrganization   = "must be the id of an organization, such as a UUID: without commas, slashes, backslashes and percent signs, and not only dots"
	notBillingAccount = "must be a whole number above 0, without sign and leading zeros"
)
