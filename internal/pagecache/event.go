package pagecache

// EventKind is what happened, as a label of metrics.
type EventKind string

// The kinds of events.
const (
	HitMemory EventKind = "hit_memory" // answered from the first level
	HitRedis  EventKind = "hit_redis"  // answered from Redis
	HitStale  EventKind = "stale"      // answered with what is no longer fresh
	Miss      EventKind = "miss"       // the vendor had to be asked
	Waited    EventKind = "coalesced"  // answered by what someone else was asking for
	Refreshed EventKind = "refreshed"  // asked again behind an answer
	// RefreshFailed counts keys whose refresh failed; the next waits.
	RefreshFailed EventKind = "refresh_failed"
	LeaseWait     EventKind = "lease_wait"     // another replica was asking already
	RedisError    EventKind = "redis_error"    // a command that failed; it counted as a miss
	RedisDown     EventKind = "redis_down"     // Redis is left alone from now on
	RedisUp       EventKind = "redis_up"       // Redis is used again
	Subscribed    EventKind = "subscribed"     // other replicas are heard from now on
	AuthFailed    EventKind = "auth_failed"    // a value whose seal did not open; it was deleted
	Rejected      EventKind = "rejected"       // a value of another form, type or size; it was deleted
	Outdated      EventKind = "outdated"       // a value of an older epoch
	Evicted       EventKind = "evicted"        // left the first level for want of room
	Dropped       EventKind = "dropped"        // scopes forgotten
	Forgotten     EventKind = "forgotten"      // entries of the first level forgotten by their tags
	MemoryCleared EventKind = "memory_cleared" // the whole first level was forgotten
)

// Event tells of N keys (or commands, or scopes) and, for hits and evictions,
// how many bytes their bodies measure.
type Event struct {
	Kind  EventKind
	N     int
	Bytes int
}
