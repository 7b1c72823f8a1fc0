package pagecache_test

import (
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/providers"
)

// faked returns a configuration for f, and its events.
func faked(f *redistest.Fake, change ...func(*pagecache.Config)) (pagecache.Config, *tally) {
	events, config := &tally{}, minute()
	config.Observe = events.observe
	config.Redis, config.Key, config.Dial = providers.NewSecret("redis://fake:1"), providers.NewSecret(testKey), f.Dial
	for _, c := range change {
		c(&config)
	}
	return config, events
}

// hostile returns a Redis that replies to each command with these bytes.
func hostile(reply string) *redistest.Fake {
	f := new(redistest.Fake)
	f.OnCommand(func([]string) string { return reply })
	return f
}

// values returns the sealed values by key.
func values(f *redistest.Fake) map[string]string { return f.Texts("}:p:") }
