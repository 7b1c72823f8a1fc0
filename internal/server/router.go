package server

import (
	"log/slog"
	"net/http"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/invalidation"
	"github.com/accountgraph/accountgraph/internal/telemetry"
)

// openRouter returns the sender of invalidations; nil if none is configured.
func openRouter(c *config.Config, log *slog.Logger, metrics *telemetry.Metrics) *invalidation.Sender {
	i := c.Gateway.Invalidation
	if !i.IsSet() {
		return nil
	}
	return invalidation.New(invalidation.Config{
		URL: i.URL, Secret: i.Secret, Subgraph: i.Subgraph, Log: log, Observe: metrics.Invalidations, Transport: &http.Transport{
			Proxy: http.ProxyFromEnvironment, MaxIdleConns: 1, ForceAttemptHTTP2: true,
		},
	})
}

func closeRouter(s *invalidation.Sender) {
	if s != nil {
		s.Close()
	}
}
