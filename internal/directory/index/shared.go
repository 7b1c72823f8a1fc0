package index

import (
	"context"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/providers"
)

// shared is where replicas share the index of a provider. A nil shared has none.
type shared struct {
	snapshots providers.Snapshots
	name      string

	mu sync.Mutex
	// found is what exists returned, which it does not look up again before lookAt.
	found  bool
	lookAt time.Time
}

const (
	// minPoll and maxPoll bound the pause between two looks for the index that another replica
	// builds.
	minPoll = 20 * time.Millisecond
	maxPoll = 500 * time.Millisecond
	// minKeepPause and maxKeepPause bound the pause between two attempts to share an index, half
	// a minute together: a Redis that was restarted or has failed over takes it then.
	minKeepPause = time.Second
	maxKeepPause = 16 * time.Second
	// existsFor is how long the result of exists is kept.
	existsFor = time.Second
	// connectTime is how long a server that starts waits for Redis before it builds an index
	// that no query has requested.
	connectTime = 5 * time.Second
)

func newShared(s providers.Snapshots, settings string) *shared {
	if s == nil {
		return nil
	}
	return &shared{snapshots: s, name: "index " + format + " " + settings}
}

// exists reports whether a fresh index is shared, as it was within the last second.
func (s *shared) exists(now time.Time) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !now.Before(s.lookAt) {
		latest, ok := s.snapshots.Latest(s.name)
		s.found, s.lookAt = ok && isFresh(latest, now), now.Add(existsFor)
	}
	return s.found
}

// awaitConnection waits until an index can be shared, for at most connectTime: when a server
// starts, it may not be connected yet, and would read what another replica shares. Redis must
// reply twice: an attempt that began before the connection was there may still fail after the
// first reply.
func (s *shared) awaitConnection(ctx context.Context) {
	if s == nil {
		return
	}
	replies := 0
	for waited := time.Duration(0); waited < connectTime; waited += maxPoll {
		lease, taken := s.snapshots.Acquire(s.name)
		if lease != nil {
			lease.Release()
		}
		if lease != nil || taken {
			replies++
		}
		if replies == 2 || wait(ctx, maxPoll) != nil {
			return
		}
	}
}

func isFresh(s providers.Snapshot, now time.Time) bool {
	return now.Before(s.Created.Add(s.FreshFor))
}

// await returns the index that another replica shares, or the lease to read the list. While
// another replica has the lease, it waits. It returns neither if that cannot be known.
func (s *shared) await(ctx context.Context, from source, b, current *build) (*build, providers.SnapshotLease, error) {
	for pause := minPoll; ; pause = min(2*pause, maxPoll) {
		if loaded := s.load(from, b, current); loaded != nil {
			return loaded, nil, nil
		}
		lease, taken := s.snapshots.Acquire(s.name)
		if lease != nil {
			// Another replica may have released it since.
			if loaded := s.load(from, b, current); loaded != nil {
				lease.Release()
				return loaded, nil, nil
			}
			return nil, lease, nil
		}
		if !taken {
			return nil, nil, nil
		}
		b.wait()
		if err := wait(ctx, pause); err != nil {
			return nil, nil, err
		}
	}
}

// load returns the index that is shared, if it is fresh and newer than the current one.
func (s *shared) load(from source, b, current *build) *build {
	latest, ok := s.snapshots.Latest(s.name)
	if !ok || !isFresh(latest, from.now()) || current != nil && !latest.Created.After(current.started) {
		return nil
	}
	loaded := from.newBuild()
	loaded.started, loaded.version = latest.Created, b.version
	if err := loaded.read(s.snapshots.Open(latest), from.provider); err != nil {
		// Another replica may have replaced it meanwhile.
		if again, ok := s.snapshots.Latest(s.name); ok && again.ID == latest.ID {
			s.snapshots.Reject(latest)
		}
		return nil
	}
	return loaded
}

// keep shares an index, unless another replica has shared a later one: that has read while the
// lease of this one had lapsed. Where Redis does not take it, keep tries again, until ctx ends
// at most.
func (s *shared) keep(ctx context.Context, lease providers.SnapshotLease, b *build, freshUntil time.Time, stale time.Duration) {
	snapshot := providers.Snapshot{Created: b.started, FreshFor: freshUntil.Sub(b.started), StaleFor: stale}
	for pause := minKeepPause; ; pause *= 2 {
		latest, ok := s.snapshots.Latest(s.name)
		if ok && latest.Created.After(b.started) || lease.Keep(snapshot, b.write) || pause > maxKeepPause || wait(ctx, pause) != nil {
			return
		}
	}
}
