package config

import (
	"encoding/base64"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/providers"
)

// keyBytes is the length of an AES-256 key.
const keyBytes = 32

// maxEntryLife is the maximum lifetime of an entry in package pagecache.
const maxEntryLife = 24 * time.Hour

// check validates what the tags cannot express.
func (d *decoder) check(c *Config) {
	if problem := listenProblem(c.Server.Listen, d.isSet("server.auth")); problem != "" {
		d.add("server.listen", "%s", problem)
	}
	if c.Server.Admin != "" {
		d.checkAdmin(c.Server)
	}
	if d.isSet("server.auth") {
		d.checkAuth(c.Server.Auth)
	}
	d.checkOrigins(c.Server.CORS.Origins)
	d.checkHeaders(c.Server.CORS.Headers)
	d.checkCache(&c.Cache)
	d.checkDocuments(c)
	d.checkLimits(c.Limits)
	d.checkTelemetry(c.Telemetry)
	d.checkInvalidation(c.Gateway.Invalidation)
	d.checkProviders(c.Providers)
}

// checkAdmin checks the second listener, whose endpoints need no authentication.
func (d *decoder) checkAdmin(s Server) {
	if problem := listenProblem(s.Admin, true); problem != "" {
		d.add("server.admin", "%s", problem)
		return
	}
	if host, _, _ := net.SplitHostPort(s.Admin); !isLoopback(host) && !s.AdminOpen {
		d.add("server.admin", "an address other than loopback requires `adminOpen: true`, which lets every client that reaches the address read the metrics, without authentication")
	}
	if s.Admin == s.Listen && !strings.HasSuffix(s.Admin, ":0") {
		d.add("server.admin", "must be another address than server.listen")
	}
}

// ListenOn sets the listen address. It fails for an address that is not valid as
// server.listen.
func (s *Server) ListenOn(address string) error {
	if problem := listenProblem(address, s.Auth.IsSet()); problem != "" {
		return errors.New(problem)
	}
	s.Listen = address
	return nil
}

// TellsSchema returns the keys that are true by which clients of other hosts can read the schema
// without a document of their own; none if the address is loopback.
func (s *Server) TellsSchema() (keys []string) {
	host, _, err := net.SplitHostPort(s.Listen)
	if err == nil && isLoopback(host) {
		return nil
	}
	if s.GraphiQL {
		keys = append(keys, "server.graphiql")
	}
	if s.Introspection {
		keys = append(keys, "server.introspection")
	}
	return keys
}

func listenProblem(address string, auth bool) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil || !isPort(port) || strings.ContainsFunc(host, isNotPrintableASCII) {
		return "must be a host and a port such as 127.0.0.1:8080"
	}
	if !auth && !isLoopback(host) {
		return "an address other than loopback requires server.auth (the demo: --open); in a private network that may be `auth: open`, which lets every client that reaches the address read everything that the credentials can read"
	}
	return ""
}

func (d *decoder) checkCache(c *Cache) {
	remote := false
	if !c.Redis.Empty() {
		hosts, ok := redisHosts(c.Redis.Reveal())
		if !ok {
			d.add("cache.redis", "must be a URL such as redis://127.0.0.1:6379/0; several hosts (a:1,b:2) are a Cluster or, with ?master=NAME, Sentinels")
		}
		remote = !areLoopback(hosts)
	}
	if c.Fresh+c.Stale > maxEntryLife && !d.hasProblem("cache.fresh") && !d.hasProblem("cache.stale") {
		d.add("cache.stale", "must be at most 24h together with cache.fresh")
	}
	if c.Key.Empty() {
		if remote {
			d.add("cache.key", "is missing: a Redis that is not on loopback requires encryption")
		}
		return
	}
	raw, err := base64.StdEncoding.DecodeString(c.Key.Reveal())
	if err != nil || len(raw) != keyBytes {
		d.add("cache.key", "must be %d bytes in base64; generate a key with `openssl rand -base64 %d`", keyBytes, keyBytes)
		return
	}
	if isGuessable(raw) {
		d.add("cache.key", "must be random; generate a key with `openssl rand -base64 %d`", keyBytes)
	}
	c.Key = providers.NewSecret(string(raw))
}

// isGuessable reports whether a secret of at least 32 bytes has so few different ones that
// nobody has drawn it at random.
func isGuessable(secret []byte) bool {
	different := map[byte]bool{}
	for _, b := range secret {
		different[b] = true
	}
	return len(different) < 5
}

func (d *decoder) checkLimits(l Limits) {
	for _, p := range []struct {
		wrong               bool
		key, than, relation string
	}{
		{l.DocumentBytes > l.BodyBytes, "limits.documentBytes", "limits.bodyBytes", "at most"},
		{l.ReadTime < l.ReadHeaderTime, "limits.readTime", "limits.readHeaderTime", "at least"},
		{l.QueueWait > l.OperationTime, "limits.queueWait", "limits.operationTime", "at most"},
	} {
		if p.wrong && !d.hasProblem(p.key) && !d.hasProblem(p.than) {
			d.add(p.key, "must be %s %s", p.relation, p.than)
		}
	}
}

// checkDocuments also disables GraphiQL if only trusted documents are served.
func (d *decoder) checkDocuments(c *Config) {
	if !c.Documents.Only {
		return
	}
	switch {
	case c.Documents.Manifest == "" && !d.hasProblem("documents.manifest"):
		d.add("documents.only", "requires documents.manifest, the file with the trusted documents")
	case c.Documents.Automatic:
		d.add("documents.automatic", "must be false with documents.only: clients could register any document")
	case c.Server.Access:
		d.add("server.access", "must be false with documents.only: the queries of the page would be rejected")
	case c.Server.GraphiQL && d.isSet("server.graphiql"):
		d.add("server.graphiql", "must be false with documents.only: every query written in GraphiQL would be rejected")
	}
	c.Server.GraphiQL = false
}

// isNotPrintableASCII is true for spaces, control characters and non-ASCII: they are
// not valid in a header or URL.
func isNotPrintableASCII(r rune) bool { return r <= ' ' || r >= 0x7f }

func isPort(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

// isLoopback reports whether a host is localhost or a loopback address. Other names
// may resolve to any address.
func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}
