package pagecache

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/accountgraph/accountgraph/internal/pagecache/envelope"
)

// store is the second level. Every key begins with the scope in braces, so that a
// Cluster keeps a scope on one node and a pipeline reaches it at once:
//
//	accountgraph:v1:{scope}:e         the epoch; without it nothing of the scope is valid
//	accountgraph:v1:{scope}:p:page    a sealed value
//	accountgraph:v1:{scope}:l:page    the lease of the replica that is asking for it
//	accountgraph:v1:{scope}:t:object  the pages that hold an object
//
// It needs these commands of Redis 4 or newer (and select for another database
// than 0), and the channel for replicas:
//
//	get set getrange exists unlink sadd smembers pexpire multi exec ping publish subscribe
//
// No method returns an error: a failure counts as a miss.
type store struct {
	cache   *Cache
	client  redis.UniversalClient
	codec   *envelope.Codec
	breaker *breaker
	ended   sync.WaitGroup
	// leases are all *lease that are held; its values are nil.
	leases sync.Map

	// seal and self are for news between replicas: its key, and which is this one.
	seal envelope.Key
	self [8]byte

	mu   sync.Mutex
	owed map[scopeID]bool // drops that Redis has not heard of
	// blind: until then nothing is read from Redis, since more was owed than can be
	// remembered.
	blind time.Time
}

const (
	prefix = "accountgraph:v1:"
	// epochFor is how much longer than a value an epoch lives. Each put renews it, so
	// that the epochs of scopes that nothing is put into, which a caller can make up,
	// are soon gone.
	epochFor = time.Hour
	// maxPipeline bounds how many values one pipeline reads within a timeout.
	maxPipeline = 64
	// maxOwed bounds owed, some 50 bytes each.
	maxOwed = 1 << 16
)

func (c *Cache) openStore() (*store, error) {
	s := &store{cache: c, owed: map[scopeID]bool{}}
	var err error
	if s.seal, err = c.keys.sealing("news"); err != nil {
		return nil, err
	}
	if s.codec, err = envelope.NewCodec(); err != nil {
		return nil, err
	}
	if s.client, err = c.config.connect(); err != nil {
		return nil, err
	}
	rand.Read(s.self[:])
	s.breaker = &breaker{ctx: c.ctx, changed: c.stateChange, probe: func() bool {
		ctx, cancel := s.detached()
		defer cancel()
		return s.client.Ping(ctx).Err() == nil
	}}
	s.ended.Go(s.listen)
	s.ended.Go(s.renew)
	return s, nil
}

// detached is the context of a command. It is never a caller's: each command that
// is cancelled costs a connection.
func (s *store) detached() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), s.cache.config.Timeout)
}

// close gives all leases back: nobody is to wait for a replica that ends.
func (s *store) close() {
	for l := range s.leases.Range {
		s.release(l.(*lease))
	}
	_ = s.client.Close() // Nothing is written that would be missed.
	s.ended.Wait()
}

func (s scopeID) redisKey(kind string, fingerprint []byte) string {
	key := prefix + "{" + text(s[:]) + "}:" + kind
	if fingerprint != nil {
		key += ":" + text(fingerprint)
	}
	return key
}

func (k Key) redisKey(kind string) string { return k.scope.redisKey(kind, k.hash[:]) }

// run sends a pipeline, or as a transaction. It returns false when it was not
// sent, or when Redis could not be talked to.
func (s *store) run(atomic bool, fill func(ctx context.Context, p redis.Pipeliner)) bool {
	if !s.breaker.closed() {
		return false
	}
	ctx, cancel := s.detached()
	defer cancel()
	p := s.client.Pipeline()
	if atomic {
		p = s.client.TxPipeline()
	}
	fill(ctx, p)
	if p.Len() == 0 {
		return true
	}
	commands, err := p.Exec(ctx)
	errs := 0
	for _, command := range commands {
		if isFailure(command.Err()) {
			errs++
		}
	}
	if err != nil && errs == 0 && isFailure(err) {
		errs = 1
	}
	s.cache.count(RedisError, errs, 0)
	if slices.ContainsFunc(commands, func(c redis.Cmder) bool { return isOutage(c.Err()) }) || errs > 0 && isOutage(err) {
		s.breaker.fail()
		return false
	}
	return true
}

// isFailure tells whether a command failed that should not have: to find nothing
// is none, and a value of another type is dealt with where it is found.
func isFailure(err error) bool {
	return err != nil && !errors.Is(err, redis.Nil) && !isReply(err, "WRONGTYPE")
}

// isOutage tells whether the next command will fare no better. Redis refuses some
// commands and executes others when it is full, a replica, or elsewhere.
func isOutage(err error) bool {
	return isFailure(err) && !isReply(err, "OOM", "READONLY", "MOVED", "ASK", "EXECABORT", "CROSSSLOT", "NOREPLICAS", "NOPERM", "ERR")
}

// isReply tells whether Redis answered an error that begins with one of these
// words.
func isReply(err error, words ...string) bool {
	var reply redis.Error
	if !errors.As(err, &reply) {
		return false
	}
	word, _, _ := strings.Cut(reply.Error(), " ")
	return slices.Contains(words, word)
}

// epochOf asks for the epoch of a scope, which begins when it is asked for first.
// It is a random number, not a counter: where Redis lost it, nothing that was put
// under an earlier one may become valid again.
func (s *store) epochOf(ctx context.Context, p redis.Pipeliner, id scopeID) *redis.StringCmd {
	key := id.redisKey("e", nil)
	p.SetNX(ctx, key, newEpoch(), s.epochLife())
	return p.Get(ctx, key)
}

// epochLife is longer than any value lives, so that none outlives its epoch.
func (s *store) epochLife() time.Duration {
	return s.cache.config.Fresh + s.cache.config.Stale + epochFor
}

func newEpoch() uint64 {
	var b [8]byte
	rand.Read(b[:])
	return binary.BigEndian.Uint64(b[:])
}

func readEpoch(c *redis.StringCmd) (uint64, bool) {
	n, err := strconv.ParseUint(c.Val(), 10, 64)
	return n, err == nil && c.Err() == nil
}

// may reports whether the scope may be read from Redis, after all drops that are
// owed have been paid.
func (s *store) may(id scopeID) bool {
	s.payDrops()
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.owed[id] && !s.cache.now().Before(s.blind)
}

// oweDrop has a scope dropped by the next payDrops; until then it is not read.
func (s *store) oweDrop(id scopeID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.owed) < maxOwed {
		s.owed[id] = true
		return
	}
	s.blind = s.cache.now().Add(s.epochLife())
}

// payDrops begins new epochs for all scopes that are owed a drop, and tells the
// other replicas. What fails stays owed.
func (s *store) payDrops() {
	s.mu.Lock()
	ids := make([]scopeID, 0, len(s.owed))
	for id := range s.owed {
		if ids = append(ids, id); len(ids) == maxPipeline {
			break
		}
	}
	s.mu.Unlock()
	if len(ids) == 0 {
		return
	}
	set := make(map[scopeID]*redis.StatusCmd, len(ids))
	if !s.run(false, func(ctx context.Context, p redis.Pipeliner) {
		for _, id := range ids {
			set[id] = p.Set(ctx, id.redisKey("e", nil), newEpoch(), s.epochLife())
			p.Publish(ctx, channel, s.news(id, nil))
		}
	}) {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, command := range set {
		if command.Err() == nil {
			delete(s.owed, id)
		}
	}
}
