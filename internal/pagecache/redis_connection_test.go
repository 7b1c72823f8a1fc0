package pagecache_test

import (
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

func TestOpen_RejectsInvalidConfigurations(t *testing.T) {
	for name, config := range map[string]pagecache.Config{
		"another scheme":     {Redis: providers.NewSecret("http://user:SECRET@host:1")},
		"no scheme":          {Redis: providers.NewSecret("SECRET:6379")},
		"no host":            {Redis: providers.NewSecret("redis://user:SECRET@a:1,,b:2")},
		"a parameter":        {Redis: providers.NewSecret("rediss://user:SECRET@a:1?skip_verify=true")},
		"a bad database":     {Redis: providers.NewSecret("redis://user:SECRET@a:1/x")},
		"a cluster database": {Redis: providers.NewSecret("redis://user:SECRET@a:1,b:2/3")},
		"a bad port":         {Redis: providers.NewSecret("redis://user:SECRET@a:b:c")},
		"a bad key":          {Key: providers.NewSecret("SECRET")},
		"an encoded key":     {Key: providers.NewSecret("U0VDUkVU")},
		"over a day":         {Fresh: 23 * time.Hour, Stale: 2 * time.Hour},
		"negative time":      {Fresh: -1},
		"negative bytes":     {MaxBytes: -1},
		"negative timeout":   {Timeout: -1},
		"a long timeout":     {Timeout: time.Second + 1},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := pagecache.Open(config)
			if err == nil {
				c.Close()
				t.Fatal("accepted")
			}
			if strings.Contains(err.Error(), "SECRET") {
				t.Errorf("the error holds a secret: %v", err)
			}
		})
	}
	for _, url := range []string{"redis://a:1", "rediss://user:p%40ss@a:1/2", "redis://a:1,b:2", "redis://a:1,b:2,c:3/0", "redis://a:1,b:2/4?master=main"} {
		c, err := pagecache.Open(pagecache.Config{Redis: providers.NewSecret(url)})
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		c.Close()
	}
}
