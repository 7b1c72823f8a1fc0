package simulation_test

import (
	"time"

	"github.com/accountgraph/accountgraph/internal/redistest"
)

// redisModes are the conditions of Redis. "healthy" is the only one without faults.
var redisModes = []string{
	"healthy", "healthy", "slow", "silent", "down", "full", "read-only", "loading", "evicting", "flushed", "garbled", "crossed", "lossy",
}

// writing are the commands that a full or read-only Redis rejects.
var writing = map[string]bool{"SET": true, "SADD": true, "UNLINK": true, "PEXPIRE": true}

// runRedis changes the conditions of Redis until the plan ends; it has no faults then.
func (p *plan) runRedis(f *redistest.Fake) {
	for _, one := range p.redis {
		f.SetDown(one.mode == "down")
		f.SetSilent(one.mode == "silent")
		<-time.After(min(one.until, p.length) - time.Since(p.began))
	}
	f.SetDown(false)
	f.SetSilent(false)
}

// redisReply returns how Redis responds to a command, see redistest.Fake.
func (p *plan) redisReply(f *redistest.Fake) func(command []string) string {
	return func(command []string) string {
		draw := func() float64 { return p.draw("redis") }
		mode := p.during(p.redis)
		latency := time.Duration(draw() * float64(time.Millisecond))
		if mode == "slow" {
			latency *= 60
		}
		<-time.After(latency)
		name := command[0]
		switch {
		case mode == "full" && (name == "SET" || name == "SADD"):
			return "-OOM command not allowed when used memory > 'maxmemory'.\r\n"
		case mode == "read-only" && writing[name]:
			return "-READONLY You can't write against a read only replica.\r\n"
		case mode == "loading":
			return "-LOADING Redis is loading the dataset in memory\r\n"
		case mode == "evicting" && name == "GETRANGE":
			f.Remove(func(string) bool { return draw() < 0.2 })
		case mode == "flushed" && draw() < 0.05:
			f.Remove(func(string) bool { return true })
		case mode == "garbled" && name == "GETRANGE":
			return garble(f.Texts(command[1])[command[1]], draw())
		case mode == "crossed" && name == "GETRANGE":
			for _, value := range f.Texts("}:p:") { // in random order
				return redistest.Bulk(value)
			}
		case mode == "lossy" && draw() < 0.05:
			return []string{redistest.Disconnect, redistest.Lose}[int(2*draw())]
		}
		return ""
	}
}

// garble changes one byte of a value, or truncates it.
func garble(value string, draw float64) string {
	at := int(draw * float64(len(value)))
	if at == 0 || draw < 0.3 {
		return redistest.Bulk(value[:at])
	}
	return redistest.Bulk(value[:at] + string([]byte{value[at] ^ 1}) + value[at+1:])
}
