package server

import (
	"math/rand/v2"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/telemetry"
)

// openTraces starts the export of spans, as the configuration and the environment say.
func openTraces(c config.Traces, o Options, count func(spans int, exported bool)) (*telemetry.Traces, error) {
	settings := telemetry.TracesConfig{
		Endpoint: c.Endpoint, Protocol: c.Protocol, Header: c.Header, Service: c.Service, LookupEnv: o.Env,
	}
	if c.Sampling.Set {
		settings.Sampling = &c.Sampling.Value
	}
	return telemetry.OpenTraces(settings, o.Log, count)
}

// observeRequests returns what counts and logs requests. It sets the level of the log.
func observeRequests(o Options, metrics *telemetry.Metrics) func(operation.Request) {
	c := o.Config.Telemetry.Log
	if o.Level != nil {
		o.Level.Configure(c.Level)
	}
	if o.Embedded {
		return metrics.Request
	}
	log := telemetry.NewAccessLog(o.Log, c.Requests.Value, rand.Float64, derivedKey(o.Config, "accountgraph callers 1"))
	return func(r operation.Request) {
		metrics.Request(r)
		log.Request(r)
	}
}

// redisUp returns whether Redis is used; nil without Redis.
func redisUp(c *config.Config, cache *pagecache.Cache) func() bool {
	if c.Cache.Redis.Empty() {
		return nil
	}
	return cache.Up
}
