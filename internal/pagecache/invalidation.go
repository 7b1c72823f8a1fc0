package pagecache

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/accountgraph/accountgraph/graph/model"
)

// channel is where replicas publish their invalidations. Each message is sealed for the
// channel.
const channel = prefix + "news"

const (
	// idlePing is how long a subscription may be idle before it is pinged, and how long the
	// reply may take.
	idlePing = time.Second
	// resubscribeDelay is the pause before a lost subscription is renewed.
	resubscribeDelay = 200 * time.Millisecond
)

// invalidation is the message of one replica to the others: these objects of a scope are
// invalid, or without IDs the whole scope.
type invalidation struct {
	From  []byte     `json:"from"`
	Scope []byte     `json:"scope"`
	IDs   []model.ID `json:"ids,omitempty"`
}

func (s *redisStore) sealInvalidation(id scopeID, ids []model.ID) []byte {
	message, err := json.Marshal(invalidation{From: s.instanceID[:], Scope: id[:], IDs: ids})
	if err != nil {
		panic(err) // Bytes and strings can always be marshalled.
	}
	return s.seal.SealText([]byte(channel), message)
}

// subscribe applies other replicas' invalidations until the cache is closed. Messages may be
// lost while disconnected, so the memory level is cleared on every (re)subscribe.
func (s *redisStore) subscribe() {
	ctx := s.cache.ctx
	for ctx.Err() == nil {
		if s.breaker.closed() {
			s.receive(ctx)
		}
		select {
		case <-ctx.Done():
		case <-time.After(resubscribeDelay):
		}
	}
}

// receive handles the messages of one subscription until it is lost.
func (s *redisStore) receive(ctx context.Context) {
	subscription := s.client.Subscribe(ctx)
	defer subscription.Close()
	// Closing the subscription interrupts a blocked read.
	stop := context.AfterFunc(ctx, func() { subscription.Close() })
	defer stop()
	begin, cancel := s.commandContext()
	defer cancel()
	if subscription.Subscribe(begin, channel) != nil {
		return
	}
	pinged := true
	for {
		message, err := nextMessage(ctx, subscription)
		if isTimeout(err) && !pinged && s.ping(subscription) {
			pinged = true
			continue
		}
		if err != nil {
			if errors.Is(err, errReplyBounds) {
				s.cache.count(RedisError, 1, 0)
			}
			return
		}
		pinged = false
		switch m := message.(type) {
		case *redis.Subscription:
			s.cache.memory.clear()
			s.cache.count(MemoryCleared, 1, 0)
			s.cache.count(Subscribed, 1, 0)
			s.flushInvalidations()
		case *redis.Message:
			s.handleInvalidation([]byte(m.Payload))
		}
	}
}

// nextMessage waits up to idlePing for a message. go-redis panics if a message lacks an
// element or has one of another type; that is an error here.
func nextMessage(ctx context.Context, p *redis.PubSub) (message any, err error) {
	defer func() {
		if recover() != nil {
			err = errReplyBounds
		}
	}()
	return p.ReceiveTimeout(ctx, idlePing)
}

func (s *redisStore) ping(p *redis.PubSub) bool {
	ctx, cancel := s.commandContext()
	defer cancel()
	return p.Ping(ctx) == nil
}

func isTimeout(err error) bool {
	var failure net.Error
	return errors.As(err, &failure) && failure.Timeout()
}

// handleInvalidation applies an invalidation of another replica. It ignores messages that do
// not open with this cache's key.
func (s *redisStore) handleInvalidation(sealed []byte) {
	message, err := s.seal.OpenText([]byte(channel), sealed)
	var i invalidation
	if err != nil || json.Unmarshal(message, &i) != nil || len(i.Scope) != len(scopeID{}) {
		s.cache.count(SealInvalid, 1, 0)
		return
	}
	if slices.Equal(i.From, s.instanceID[:]) {
		return
	}
	c, id := s.cache, scopeID(i.Scope)
	c.detach(id)
	if len(i.IDs) == 0 {
		c.memory.drop(id, c.now())
		c.count(Dropped, 1, 0)
		return
	}
	c.count(Invalidated, c.memory.invalidate(id, i.IDs, c.now()), 0)
}
