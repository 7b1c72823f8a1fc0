package pagecache

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/accountgraph/accountgraph/internal/pagecache/envelope"
)

// stored is a value from Redis; the zero value is that of a key without one.
type stored struct {
	envelope.Header
	body []byte
	ok   bool
}

func (v *stored) freshUntil() time.Time { return v.Created.Add(v.FreshFor) }
func (v *stored) gone() time.Time       { return v.freshUntil().Add(v.StaleFor) }

// fetch reads the values of calls and the epoch of the scope. It passes them to accept in
// chunks, each in its own goroutine while the next chunk is read, and returns when all have
// returned. usable reports that Redis responded; otherwise some chunks are left out.
func (s *redisStore) fetch(scope *Scope, calls []*call, accept func(chunk []*call, found []stored)) (epoch uint64, usable bool) {
	if !s.readable(scope.id) {
		return 0, false
	}
	var wg sync.WaitGroup
	defer wg.Wait()
	for from := 0; from < len(calls); from += maxPipeline {
		chunk := calls[from:min(from+maxPipeline, len(calls))]
		r := &read{scope: scope.id, calls: chunk}
		if !s.reads.do(s, r) {
			return 0, false
		}
		current, ok := parseEpoch(r.epoch)
		if r.epoch.Err() == redis.Nil {
			current, ok = s.beginEpoch(scope.id)
		}
		if !ok {
			return 0, false
		}
		epoch = current
		decode := func() { accept(chunk, s.openAll(scope, chunk, r.values, current)) }
		if from+maxPipeline >= len(calls) {
			decode()
			break
		}
		wg.Go(decode)
	}
	return epoch, true
}

const (
	// shortValue is what is read of each value at first: a pipeline of maxPipeline longer ones would
	// exceed maxReplySize.
	shortValue = 64 << 10
	// maxLongValues bounds the longer values of a pipeline.
	maxLongValues = maxReplySize / (maxReplyString + replyElementSize)
)

// readValues adds commands that read the first shortValue bytes of the values of calls. Their arguments are allocated together.
func readValues(ctx context.Context, p redis.Pipeliner, calls []*call) []*redis.StringCmd {
	commands := make([]*redis.StringCmd, len(calls))
	names := make([]byte, 0, len(calls)*maxRedisKey)
	ends := make([]int, len(calls))
	for i, call := range calls {
		key := call.Key().key
		names = key.scope.appendRedisKey(names, "p", key.hash[:])
		ends[i] = len(names)
	}
	all, from := string(names), 0
	keys, arguments := make([]string, len(calls)), make([]any, 0, 4*len(calls))
	for i, end := range ends {
		keys[i], from = all[from:end], end
		arguments = append(arguments, "getrange", &keys[i], 0, shortValue-1)
		commands[i] = redis.NewStringCmd(ctx, arguments[4*i:4*i+4:4*i+4]...)
		_ = p.Process(ctx, commands[i]) // A pipeline only keeps it.
	}
	return commands
}

// readLong reads the values again of which readValues may have read a part only.
func (s *redisStore) readLong(calls []*call, values []*redis.StringCmd) {
	var long []int
	for i, value := range values {
		if len(value.Val()) == shortValue {
			long = append(long, i)
		}
	}
	for chunk := range slices.Chunk(long, maxLongValues) {
		s.run(false, func(ctx context.Context, p redis.Pipeliner) {
			for _, i := range chunk {
				// At most one byte more than the largest envelope has.
				values[i] = p.GetRange(ctx, calls[i].Key().key.redisKey("p"), 0, envelope.MaxSealed)
			}
		})
	}
}

// openAll returns the valid values of calls, and deletes invalid ones from Redis. Of long values,
// it reads the rest.
func (s *redisStore) openAll(scope *Scope, calls []*call, values []*redis.StringCmd, epoch uint64) []stored {
	s.readLong(calls, values)
	found := make([]stored, len(calls))
	now, seal := s.cache.now(), scope.seal()
	var invalid []Key
	for i, call := range calls {
		key := call.Key().key
		sealed, err := values[i].Bytes()
		if err != nil && !isReply(err, "WRONGTYPE") || err == nil && len(sealed) == 0 {
			continue
		}
		kind := Rejected
		if err == nil {
			v := &found[i]
			v.Header, v.body, err = s.codec.Open(seal, key.location(), now, sealed)
			if err == nil && v.Epoch == epoch {
				v.ok = true
				continue
			}
			*v = stored{}
			switch {
			case err == nil:
				kind = WrongEpoch
			case errors.Is(err, envelope.ErrSealed):
				kind = SealInvalid
			}
		}
		s.cache.count(kind, 1, 0)
		invalid = append(invalid, key)
	}
	s.remove(invalid)
	return found
}
