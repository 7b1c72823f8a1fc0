package pagecache

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/accountgraph/accountgraph/internal/network"
)

// replyReasons are the reasons for the first words of error replies.
var replyReasons = []struct{ word, reason string }{
	{"WRONGPASS", "wrong user or password"},
	{"NOAUTH", "password missing"},
	{"NOPERM", "the user lacks a permission"},
	{"LOADING", "Redis is loading its data"},
	{"MASTERDOWN", "the master is down"},
	{"CLUSTERDOWN", "the cluster is down"},
	{"OOM", "Redis is full"},
	{"READONLY", "Redis is a read-only replica"},
	{"NOREPLICAS", "Redis has too few replicas to accept writes"},
	{"MISCONF", "Redis cannot write to its disk"},
	{"MAXCLIENTS", "Redis has too many clients"},
	{"EXECABORT", "Redis rejects a command of a transaction"},
	{"ERR", "Redis rejects the command, the password or the database"},
}

// errorReasons are the reasons for parts of error replies that begin with ERR.
var errorReasons = []struct{ part, reason string }{
	{"DB index", "the database does not exist"},
	{"cluster support disabled", "Redis is no cluster"},
	{"unknown command", "Redis does not know a command; of a Sentinel, the URL needs the master"},
}

// reason describes why a command failed, for operators. It holds no byte of Redis or of the
// network, which may quote addresses, keys and passwords.
func reason(err error) string {
	switch text := network.Reason(err); {
	case err == redis.Nil: //nolint:errorlint // of Sentinels it is wrapped
		return "a reply is empty; the server may not be Redis"
	case errors.Is(err, redis.Nil):
		return "no Sentinel knows this master"
	case errors.Is(err, errReplyBounds):
		return "a reply exceeds the limits or is not RESP2"
	case text != "":
		return text
	}
	if isReply(err, "ERR") {
		for _, r := range errorReasons {
			if strings.Contains(err.Error(), r.part) {
				return r.reason
			}
		}
	}
	for _, r := range replyReasons {
		if isReply(err, r.word) {
			return r.reason
		}
	}
	return "the connection failed"
}

// RedisTarget describes where Redis is, without a credential: its hosts and, with Sentinels, the
// name of the master. It is "" without Redis.
func RedisTarget(c Config) string {
	if c.Redis.Empty() {
		return ""
	}
	options, err := parseURL(c.Redis.Reveal())
	if err != nil {
		return ""
	}
	hosts := strings.Join(options.Addrs, ",")
	if options.MasterName == "" {
		return hosts
	}
	return fmt.Sprintf("%s, master %q", hosts, options.MasterName)
}

// checkKey is a key that does not exist, which CheckRedis reads.
const checkKey = "accountgraph:v1:check"

// CheckRedis reports whether Redis answers and lets its user read the keys of the cache. Its
// error describes why not, without a byte of Redis, of the network or of the URL. It returns
// nil without Redis.
func CheckRedis(ctx context.Context, c Config) error {
	if c.Redis.Empty() {
		return nil
	}
	c.Timeout = maxTimeout
	client, err := c.connect()
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, c.Timeout)
	defer cancel()
	if err := client.Ping(ctx).Err(); err != nil {
		return errors.New(reason(err))
	}
	if err := client.Get(ctx, checkKey).Err(); err != nil && !errors.Is(err, redis.Nil) {
		return errors.New(reason(err))
	}
	return nil
}
