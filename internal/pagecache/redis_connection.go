package pagecache

import (
	"errors"
	"net/url"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/redis/go-redis/v9/maintnotifications"
)

var errURL = errors.New("pagecache: the Redis URL must be redis:// or rediss://, host:port[,host:port…][/database], and may have no parameter but master")

// connect returns a client without connecting it. Its error does not contain the URL, which
// may hold a password.
func (c Config) connect() (redis.UniversalClient, error) {
	options, err := parseURL(c.Redis.Reveal())
	if err != nil {
		return nil, err
	}
	// The context's deadline bounds a command. By default, go-redis retries and waits for
	// seconds.
	options.ContextTimeoutEnabled = true
	options.MaxRetries = -1
	// A new connection serves later commands, too, so dialing may take longer.
	options.DialTimeout, options.DialerRetries = 2*c.Timeout, 1
	options.ReadTimeout, options.WriteTimeout, options.PoolTimeout = c.Timeout, c.Timeout, c.Timeout
	options.PoolSize, options.MaxActiveConns, options.PipelinePoolSize = 16, 32, -1
	// Send no command that an old or restricted Redis rejects.
	options.DisableIdentity, options.Protocol = true, 2
	options.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
	options.Dialer = c.dialer(options)
	// go-redis logs addresses to stderr; this package reports failures as events.
	redis.SetLogger(&logging.VoidLogger{})
	return redis.NewUniversalClient(options), nil
}

// parseURL accepts the URLs of redis.ParseURL, also with several hosts and a master, but no
// parameters that override the settings of connect.
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
		options.TLSConfig.ServerName = "" // Set per connection.
	}
	if len(options.Addrs) > 1 && options.MasterName == "" && options.DB != 0 {
		return nil, errors.New("pagecache: a Redis Cluster has only database 0")
	}
	return options, nil
}
