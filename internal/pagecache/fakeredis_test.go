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

// fakeRedis speaks as much of Redis' protocol as a cache does, over pipes, so
// that it can live where the clock is the test's, and can misbehave.
type fakeRedis struct {
	mu   sync.Mutex
	held map[string]string
	ends map[string]time.Time // of the keys that run out
	sets map[string][]string
	// answer may replace what is answered to a GETRANGE.
	answer func(key, value string) string
	silent bool // takes connections and says nothing
	// before is called before each command, and may send others.
	before func(command string)
	// refused is a command that is answered with an error.
	refused string
}

func (f *fakeRedis) config(c *pagecache.Config) {
	c.Redis, c.Key = providers.NewSecret("redis://fake:1"), providers.NewSecret(testKey)
	c.Dial = func(context.Context, string, string) (net.Conn, error) {
		near, far := net.Pipe()
		go f.serve(far)
		return near, nil
	}
}

func (f *fakeRedis) hush(silent bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.silent = silent
}

// refuse has a command answered with an error.
func (f *fakeRedis) refuse(command string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.refused = command
}

// values holds the sealed values by their keys.
func (f *fakeRedis) values() map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := map[string]string{}
	for key, value := range f.held {
		if strings.Contains(key, "}:p:") {
			all[key] = value
		}
	}
	return all
}

func (f *fakeRedis) serve(c net.Conn) {
	defer c.Close()
	in := bufio.NewReader(c)
	// A pipe has no room of its own, and a pipeline is written before it is read.
	out := make(chan string, 1<<12)
	defer close(out)
	go func() {
		for reply := range out {
			_, _ = io.WriteString(c, reply) // Who has gone needs no reply.
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
	if f.held == nil {
		f.held, f.ends, f.sets = map[string]string{}, map[string]time.Time{}, map[string][]string{}
	}
	if end, runsOut := f.ends[key]; runsOut && !time.Now().Before(end) {
		delete(f.held, key)
		delete(f.ends, key)
	}
	value, ok := f.held[key]
	if f.refused == strings.ToUpper(command[0]) {
		return "-ERR refused\r\n"
	}
	switch strings.ToUpper(command[0]) {
	case "SET":
		if ok && strings.EqualFold(command[len(command)-1], "NX") {
			return "$-1\r\n"
		}
		f.held[key] = command[2]
		f.endsIn(key, command[3:])
		return "+OK\r\n"
	case "GET":
		if !ok {
			return "$-1\r\n"
		}
		return bulk(value)
	case "GETRANGE":
		if f.answer != nil {
			value = f.answer(key, value)
		}
		return bulk(value)
	case "UNLINK":
		delete(f.held, key)
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
		return "*3\r\n" + bulk("subscribe") + bulk(key) + ":1\r\n"
	case "PING":
		return "+PONG\r\n"
	case "PEXPIRE":
		if !ok {
			return ":0\r\n"
		}
		f.endsIn(key, []string{"px", command[2]})
		return ":1\r\n"
	case "SADD":
		f.sets[key] = append(f.sets[key], command[2:]...)
		return ":1\r\n"
	case "PUBLISH":
		return ":1\r\n"
	}
	return "-ERR unknown command\r\n"
}

// endsIn has a key run out, as the options of SET say.
func (f *fakeRedis) endsIn(key string, options []string) {
	delete(f.ends, key)
	for i, option := range options {
		unit := map[string]time.Duration{"ex": time.Second, "px": time.Millisecond}[strings.ToLower(option)]
		if unit > 0 {
			n, _ := strconv.Atoi(options[i+1]) // The client writes numbers.
			f.ends[key] = time.Now().Add(time.Duration(n) * unit)
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
