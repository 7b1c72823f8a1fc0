package pagecache

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/accountgraph/accountgraph/internal/pagecache/envelope"
	"github.com/accountgraph/accountgraph/providers"
)

// snapshotChunk is the size of a chunk of a snapshot before it is compressed and sealed. A
// command that stores or reads one takes a small part of the timeout.
const snapshotChunk = 256 << 10

// maxSnapshotChunks bounds the chunks of a snapshot: 4 GiB.
const maxSnapshotChunks = 1 << 14

// snapshotAttempts is the number of attempts to store or read a chunk.
const snapshotAttempts = 3

var errSnapshot = errors.New("pagecache: a snapshot cannot be read")

// snapshots implements providers.Snapshots in Redis. A snapshot is a description, stored last,
// and chunks, whose keys contain its random id.
type snapshots struct{ scope *Scope }

// Snapshots is where all replicas that share a Redis keep snapshots of the scope; nil without
// Redis. Each invalidation of the scope, or of objects in it, ends those that exist and those
// that are being made.
func (s *Scope) Snapshots() providers.Snapshots {
	if s.cache.redis == nil {
		return nil
	}
	return snapshots{s}
}

// description is what is stored of a snapshot beside the header of its envelope.
type description struct {
	ID     string `json:"id"`
	Chunks int    `json:"chunks"`
}

func (s snapshots) key(name string) Key { return s.scope.key("snapshot", name) }

func (s snapshots) chunkKey(name, id string, n int) Key {
	return s.scope.key("snapshot chunk", name, id, strconv.Itoa(n))
}

// Latest implements providers.Snapshots.
func (s snapshots) Latest(name string) (found providers.Snapshot, ok bool) {
	if !s.store().readable(s.scope.id) {
		return found, false
	}
	var value *redis.StringCmd
	epoch, ok := s.epoch(func(ctx context.Context, p redis.Pipeliner) {
		value = getSnapshot(ctx, p, s.key(name))
	})
	if !ok {
		return found, false
	}
	found, h, ok := s.describe(name, value)
	switch {
	case !ok:
		return found, false
	case h.Epoch != epoch:
		s.store().cache.count(WrongEpoch, 1, 0)
		s.Reject(found)
		return found, false
	}
	return found, s.store().cache.now().Before(found.Created.Add(found.FreshFor + found.StaleFor))
}

// Open implements providers.Snapshots.
func (s snapshots) Open(found providers.Snapshot) io.Reader {
	return &snapshotReader{snapshots: s, snapshot: found}
}

// Reject implements providers.Snapshots.
func (s snapshots) Reject(found providers.Snapshot) {
	s.store().cache.count(SnapshotLost, 1, 0)
	s.remove([]Key{s.key(found.Name)})
}

// Acquire implements providers.Snapshots.
func (s snapshots) Acquire(name string) (l providers.SnapshotLease, taken bool) {
	store := s.store()
	if !store.readable(s.scope.id) {
		return nil, false
	}
	key := s.key(name)
	held := &lease{deadline: store.leaseDeadline(), held: map[Key]bool{key: true}}
	var set *redis.BoolCmd
	var previous *redis.StringCmd
	epoch, ok := s.epoch(func(ctx context.Context, p redis.Pipeliner) {
		set = p.SetNX(ctx, key.redisKey("l"), 1, leaseLife)
		previous = getSnapshot(ctx, p, key)
	})
	switch {
	case set == nil || set.Err() != nil:
		return nil, false
	case !set.Val():
		return nil, true
	}
	held.epoch = epoch
	store.leases.Store(held, nil)
	// Redis may have become unavailable for the commands that follow.
	if !ok || !store.readable(s.scope.id) {
		store.release(held)
		return nil, false
	}
	made := &snapshotLease{snapshots: s, name: name, lease: held}
	if found, _, ok := s.describe(name, previous); ok {
		made.previous = &found
	}
	return made, false
}

func (s snapshots) store() *redisStore { return s.scope.cache.redis }

