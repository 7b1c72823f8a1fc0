package pagecache_test

import (
	"bytes"
	"context"
	"io"
	stdlog "log"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/providers"
)

// The log says why Redis is not used, before the first request, and so does CheckRedis.
// Neither repeats a password or a name.
func TestRedis_ReasonOfOutage(t *testing.T) {
	working := startRedis(t)
	protected := startRedis(t, "--requirepass", "right")
	sentinel := redistest.RunSentinel(t)
	closed := redistest.FreePort(t)
	selfSigned := httptest.NewTLSServer(http.NotFoundHandler())
	t.Cleanup(selfSigned.Close)
	selfSigned.Config.ErrorLog = stdlog.New(io.Discard, "", 0)
	for name, test := range map[string]struct{ url, reason string }{
		"wrong password":           {"redis://:canary@127.0.0.1:" + protected.port, "wrong user or password"},
		"no password":              {"redis://127.0.0.1:" + protected.port, "password missing"},
		"database does not exist":  {"redis://127.0.0.1:" + working.port + "/99", "the database does not exist"},
		"no cluster":               {"redis://127.0.0.1:" + working.port + ",127.0.0.1:" + working.port, "Redis is no cluster"},
		"connection refused":       {"redis://127.0.0.1:" + closed, "connection refused"},
		"unknown host":             {"redis://nowhere.invalid:6379", "unknown host"},
		"no TLS":                   {"rediss://127.0.0.1:" + working.port, "no reply in time"},
		"untrusted certificate":    {"rediss://" + strings.TrimPrefix(selfSigned.URL, "https://"), "the certificate is not trusted"},
		"unknown master":           {"redis://127.0.0.1:" + sentinel.Port + "?master=other", "no Sentinel knows this master"},
		"no Sentinel at this port": {"redis://127.0.0.1:" + closed + "?master=other", "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			config := minute()
			config.Redis, config.Key = providers.NewSecret(test.url), providers.NewSecret(testKey)
			var log bytes.Buffer
			var mu sync.Mutex
			config.Log = slog.New(slog.NewTextHandler(locked{&mu, &log}, nil))
			if err := pagecache.CheckRedis(t.Context(), config); err == nil || err.Error() != test.reason {
				t.Errorf("CheckRedis: %v, want %s", err, test.reason)
			}
			c := open(t, config)
			eventually(t, "redis is not used", func() bool { return !c.Up() })
			text := func() string {
				mu.Lock()
				defer mu.Unlock()
				return log.String()
			}
			// On a busy machine, the first attempt may time out.
			eventually(t, "the log has the reason", func() bool { return strings.Contains(text(), `reason="`+test.reason+`"`) })
			if text := text(); strings.Count(text, `reason="`+test.reason+`"`) != 1 || strings.Contains(text, "canary") {
				t.Errorf("log: %s", text)
			}
		})
	}
}

// A Redis that executes some commands and rejects others is used; the log says once what it
// rejects.
func TestRedis_ReasonOfRejection(t *testing.T) {
	r := startRedis(t)
	r.do("ACL", "SETUSER", "cache", "on", ">p", "~accountgraph:v1:*", "&accountgraph:v1:*", "+@all", "-get", "-getrange")
	var log bytes.Buffer
	var mu sync.Mutex
	c, events := r.replica(at("redis://cache:p@127.0.0.1:"+r.port), func(c *pagecache.Config) {
		c.Log = slog.New(slog.NewTextHandler(locked{&mu, &log}, nil))
	})
	v := &vendor{}
	for _, key := range []string{"a", "b"} {
		v.one(t.Context(), scope(c, "token"), key)
	}
	eventually(t, "both values were rejected", func() bool { return events.of(pagecache.RedisError) > 1 })
	mu.Lock()
	defer mu.Unlock()
	if text := log.String(); strings.Count(text, "\n") != 1 || !strings.Contains(text, `reason="the user lacks a permission"`) {
		t.Errorf("log: %s", text)
	}
	if !c.Up() {
		t.Error("redis is not used")
	}
}

func TestCheckRedis_MissingPermission(t *testing.T) {
	r := startRedis(t)
	r.do("ACL", "SETUSER", "cache", "on", ">p", "~accountgraph:v1:*", "+ping")
	config := minute()
	config.Redis = providers.NewSecret("redis://cache:p@127.0.0.1:" + r.port)
	if err := pagecache.CheckRedis(t.Context(), config); err == nil || err.Error() != "the user lacks a permission" {
		t.Error(err)
	}
}

func TestRedisTarget_HasNoCredential(t *testing.T) {
	for url, want := range map[string]string{
		"":                                  "",
		"redis://u:canary@a:7000,b:7001":    "a:7000,b:7001",
		"rediss://:canary@a:1,b:2?master=m": `a:1,b:2, master "m"`,
	} {
		config := minute()
		config.Redis = providers.NewSecret(url)
		if got := pagecache.RedisTarget(config); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestCheckRedis_Working(t *testing.T) {
	config := minute()
	if err := pagecache.CheckRedis(context.Background(), config); err != nil {
		t.Error("without redis:", err)
	}
	config.Redis = startRedis(t).url()
	if err := pagecache.CheckRedis(context.Background(), config); err != nil {
		t.Error(err)
	}
}
