package pagecache

// EventKind is the kind of an event: a label value of metrics.
type EventKind string

// The kinds of events.
const (
	HitMemory     EventKind = "hit_memory"     // fresh, from memory
	HitRedis      EventKind = "hit_redis"      // from Redis
	HitStale      EventKind = "stale"          // stale, from memory; it is revalidated
	Miss          EventKind = "miss"           // the vendor is called
	Coalesced     EventKind = "coalesced"      // joined a lookup in flight
	Refreshed     EventKind = "refreshed"      // revalidated in the background
	RefreshFailed EventKind = "refresh_failed" // revalidation failed; the next one waits
	LeaseWait     EventKind = "lease_wait"     // another replica is fetching the key
	RedisError    EventKind = "redis_error"    // a command failed; it counts as a miss
	RedisDown     EventKind = "redis_down"     // the circuit breaker for Redis opened
	RedisUp       EventKind = "redis_up"       // the circuit breaker for Redis closed
	Subscribed    EventKind = "subscribed"     // receives other replicas' invalidations
	SealInvalid   EventKind = "auth_failed"    // a sealed value or message did not open; the value was deleted
	Rejected      EventKind = "rejected"       // a value of another format, type or size; it was deleted
	WrongEpoch    EventKind = "outdated"       // a value of an earlier epoch; it was deleted
	Evicted       EventKind = "evicted"        // evicted from memory, which was full
	Dropped       EventKind = "dropped"        // a whole scope was invalidated
	Invalidated   EventKind = "forgotten"      // an entry in memory was invalidated by its tags
	SnapshotRead  EventKind = "snapshot_read"  // all of a snapshot was read from Redis
	SnapshotKept  EventKind = "snapshot_kept"  // a snapshot was stored in Redis
	SnapshotLost  EventKind = "snapshot_lost"  // a snapshot in Redis could not be used, or not be stored
	MemoryCleared EventKind = "memory_cleared" // all of memory was invalidated
)

// EventKinds are all kinds of events.
var EventKinds = []EventKind{
	HitMemory, HitRedis, HitStale, Miss, Coalesced, Refreshed, RefreshFailed, LeaseWait, RedisError, RedisDown, RedisUp, Subscribed,
	SealInvalid, Rejected, WrongEpoch, Evicted, Dropped, Invalidated, SnapshotRead, SnapshotKept, SnapshotLost, MemoryCleared,
}

// Event counts N keys (or commands, or scopes) and, for hits and evictions, the bytes of
// their bodies.
type Event struct {
	Kind  EventKind
	N     int
	Bytes int
}
