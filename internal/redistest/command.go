package redistest

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// Command sends a command that must succeed, and returns its reply: one text for each element
// of an array.
func (s *Server) Command(arguments ...string) []string {
	s.t.Helper()
	reply, err := s.command(arguments)
	if err != nil {
		s.t.Fatalf("%s: %v", arguments[0], err)
	}
	return reply
}

func (s *Server) command(arguments []string) ([]string, error) {
	connection, err := net.DialTimeout("tcp", "127.0.0.1:"+s.Port, startTimeout)
	if err != nil {
		return nil, err
	}
	defer func() { _ = connection.Close() }()
	if err := connection.SetDeadline(time.Now().Add(startTimeout)); err != nil {
		return nil, err
	}
	var request strings.Builder
	fmt.Fprintf(&request, "*%d\r\n", len(arguments))
	for _, a := range arguments {
		fmt.Fprintf(&request, "$%d\r\n%s\r\n", len(a), a)
	}
	if _, err := io.WriteString(connection, request.String()); err != nil {
		return nil, err
	}
	return readReply(bufio.NewReader(connection))
}

// readReply reads a reply in RESP2, in which arrays are not nested.
func readReply(r *bufio.Reader) ([]string, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return nil, err
	}
	kind, text := line[0], strings.TrimSpace(line[1:])
	switch kind {
	case '+', ':':
		return []string{text}, nil
	case '-':
		return nil, fmt.Errorf("redis: %s", text)
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return nil, err
	}
	if kind == '$' {
		value := make([]byte, n+len("\r\n"))
		_, err := io.ReadFull(r, value)
		return []string{string(value[:n])}, err
	}
	var all []string
	for range n {
		element, err := readReply(r)
		if err != nil {
			return nil, err
		}
		all = append(all, element...)
	}
	return all, nil
}
