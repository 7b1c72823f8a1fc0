package pagecache

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// chargeScript adds to a caller's debt, in microseconds, unless it would exceed the limit.
// Redis' clock counts, so that the clocks of replicas may differ. It returns whether the
// charge was allowed, and the debt.
const chargeScript = `
local t = redis.call('time')
local now = t[1] * 1000000 + t[2]
local paid = tonumber(redis.call('get', KEYS[1]) or '0')
local debt = math.max(0, paid - now)
local charge, limit = tonumber(ARGV[1]), tonumber(ARGV[2])
if charge > 0 and debt + charge > limit then return {0, debt} end
debt = math.min(math.max(0, debt + charge), limit)
redis.call('set', KEYS[1], string.format('%.0f', now + debt), 'px', math.max(1, math.ceil(debt / 1000)))
return {1, debt}`

// Charge adds to the debt of a caller, which all replicas share, unless it would exceed
// limit; a negative charge is always added. It returns the debt, without the charge if
// that is not allowed. ok is false without Redis, and while it is not available.
//
// Redis gets a keyed hash of the caller. It needs the commands eval and time for this.
func (c *Cache) Charge(_ context.Context, caller string, charge, limit time.Duration) (debt time.Duration, allowed, ok bool) {
	if c.redis == nil {
		return 0, false, false
	}
	sum := c.keys.scope.Sum("rate", caller)
	var cmd *redis.Cmd
	sent := c.redis.run(false, func(ctx context.Context, p redis.Pipeliner) {
		cmd = p.Eval(ctx, chargeScript, []string{scopeID(sum[:16]).redisKey("r", nil)}, charge.Microseconds(), limit.Microseconds())
	})
	if !sent {
		return 0, false, false
	}
	reply, err := cmd.Int64Slice()
	if err != nil || len(reply) != 2 || reply[1] < 0 || reply[1] > limit.Microseconds() {
		return 0, false, false
	}
	return time.Duration(reply[1]) * time.Microsecond, reply[0] == 1, true
}