// epoch sends commands, and returns the epoch of snapshots at that time. ok is false if Redis
// did not respond.
func (s snapshots) epoch(fill func(ctx context.Context, p redis.Pipeliner)) (epoch uint64, ok bool) {
	var scope, objects *redis.StringCmd
	if !s.store().run(false, func(ctx context.Context, p redis.Pipeliner) {
		scope = s.store().readEpoch(ctx, p, s.scope.id)
		objects = s.store().readEpochAt(ctx, p, s.scope.id.redisKey("x", nil))
		fill(ctx, p)
	}) {
		return 0, false
	}
	a, ok := parseEpoch(scope)
	b, both := parseEpoch(objects)
	return a ^ b, ok && both
}

// retry sends commands, and again if Redis does not reply in time: a snapshot takes many
// commands, and one that is late should not cost a reading of the vendor's list.
func (s snapshots) retry(fill func(ctx context.Context, p redis.Pipeliner)) bool {
	for range snapshotAttempts - 1 {
		if s.store().run(false, fill) {
			return true
		}
		// The circuit breaker is closed again, unless Redis is down.
		pause := time.NewTimer(probeInterval + probeInterval/4)
		select {
		case <-pause.C:
		case <-s.store().cache.ctx.Done():
			pause.Stop()
			return false
		}
	}
	return s.store().run(false, fill)
}

// getSnapshot reads a description or a chunk.
func getSnapshot(ctx context.Context, p redis.Pipeliner, key Key) *redis.StringCmd {
	return p.GetRange(ctx, key.redisKey("s"), 0, envelope.MaxSealed)
}

// open opens a description or a chunk. It deletes and counts one that is not valid; a missing
// one is neither.
func (s snapshots) open(key Key, value *redis.StringCmd) (h envelope.Header, body []byte, ok bool) {
	sealed, err := value.Bytes()
	if err != nil && !isReply(err, "WRONGTYPE") || err == nil && len(sealed) == 0 {
		return h, nil, false
	}
	if err == nil {
		h, body, err = s.store().codec.Open(s.scope.seal(), key.location(), s.store().cache.now(), sealed)
	}
	if err == nil {
		return h, body, true
	}
	kind := Rejected
	if errors.Is(err, envelope.ErrSealed) {
		kind = SealInvalid
	}
	s.store().cache.count(kind, 1, 0)
	s.remove([]Key{key})
	return h, nil, false
}

func (s snapshots) describe(name string, value *redis.StringCmd) (found providers.Snapshot, h envelope.Header, ok bool) {
	h, body, ok := s.open(s.key(name), value)
	if !ok {
		return found, h, false
	}
	var d description
	if json.Unmarshal(body, &d) != nil || d.Chunks < 1 || d.Chunks > maxSnapshotChunks {
		s.store().cache.count(Rejected, 1, 0)
		s.remove([]Key{s.key(name)})
		return found, h, false
	}
	return providers.Snapshot{
		Name: name, Created: h.Created, FreshFor: h.FreshFor, StaleFor: h.StaleFor, ID: d.ID, Chunks: d.Chunks,
	}, h, true
}

func (s snapshots) remove(keys []Key) {
	for chunk := range slices.Chunk(keys, maxPipeline) {
		s.store().run(false, func(ctx context.Context, p redis.Pipeliner) {
			for _, key := range chunk {
				p.Unlink(ctx, key.redisKey("s"))
			}
		})
	}
}

// removeChunks deletes the first n chunks of a snapshot.
func (s snapshots) removeChunks(name, id string, n int) {
	keys := make([]Key, n)
	for i := range keys {
		keys[i] = s.chunkKey(name, id, i)
	}
	s.remove(keys)
}

// snapshotReader reads the chunks of a snapshot one by one.
type snapshotReader struct {
	snapshots
	snapshot providers.Snapshot
	next     int
	rest     []byte
}

