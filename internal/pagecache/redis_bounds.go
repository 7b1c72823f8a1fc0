package pagecache

import (
	"bytes"
	"context"
	"errors"
	"net"
	"slices"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/accountgraph/accountgraph/internal/pagecache/envelope"
)

// Bounds of a reply of Redis. go-redis allocates what a reply announces before the reply
// arrives: 13 bytes can announce a billion elements.
const (
	// maxReplyString is the largest value that a command reads.
	maxReplyString = envelope.MaxSealed + 1
	// maxReplyElements bounds the elements of all arrays of a reply. The longest reply
	// lists the pages that hold an object.
	maxReplyElements = 1 << 17
	// maxReplySize bounds what the replies to one command or pipeline take in memory. The
	// largest are some long values, and maxReplyElements hashes.
	maxReplySize = 8 << 20
	// replyElementSize is what an element takes besides its text.
	replyElementSize = 32
	// maxReplyDepth bounds nested arrays. The deepest reply describes a Cluster's slots.
	maxReplyDepth = 8
	// maxReplyLine bounds a status, an error, or a number.
	maxReplyLine = 64 << 10
)

var errReplyBounds = errors.New("pagecache: a reply of Redis exceeds the bounds or has another form")

// dialer returns a function that connects to Redis and bounds its replies. go-redis speaks
// RESP3 with Sentinels, whatever the options say.
func (c Config) dialer(options *redis.UniversalOptions) func(context.Context, string, string) (net.Conn, error) {
	dial := c.Dial
	if dial == nil {
		dial = redis.NewDialer(&redis.Options{DialTimeout: options.DialTimeout, TLSConfig: options.TLSConfig})
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		isSentinel := options.MasterName != "" && slices.Contains(options.Addrs, address)
		bounded := &boundedConn{Conn: conn, replies: replyScanner{resp3: isSentinel}}
		if socket, ok := conn.(syscall.Conn); ok {
			return boundedSocket{bounded, socket}, nil
		}
		return bounded, nil
	}
}

// boundedConn is a connection whose Read fails before it returns bytes that exceed the bounds
// of a reply.
type boundedConn struct {
	net.Conn
	replies replyScanner
}

// boundedSocket lets go-redis detect a connection that the peer has closed.
type boundedSocket struct {
	*boundedConn
	syscall.Conn
}

// SetReadDeadline implements net.Conn. go-redis calls it before it reads the replies to a command
// or a pipeline, and before each message of a subscription.
func (c *boundedConn) SetReadDeadline(t time.Time) error {
	c.replies.size = 0
	return c.Conn.SetReadDeadline(t)
}

// Read implements io.Reader.
func (c *boundedConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if !c.replies.accept(p[:n]) {
		return 0, errReplyBounds
	}
	return n, err
}

// replyScanner follows a stream of replies, whatever its division into chunks.
type replyScanner struct {
	// resp3 accepts the types of RESP3 besides those of RESP2, but attributes and bulk errors.
	resp3  bool
	failed bool
	// line is the current line so far, without its line feed.
	line []byte
	// skip is the number of bytes of a string, with its end of line, that are still to come.
	skip int
	// open holds the number of elements that each open array still lacks.
	open []int
	// size is what the replies since the last read deadline take, with what they announce.
	size int
	// elements is the number of elements that the current reply has announced.
	elements int
}

// accept reads a chunk. It returns false, now and for all later chunks, if a reply exceeds
// the bounds.
func (s *replyScanner) accept(chunk []byte) bool {
	for len(chunk) > 0 && !s.failed {
		if s.skip > 0 {
			n := min(s.skip, len(chunk))
			s.skip, chunk = s.skip-n, chunk[n:]
			if s.skip == 0 {
				s.endElement()
			}
			continue
		}
		end := bytes.IndexByte(chunk, '\n')
		part := chunk
		if end >= 0 {
			part = chunk[:end]
		}
		if len(s.line)+len(part) > maxReplyLine {
			s.failed = true
			break
		}
		s.line = append(s.line, part...)
		if end < 0 {
			break
		}
		chunk = chunk[end+1:]
		s.failed = !s.endLine()
		s.line = s.line[:0]
	}
	return !s.failed
}

// endLine interprets the complete line.
func (s *replyScanner) endLine() bool {
	line, ok := bytes.CutSuffix(s.line, []byte("\r"))
	if !ok || len(line) == 0 {
		return false
	}
	kind, text := line[0], string(line[1:])
	if s.resp3 {
		switch kind {
		case '_':
			s.endElement()
			return text == ""
		case ',', '#', '(':
			kind = ':'
		case '=':
			kind = '$'
		case '~', '>':
			kind = '*'
		case '%':
			return s.beginArray(text, 2)
		}
	}
	if text == "" {
		return false
	}
	switch kind {
	case '+', '-', ':':
		s.endElement()
		return s.reserve(len(text))
	case '$':
		size, ok := parseSize(text, maxReplyString)
		if size < 0 {
			s.endElement()
			return ok
		}
		s.skip = size + len("\r\n")
		return ok && s.reserve(size)
	case '*':
		return s.beginArray(text, 1)
	}
	return false
}

// beginArray begins an array, or a map, whose entries have two elements.
func (s *replyScanner) beginArray(text string, perEntry int) bool {
	size, ok := parseSize(text, (maxReplyElements-s.elements)/perEntry)
	if !ok {
		return false
	}
	if size <= 0 {
		s.endElement()
		return true
	}
	size *= perEntry
	s.elements += size
	s.open = append(s.open, size)
	return len(s.open) <= maxReplyDepth && s.reserve(size*replyElementSize)
}

// reserve counts bytes that go-redis is about to allocate.
func (s *replyScanner) reserve(bytes int) bool {
	s.size += bytes
	return s.size <= maxReplySize
}

// endElement counts a complete element in the innermost array, and ends each array that it
// completes.
func (s *replyScanner) endElement() {
	for len(s.open) > 0 {
		last := len(s.open) - 1
		s.open[last]--
		if s.open[last] > 0 {
			return
		}
		s.open = s.open[:last]
	}
	s.elements = 0
}

// parseSize parses an announced size: digits, or -1 for null.
func parseSize(text string, limit int) (size int, ok bool) {
	if text == "-1" {
		return -1, true
	}
	for _, digit := range []byte(text) {
		if digit < '0' || digit > '9' {
			return 0, false
		}
		if size = size*10 + int(digit-'0'); size > limit {
			return 0, false
		}
	}
	return size, true
}
