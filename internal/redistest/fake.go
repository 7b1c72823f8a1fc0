package redistest

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Fake implements the commands that the page cache uses, over pipes: it works in a synctest
// bubble, and can fail on demand. The zero value is ready. It is safe for concurrent use.
type Fake struct {
	mu      sync.Mutex
	data    map[string]string
	expires map[string]time.Time
	sets    map[string][]string
	// clients are the open connections, with the channel that each has subscribed to.
	clients   map[*fakeClient]string
	onCommand func(command []string) string
	silent    bool
	down      bool
}

// Replies of a function for OnCommand that are not sent.
const (
	// Disconnect closes the connection; the command is not executed.
	Disconnect = "disconnect"
	// Lose closes the connection after the command was executed.
	Lose = "lose"
)

// fakeClient is one connection. Its replies have a buffer: a pipe has none, and a pipeline
// is written before its replies are read.
type fakeClient struct {
	conn net.Conn
	out  chan string
	// queued are the commands of a transaction.
	inside, aborted bool
	queued          [][]string
}

// OnCommand sets a function that is called for each command, whose first word is in capitals.
// Unless it returns "", that is the reply, and the command is not executed. It may send
// other commands, and wait.
func (f *Fake) OnCommand(reply func(command []string) string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.onCommand = reply
}

// SetSilent lets the fake accept commands without a reply. Connections to which it owes one
// never get another.
func (f *Fake) SetSilent(silent bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.silent = silent
}

// SetDown closes all connections and refuses new ones.
func (f *Fake) SetDown(down bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down = down; !down {
		return
	}
	for c := range f.clients {
		_ = c.conn.Close() // A pipe does not fail.
	}
}

// Put stores a text.
func (f *Fake) Put(key, value string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.init()
	f.data[key] = value
}

// Remove removes the keys that match.
func (f *Fake) Remove(matches func(key string) bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	maps.DeleteFunc(f.data, func(key, _ string) bool { return matches(key) })
	maps.DeleteFunc(f.sets, func(key string, _ []string) bool { return matches(key) })
}

// Texts returns the texts whose key contains part, by key.
func (f *Fake) Texts(part string) map[string]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := map[string]string{}
	for key, value := range f.data {
		if strings.Contains(key, part) && !f.expire(key) {
			all[key] = value
		}
	}
	return all
}

// Bulk encodes a text as a reply.
func Bulk(s string) string { return fmt.Sprintf("$%d\r\n%s\r\n", len(s), s) }

// Dial connects to the fake, whatever the address.
func (f *Fake) Dial(context.Context, string, string) (net.Conn, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.down {
		return nil, errors.New("connection refused")
	}
	f.init()
	near, far := net.Pipe()
	c := &fakeClient{conn: far, out: make(chan string, 1<<12)}
	f.clients[c] = ""
	go f.serve(c)
	return near, nil
}

// init makes the maps. The fake must be locked.
func (f *Fake) init() {
	if f.data == nil {
		f.data, f.expires, f.sets = map[string]string{}, map[string]time.Time{}, map[string][]string{}
		f.clients = map[*fakeClient]string{}
	}
}

// serve executes the commands of a connection until it is closed.
func (f *Fake) serve(c *fakeClient) {
	go func() {
		for reply := range c.out {
			_, _ = io.WriteString(c.conn, reply) // The client may have disconnected.
		}
	}()
	defer f.remove(c)
	in := bufio.NewReader(c.conn)
	for {
		command, err := readCommand(in)
		if err != nil {
			return
		}
		reply, silent := f.handle(c, command)
		switch {
		case silent:
			_, _ = io.Copy(io.Discard, in)
			return
		case reply == Disconnect || reply == Lose:
			return
		}
		c.out <- reply
	}
}

func (f *Fake) remove(c *fakeClient) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.clients, c)
	close(c.out)
	_ = c.conn.Close() // A pipe does not fail.
}