// Read implements io.Reader.
func (r *snapshotReader) Read(p []byte) (int, error) {
	for len(r.rest) == 0 {
		if r.next == r.snapshot.Chunks {
			return 0, io.EOF
		}
		key := r.chunkKey(r.snapshot.Name, r.snapshot.ID, r.next)
		var value *redis.StringCmd
		if !r.retry(func(ctx context.Context, p redis.Pipeliner) { value = getSnapshot(ctx, p, key) }) {
			return 0, errSnapshot
		}
		_, body, ok := r.open(key, value)
		if !ok {
			return 0, errSnapshot
		}
		r.rest = body
		if r.next++; r.next == r.snapshot.Chunks {
			r.store().cache.count(SnapshotRead, 1, 0)
			r.scope.Keeps()
		}
	}
	n := copy(p, r.rest)
	r.rest = r.rest[n:]
	return n, nil
}

// snapshotLease implements providers.SnapshotLease.
type snapshotLease struct {
	snapshots
	name  string
	lease *lease
	// previous is the snapshot that the next one replaces; nil if there is none.
	previous *providers.Snapshot
}

// Release implements providers.SnapshotLease.
func (l *snapshotLease) Release() { l.store().release(l.lease) }

// Keep implements providers.SnapshotLease. The description is stored when all chunks are, and
// then the chunks of the previous snapshot are deleted.
func (l *snapshotLease) Keep(s providers.Snapshot, write func(io.Writer) error) (kept bool) {
	s.StaleFor = min(s.StaleFor, envelope.MaxLife-s.FreshFor)
	w := &snapshotWriter{snapshotLease: l, id: rand.Text(), header: envelope.Header{
		Created: s.Created, FreshFor: s.FreshFor, StaleFor: s.StaleFor, Epoch: l.lease.epoch,
	}}
	w.life = s.Created.Add(s.FreshFor + s.StaleFor).Sub(l.store().cache.now())
	err := write(w)
	if err == nil {
		err = w.describe()
	}
	if err != nil {
		l.store().cache.count(SnapshotLost, 1, 0)
		l.removeChunks(l.name, w.id, w.chunks)
		return false
	}
	l.store().cache.count(SnapshotKept, 1, 0)
	if l.previous != nil {
		l.removeChunks(l.name, l.previous.ID, l.previous.Chunks)
	}
	return true
}

// snapshotWriter stores the chunks of a snapshot.
type snapshotWriter struct {
	*snapshotLease
	id     string
	header envelope.Header
	life   time.Duration
	buffer bytes.Buffer
	chunks int
}

// Write implements io.Writer.
func (w *snapshotWriter) Write(p []byte) (int, error) {
	n, _ := w.buffer.Write(p) // It never fails.
	for w.buffer.Len() >= snapshotChunk {
		if err := w.put(w.buffer.Next(snapshotChunk)); err != nil {
			return n, err
		}
	}
	return n, nil
}

// put stores a chunk.
func (w *snapshotWriter) put(body []byte) error {
	if w.chunks == maxSnapshotChunks {
		return errSnapshot
	}
	w.chunks++
	return w.set(w.chunkKey(w.name, w.id, w.chunks-1), body)
}

// describe stores what is left of the last chunk, and the description.
func (w *snapshotWriter) describe() error {
	if w.buffer.Len() > 0 || w.chunks == 0 {
		if err := w.put(w.buffer.Bytes()); err != nil {
			return err
		}
	}
	body, err := json.Marshal(description{w.id, w.chunks})
	if err != nil {
		return err
	}
	return w.set(w.key(w.name), body)
}

// set seals and stores a value. It fails unless Redis has stored it.
func (w *snapshotWriter) set(key Key, body []byte) error {
	if w.life < time.Millisecond {
		return errSnapshot
	}
	sealed, err := w.store().codec.Seal(w.scope.seal(), key.location(), w.header, body)
	if err != nil {
		return err
	}
	var stored *redis.StatusCmd
	if !w.retry(func(ctx context.Context, p redis.Pipeliner) {
		stored = p.Set(ctx, key.redisKey("s"), sealed, w.life)
		for _, epoch := range []string{"e", "x"} {
			p.PExpire(ctx, w.scope.id.redisKey(epoch, nil), max(w.store().epochLife(), w.life+epochMargin))
		}
	}) || stored.Err() != nil {
		return errSnapshot
	}
	return nil
}
