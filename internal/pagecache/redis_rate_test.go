package pagecache_test

import (
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/internal/redistest"
	"github.com/accountgraph/accountgraph/providers"
)

// Replicas share the debts of callers.
func TestCharge_SharedByReplicas(t *testing.T) {
	server := redistest.Run(t)
	replica := func() *pagecache.Cache {
		config := minute()
		config.Redis = providers.NewSecret(server.URL())
		return open(t, config)
	}
	one, two := replica(), replica()
	const limit = time.Minute
	if debt, allowed, ok := one.Charge(t.Context(), "anna", 40*time.Second, limit); !ok || !allowed || debt != 40*time.Second {
		t.Fatalf("the first charge: %v %t %t", debt, allowed, ok)
	}
	if debt, allowed, ok := two.Charge(t.Context(), "anna", 40*time.Second, limit); !ok || allowed || debt > 40*time.Second || debt < 20*time.Second {
		t.Errorf("at the other replica: %v %t %t", debt, allowed, ok)
	}
	if debt, allowed, ok := two.Charge(t.Context(), "anna", -time.Hour, limit); !ok || !allowed || debt != 0 {
		t.Errorf("a refund: %v %t %t", debt, allowed, ok)
	}
	if _, allowed, _ := one.Charge(t.Context(), "bert", 60*time.Second, limit); !allowed {
		t.Error("another caller is not allowed")
	}
}

func TestCharge_WithoutRedis(t *testing.T) {
	if _, _, ok := open(t, minute()).Charge(t.Context(), "anna", time.Second, time.Minute); ok {
		t.Error("a debt is known without Redis")
	}
}
