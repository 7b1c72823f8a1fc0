package pagecache_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// fakeRedis implements the commands that the cache uses, over pipes: it works in a synctest
// bubble, and can fail on demand.
type fakeRedis struct {
	mu      sync.Mutex
	data    map[string]string
	expires map[string]time.Time
	sets    map[string][]string
	// getRange may replace the reply to a GETRANGE.
	getRange func(key, value string) string
	silent   bool // accepts connections and does not reply
	// before is called before each command, and may send others.
	before func(command string)
	// refused is a command that fails.
	refused string
	// hostile replaces the reply to every command, unless it is "".
	hostile string
	// subscribed replaces the reply to SUBSCRIBE, unless it is "".
	subscribed string
}

// faked returns a configuration for f, and its events.
func faked(f *fakeRedis, change ...func(*pagecache.Config)) (pagecache.Config, *tally) {
	events, config := &tally{}, minute()
	config.Observe = events.observe
	f.config(&config)
	for _, c := range change {
		c(&config)
	}
	return config, events
}

// config lets c connect to f.
func (f *fakeRedis) config(c *pagecache.Config) {
	c.Redis, c.Key = providers.NewSecret("redis://fake:1"), providers.NewSecret(testKey)
	c.Dial = func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go f.serve(far)
		return near, nil
	}
}

func (f *fakeRedis) setSilent(silent bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.silent = silent
}

// refuse lets a command fail.
func (f *fakeRedis) refuse(command string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refused = command
}

// values returns the sealed values by key.
func (f *fakeRedis) values() map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := map[string]string{}
	for key, value := range f.data {
		if strings.Contains(key, "}:p:") {
			all[key] = value
		}
	}
	return all
}

func (f *fakeRedis) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	// A pipe has no buffer, and a pipeline is written before its replies are read.
	out := make(chan string, 1<<12)
	defer close(out)
	go func() {
		for reply := range out {
			_, _ = io.WriteString(c, reply) // The client may have disconnected.
		}
	}()
	var queued []string // replies of a transaction
	inside := false
	for {
		command, err := readCommand(in)
		if err != nil {
			return
		}
		f.mu.Lock()
		before := f.before
		f.mu.Unlock()
		if before != nil {
			before(command[0])
		}
		f.mu.Lock()
		reply, silent := f.reply(command), f.silent
		f.mu.Unlock()
		if f.hostile != "" {
			out <- f.hostile
			continue
		}
		if silent {
			_, _ = io.Copy(io.Discard, in)
			return
		}
		switch name := strings.ToUpper(command[0]); {
		case name == "MULTI":
			inside, queued, reply = true, nil, "+OK\r\n"
		case name == "EXEC":
			inside, reply = false, fmt.Sprintf("*%d\r\n%s", len(queued), strings.Join(queued, ""))
		case inside:
			queued, reply = append(queued, reply), "+QUEUED\r\n"
		}
		out <- reply
	}
}

func (f *fakeRedis) reply(command []string) string {
	key := ""
	if len(command) > 1 {
		key = command[1]
	}
	if f.data == nil {
		f.data, f.expires, f.sets = map[string]string{}, map[string]time.Time{}, map[string][]string{}
	}
	if at, ok := f.expires[key]; ok && !time.Now().Before(at) {
		delete(f.data, key)
		delete(f.expires, key)
	}
	value, ok := f.data[key]
	if f.refused == strings.ToUpper(command[0]) {
		return "-ERR refused\r\n"
	}
	switch strings.ToUpper(command[0]) {
	case "SET":
		if ok && strings.EqualFold(command[len(command)-1], "NX") {
			return "$-1\r\n"
		}
		f.data[key] = command[2]
		f.expire(key, command[3:])
		return "+OK\r\n"
	case "GET":
		if !ok {
			return "$-1\r\n"
		}
		return bulk(value)
	case "GETRANGE":
		if f.getRange != nil {
			value = f.getRange(key, value)
		}
		return bulk(value)
	case "UNLINK":
		delete(f.data, key)
		return ":1\r\n"
	case "EXISTS":
		if ok {
			return ":1\r\n"
		}
		return ":0\r\n"
	case "SMEMBERS":
		var members strings.Builder
		for _, m := range f.sets[key] {
			members.WriteString(bulk(m))
		}
		return fmt.Sprintf("*%d\r\n%s", len(f.sets[key]), members.String())
	case "SUBSCRIBE":
		if f.subscribed != "" {
			return f.subscribed
		}
		return "*3\r\n" + bulk("subscribe") + bulk(key) + ":1\r\n"
	case "PING":
		return "+PONG\r\n"
	case "PEXPIRE":
		if !ok {
			return ":0\r\n"
		}
		f.expire(key, []string{"px", command[2]})
		return ":1\r\n"
	case "SADD":
		f.sets[key] = append(f.sets[key], command[2:]...)
		return ":1\r\n"
	case "PUBLISH":
		return ":1\r\n"
	}
	return "-ERR unknown command\r\n"
}

// expire sets the expiry of a key from the options of SET.
func (f *fakeRedis) expire(key string, options []string) {
	delete(f.expires, key)
	for i, option := range options {
		unit := map[string]time.Duration{"ex": time.Second, "px": time.Millisecond}[strings.ToLower(option)]
		if unit > 0 {
			n, _ := strconv.Atoi(options[i+1]) // The client writes numbers.
			f.expires[key] = time.Now().Add(time.Duration(n) * unit)
		}
	}
}

func bulk(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

func readCommand(in *bufio.Reader) ([]string, error) {
	n, err := readNumber(in, '*')
	command := make([]string, 0, n)
	for range n {
		size, err := readNumber(in, '$')
		if err != nil {
			return nil, err
		}
		word := make([]byte, size+2)
		if _, err := io.ReadFull(in, word); err != nil {
			return nil, err
		}
		command = append(command, string(word[:size]))
	}
	if err == nil && n == 0 {
		err = io.ErrUnexpectedEOF
	}
	return command, err
}

func readNumber(in *bufio.Reader, mark byte) (int, error) {
	line, err := in.ReadString('\n')
	if err != nil || line[0] != mark {
		return 0, io.ErrUnexpectedEOF
	}
	return strconv.Atoi(strings.TrimSpace(line[1:]))
}
