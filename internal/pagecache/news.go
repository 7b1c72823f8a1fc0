package pagecache

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/accountgraph/accountgraph/graph/model"
)

// channel is where replicas tell each other what to forget. What is said is
// sealed, with the channel as its place.
const channel = prefix + "news"

const (
	// quiet is how long a subscription may be silent before it is asked for a sign
	// of life, and then how long that may take.
	quiet = time.Second
	// subscribeEvery is the pause before a lost subscription is renewed.
	subscribeEvery = 200 * time.Millisecond
)

// news is what a replica tells the others: a whole scope is to be forgotten, or
// these objects in it.
type news struct {
	From  []byte     `json:"from"`
	Scope []byte     `json:"scope"`
	IDs   []model.ID `json:"ids,omitempty"`
}

func (s *store) news(id scopeID, ids []model.ID) []byte {
	text, err := json.Marshal(news{From: s.self[:], Scope: id[:], IDs: ids})
	if err != nil {
		panic(err) // Bytes and strings can always be marshalled.
	}
	return s.seal.SealText([]byte(channel), text)
}

// listen hears what other replicas forget, until the cache is closed. While it
// cannot, they may say what is not heard; so the whole first level is forgotten
// whenever a subscription begins.
func (s *store) listen() {
	ctx := s.cache.ctx
	for ctx.Err() == nil {
		if s.breaker.closed() {
			s.session(ctx)
		}
		select {
		case <-ctx.Done():
		case <-time.After(subscribeEvery):
		}
	}
}

// session is one subscription, until it is lost.
func (s *store) session(ctx context.Context) {
	subscription := s.client.Subscribe(ctx)
	defer subscription.Close()
	// Closing is what ends a read that waits.
	stop := context.AfterFunc(ctx, func() { subscription.Close() })
	defer stop()
	begin, cancel := s.detached()
	defer cancel()
	if subscription.Subscribe(begin, channel) != nil {
		return
	}
	asked := true
	for {
		message, err := subscription.ReceiveTimeout(ctx, quiet)
		if isTimeout(err) && !asked && s.ping(subscription) {
			asked = true
			continue
		}
		if err != nil {
			return
		}
		asked = false
		switch m := message.(type) {
		case *redis.Subscription:
			s.cache.memory.clear()
			s.cache.count(MemoryCleared, 1, 0)
			s.cache.count(Subscribed, 1, 0)
			s.payDrops()
		case *redis.Message:
			s.hear([]byte(m.Payload))
		}
	}
}

func (s *store) ping(p *redis.PubSub) bool {
	ctx, cancel := s.detached()
	defer cancel()
	return p.Ping(ctx) == nil
}

func isTimeout(err error) bool {
	timeout, ok := err.(interface{ Timeout() bool })
	return ok && timeout.Timeout()
}

// hear forgets what another replica says. Whatever this replica cannot open, no
// replica said.
func (s *store) hear(sealed []byte) {
	text, err := s.seal.OpenText([]byte(channel), sealed)
	var n news
	if err != nil || json.Unmarshal(text, &n) != nil || len(n.Scope) != len(scopeID{}) {
		s.cache.count(AuthFailed, 1, 0)
		return
	}
	if slices.Equal(n.From, s.self[:]) {
		return
	}
	c, id := s.cache, scopeID(n.Scope)
	c.flights.detach(id)
	if len(n.IDs) == 0 {
		c.memory.drop(id, c.now())
		c.count(Dropped, 1, 0)
		return
	}
	c.count(Forgotten, c.memory.forget(id, n.IDs, c.now()), 0)
}