// handle returns the reply to a command, and whether it is withheld.
func (f *Fake) handle(c *fakeClient, command []string) (reply string, silent bool) {
	f.mu.Lock()
	onCommand := f.onCommand
	f.mu.Unlock()
	given := ""
	if onCommand != nil {
		given = onCommand(command)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if given != "" && given != Lose {
		c.aborted = c.aborted || c.inside
		return given, f.silent
	}
	switch name := command[0]; {
	case name == "MULTI":
		c.inside, c.aborted, c.queued, reply = true, false, nil, "+OK\r\n"
	case name == "EXEC" && c.aborted:
		c.inside, reply = false, "-EXECABORT Transaction discarded because of previous errors.\r\n"
	case name == "EXEC":
		c.inside = false
		reply = fmt.Sprintf("*%d\r\n", len(c.queued))
		for _, one := range c.queued {
			reply += f.execute(c, one)
		}
	case c.inside:
		c.queued, reply = append(c.queued, command), "+QUEUED\r\n"
	default:
		reply = f.execute(c, command)
	}
	if given == Lose {
		reply = Lose
	}
	return reply, f.silent
}

// expire removes a key whose time has come, and reports whether it has. The fake must be
// locked.
func (f *Fake) expire(key string) bool {
	at, ok := f.expires[key]
	if !ok || time.Now().Before(at) {
		return false
	}
	delete(f.data, key)
	delete(f.sets, key)
	delete(f.expires, key)
	return true
}

// execute executes a command. The fake must be locked.
func (f *Fake) execute(c *fakeClient, command []string) string {
	key := ""
	if len(command) > 1 {
		key = command[1]
	}
	f.expire(key)
	value, ok := f.data[key]
	switch command[0] {
	case "SET":
		if ok && strings.EqualFold(command[len(command)-1], "NX") {
			return "$-1\r\n"
		}
		f.data[key] = command[2]
		f.setExpiry(key, command[3:])
		return "+OK\r\n"
	case "GET":
		if !ok {
			return "$-1\r\n"
		}
		return Bulk(value)
	case "GETRANGE":
		from, _ := strconv.Atoi(command[2])
		to, _ := strconv.Atoi(command[3])
		return Bulk(value[min(from, len(value)):min(to+1, len(value))])
	case "UNLINK":
		for _, key := range command[1:] {
			delete(f.data, key)
			delete(f.sets, key)
			delete(f.expires, key)
		}
		return fmt.Sprintf(":%d\r\n", len(command)-1)
	case "EXISTS":
		if ok {
			return ":1\r\n"
		}
		return ":0\r\n"
	case "SMEMBERS":
		var members strings.Builder
		for _, m := range f.sets[key] {
			members.WriteString(Bulk(m))
		}
		return fmt.Sprintf("*%d\r\n%s", len(f.sets[key]), members.String())
	case "SADD":
		for _, member := range command[2:] {
			if !slices.Contains(f.sets[key], member) {
				f.sets[key] = append(f.sets[key], member)
			}
		}
		return ":1\r\n"
	case "PEXPIRE":
		if _, isSet := f.sets[key]; !ok && !isSet {
			return ":0\r\n"
		}
		f.setExpiry(key, []string{"px", command[2]})
		return ":1\r\n"
	case "SUBSCRIBE":
		f.clients[c] = key
		return "*3\r\n" + Bulk("subscribe") + Bulk(key) + ":1\r\n"
	case "PUBLISH":
		return fmt.Sprintf(":%d\r\n", f.publish(key, command[2]))
	case "PING":
		return "+PONG\r\n"
	}
	return "-ERR unknown command\r\n"
}

// publish sends a message to the subscribers of a channel. Like Redis, it disconnects one
// that does not read. The fake must be locked.
func (f *Fake) publish(channel, message string) (received int) {
	for c, subscribed := range f.clients {
		if subscribed != channel {
			continue
		}
		select {
		case c.out <- "*3\r\n" + Bulk("message") + Bulk(channel) + Bulk(message):
			received++
		default:
			_ = c.conn.Close() // A pipe does not fail.
		}
	}
	return received
}

// setExpiry sets the expiry of a key from the options of SET. The fake must be locked.
func (f *Fake) setExpiry(key string, options []string) {
	delete(f.expires, key)
	for i, option := range options {
		unit := map[string]time.Duration{"ex": time.Second, "px": time.Millisecond}[strings.ToLower(option)]
		if unit > 0 {
			n, _ := strconv.Atoi(options[i+1]) // The client writes numbers.
			f.expires[key] = time.Now().Add(time.Duration(n) * unit)
		}
	}
}

// readCommand reads a command, with its first word in capitals.
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
	if err != nil || n == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	command[0] = strings.ToUpper(command[0])
	return command, nil
}

func readNumber(in *bufio.Reader, mark byte) (int, error) {
	line, err := in.ReadString('\n')
	if err != nil || line[0] != mark {
		return 0, io.ErrUnexpectedEOF
	}
	return strconv.Atoi(strings.TrimSpace(line[1:]))
}
