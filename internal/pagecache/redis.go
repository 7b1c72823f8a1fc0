package pagecache

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/accountgraph/accountgraph/internal/pagecache/envelope"
)

// redisStore is the second level. Every key begins with the scope in braces, so that a Redis
// Cluster keeps a scope on one node and one pipeline reaches it:
//
//	accountgraph:v1:{scope}:e         the epoch; without it no value of the scope is valid
//	accountgraph:v1:{scope}:p:page    a sealed value
//	accountgraph:v1:{scope}:l:page    the lease of the replica that is fetching the page
//	accountgraph:v1:{scope}:t:object  the set of pages that hold an object
//	accountgraph:v1:{scope}:x         the epoch of snapshots, which an invalidation of objects ends, too
//	accountgraph:v1:{scope}:s:name    a sealed description of a snapshot, or a chunk of one
//	accountgraph:v1:{scope}:l:name    the lease of the replica that makes a snapshot
//
// It needs these commands of Redis 4 or newer (and select for a database other than 0), and
// the channel for invalidations:
//
//	get set getrange exists unlink sadd smembers pexpire multi exec ping publish subscribe
//
// No method returns an error: a failure counts as a miss.
type redisStore struct {
	cache      *Cache
	client     redis.UniversalClient
	codec      *envelope.Codec
	breaker    *breaker
	rejections rejections
	reads      reads
	running    sync.WaitGroup // the goroutines of the store
	// leases is the set of *lease that are held; its values are nil.
	leases sync.Map

	// seal is the key of invalidation messages; instanceID identifies their sender.
	seal       envelope.Key
	instanceID [8]byte

	mu sync.Mutex
	// pendingInvalidations are the scopes whose invalidation Redis has not applied.
	pendingInvalidations map[scopeID]bool
	// unreadableUntil: Redis is not read before this time because the pending-invalidation
	// list overflowed.
	unreadableUntil time.Time
}

const (
	prefix = "accountgraph:v1:"
	// epochMargin is how much longer than a value an epoch lives. Each put extends it. The
	// epochs of scopes without values, which clients can create at will, expire soon.
	epochMargin = time.Hour
	// maxPipeline bounds the number of values that one pipeline reads within a timeout.
	maxPipeline = 64
	// maxPendingInvalidations bounds pendingInvalidations, some 50 bytes each.
	maxPendingInvalidations = 1 << 16
)

func (c *Cache) openRedis() (*redisStore, error) {
	s := &redisStore{cache: c, reads: newReads(), pendingInvalidations: map[scopeID]bool{}}
	var err error
	if s.seal, err = c.keys.sealingKey("news"); err != nil {
		return nil, err
	}
	if s.codec, err = envelope.NewCodec(); err != nil {
		return nil, err
	}
	if s.client, err = c.config.connect(); err != nil {
		return nil, err
	}
	rand.Read(s.instanceID[:])
	s.breaker = &breaker{ctx: c.ctx, changed: c.redisChanged, explain: c.logRedisDown, probe: s.probe}
	// Without a request, too, an operator learns of a wrong password or an unknown master.
	s.running.Go(s.watch)
	s.running.Go(s.subscribe)
	s.running.Go(s.renewLeases)
	return s, nil
}

// commandContext returns the context of a command. It is independent of callers, because
// each canceled command costs a connection.
func (s *redisStore) commandContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), s.cache.config.Timeout)
}

// watch probes Redis at the start and every second, so that an outage is noticed without a
// request, too. Afterwards a probe must fail twice: a command that is late once is no outage.
func (s *redisStore) watch() {
	tick := time.NewTicker(probeInterval)
	defer tick.Stop()
	for attempts := 1; ; attempts = 2 {
		var failure error
		for range attempts {
			if failure = s.probe(); failure == nil {
				break
			}
		}
		if failure != nil && s.breaker.closed() && s.cache.ctx.Err() == nil {
			s.cache.count(RedisError, 1, 0)
			s.breaker.fail(failure)
		}
		for waiting := true; waiting; waiting = !s.breaker.closed() {
			select {
			case <-s.cache.ctx.Done():
				return
			case <-tick.C:
			}
		}
	}
}

// probe asks Redis for any reply. In a Cluster it also looks for the masters: a failed command
// does not tell go-redis that a replica has taken over.
func (s *redisStore) probe() error {
	ctx, cancel := s.commandContext()
	defer cancel()
	if cluster, ok := s.client.(*redis.ClusterClient); ok {
		cluster.ReloadState(ctx)
	}
	return s.client.Ping(ctx).Err()
}

// close releases all leases, so that no replica waits for this one, and disconnects.
func (s *redisStore) close() {
	for l := range s.leases.Range {
		s.release(l.(*lease))
	}
	_ = s.client.Close() // No write is pending.
	s.running.Wait()
}

func (s scopeID) redisKey(kind string, hash []byte) string {
	return string(s.appendRedisKey(make([]byte, 0, maxRedisKey), kind, hash))
}

// maxRedisKey is the length of the longest key.
const maxRedisKey = 96

func (s scopeID) appendRedisKey(b []byte, kind string, hash []byte) []byte {
	b = base64.RawURLEncoding.AppendEncode(append(b, prefix+"{"...), s[:])
	b = append(append(b, "}:"...), kind...)
	if hash != nil {
		b = base64.RawURLEncoding.AppendEncode(append(b, ':'), hash)
	}
	return b
}

func (k Key) redisKey(kind string) string { return k.scope.redisKey(kind, k.hash[:]) }

// run sends a pipeline, as a transaction if atomic. It returns false if the pipeline was not
// sent or Redis did not respond.
func (s *redisStore) run(atomic bool, fill func(ctx context.Context, p redis.Pipeliner)) bool {
	if !s.breaker.closed() {
		return false
	}
	ctx, cancel := s.commandContext()
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
	failures := make([]error, 0, 1)
	for _, command := range commands {
		if isFailure(command.Err()) {
			failures = append(failures, command.Err())
		}
	}
	if len(failures) == 0 && isFailure(err) {
		failures = append(failures, err)
	}
	if len(failures) == 0 {
		return true
	}
	s.cache.count(RedisError, len(failures), 0)
	if i := slices.IndexFunc(failures, isOutage); i >= 0 {
		s.breaker.fail(failures[i])
		return false
	}
	s.rejections.log(s.cache, failures[0])
	return true
}

// isFailure reports whether a command failed unexpectedly. A missing key is no failure, and
// the caller handles a value of another type. A wrapped redis.Nil is one: Sentinels that do
// not know the master answer with it.
func isFailure(err error) bool {
	return err != nil && err != redis.Nil && !isReply(err, "WRONGTYPE")
}

// isOutage reports whether the next command will fail, too. A Redis that is full, a replica,
// or another node of a Cluster rejects some commands and executes others.
func isOutage(err error) bool {
	return isFailure(err) && !isReply(err, "OOM", "READONLY", "MOVED", "ASK", "EXECABORT", "CROSSSLOT", "NOREPLICAS", "NOPERM", "ERR")
}

// isReply reports whether Redis replied with an error that begins with one of these words.
func isReply(err error, words ...string) bool {
	var reply redis.Error
	if !errors.As(err, &reply) {
		return false
	}
	word, _, _ := strings.Cut(reply.Error(), " ")
	return slices.Contains(words, word)
}
