package pagecache

import (
	"errors"
	"net/url"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

var errURL = errors.New("pagecache: Redis must be redis:// or rediss://, host:port[,host:port…][/database], and no parameter but master")

// connect builds a client; it makes no connection. Its error does not repeat the
// URL, which may hold a password.
func (c Config) connect() (redis.UniversalClient, error) {
	options, err := parseURL(c.Redis.Reveal())
	if err != nil {
		return nil, err
	}
	// The context's deadline is what bounds a command; go-redis would repeat it,
	// and wait seconds, if it were left to its defaults.
	options.ContextTimeoutEnabled = true
	options.MaxRetries = -1
	// A connection serves whoever comes next, so it may take longer.
	options.DialTimeout, options.DialerRetries = 2*c.Timeout, 1
	options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = c.Timeout, c.Timeout, c.Timeout
	options.PoolSize, options.MaxActiveConns, options.PipelinePoolSize = 16, 32, -1
	// Nothing is sent that an old or a restricted Redis refuses.
	options.DisableIdentity, options.Protocol = true, 2
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	options.Dialer = c.Dial
	// It would print addresses to stderr; what matters comes as an event.
	redis.SetLogger(&logging.VoidLogger{})
	return redis.NewUniversalClient(options), nil
}

// parseURL reads what redis.ParseURL reads, with several hosts and a master, and
// without parameters that would undo what connect sets.
func parseURL(text string) (*redis.UniversalOptions, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || scheme != "redis" && scheme != "rediss" {
		return nil, errURL
	}
	rest, query, _ := strings.Cut(rest, "?")
	parameters, err := url.ParseQuery(query)
	if err != nil {
		return nil, errURL
	}
	for name := range parameters {
		if name != "master" {
			return nil, errURL
		}
	}
	authority, path, _ := strings.Cut(rest, "/")
	login, hosts := "", authority
	if at := strings.LastIndex(authority, "@"); at >= 0 {
		login, hosts = authority[:at+1], authority[at+1:]
	}
	options := &redis.UniversalOptions{MasterName: parameters.Get("master")}
	for host := range strings.SplitSeq(hosts, ",") {
		one, err := redis.ParseURL(scheme + "://" + login + host + "/" + path)
		if err != nil || host == "" {
			return nil, errURL
		}
		options.Addrs = append(options.Addrs, one.Addr)
		options.Username, options.Password, options.DB = one.Username, one.Password, one.DB
		options.TLSConfig = one.TLSConfig
	}
	if len(options.Addrs) > 1 && options.TLSConfig != nil {
		options.TLSConfig.ServerName = "" // Each connection's own.
	}
	if len(options.Addrs) > 1 && options.MasterName == "" && options.DB != 0 {
		return nil, errors.New("pagecache: a Redis Cluster has no databases but 0")
	}
	return options, nil
}
