// Command loadgen sends one request many times and prints what it measured as JSON. It is
// a separate process, so that its processor time is not part of the server's, and
// writes HTTP itself, to use little of it.
//
// With -rate it sends requests when they are due, whether or not earlier ones have been
// answered. The time of a response then counts from when its request was due, so that a
// generator that is late does not make the server look faster.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// report is what a run measured.
type report struct {
	// Sent requests were written. Answered are those whose response is 200 and begins as
	// -answer says; Refused are 503; Failed are all others. Unsent requests were due while
	// all connections waited for a response.
	Sent, Answered, Refused, Failed, Unsent int
	// P50 and P99 are those of answered requests.
	P50, P99 time.Duration
	// Late is the 99th percentile of the time from when a request was due until it was
	// written.
	Late time.Duration
	// CPU is the processor time of this process.
	CPU time.Duration
}

type generator struct {
	address, answer string
	request         []byte
	timeout         time.Duration

	mu sync.Mutex
	// idle are the connections that can send a request, the one that was used last at the
	// end.
	idle           []*connection
	report         report
	answered, late []time.Duration
}

func main() {
	var g generator
	flag.StringVar(&g.address, "address", "", "host and port of the server")
	flag.StringVar(&g.answer, "answer", "", "what the body of an answer begins with")
	flag.DurationVar(&g.timeout, "timeout", 11*time.Second, "how long to wait for a response")
	path := flag.String("path", "/graphql", "path of the requests")
	body := flag.String("body", "", "body, in which # is replaced by a number that is different in each request; without a body, the requests are GETs")
	header := flag.String("header", "", "a further header line")
	rate := flag.Float64("rate", 0, "requests per second; 0 sends each request when the one before it on its connection has been answered")
	connections := flag.Int("connections", 4096, "bound of connections")
	duration := flag.Duration("duration", 10*time.Second, "how long to send")
	flag.Parse()
	g.request = request(g.address, *path, strings.ReplaceAll(*body, "#", number(0)), *header)
	if *rate == 0 {
		g.repeat(*connections, *duration)
	} else {
		g.send(*rate, *connections, *duration)
	}
	if err := json.NewEncoder(os.Stdout).Encode(g.finish()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// number is the text of a number of a fixed length.
func number(n int) string { return strconv.Itoa(700_000_000 + n) }

// request returns the text of a request.
func request(address, path, body, header string) []byte {
	method := http.MethodPost
	if body == "" {
		method = http.MethodGet
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s %s HTTP/1.1\r\nHost: %s\r\n", method, path, address)
	if body != "" {
		fmt.Fprintf(&b, "Content-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	}
	if header != "" {
		fmt.Fprintf(&b, "%s\r\n", header)
	}
	fmt.Fprintf(&b, "\r\n%s", body)
	return b.Bytes()
}

// repeat sends requests over some connections, each when the one before has been answered.
func (g *generator) repeat(connections int, d time.Duration) {
	var wg sync.WaitGroup
	for end := time.Now().Add(d); connections > 0; connections-- {
		wg.Go(func() {
			c := g.newConnection()
			for now := time.Now(); now.Before(end); now = time.Now() {
				c.exchange(now)
			}
		})
	}
	wg.Wait()
}

// send sends requests at a rate, and waits for the responses.
func (g *generator) send(rate float64, connections int, d time.Duration) {
	var wg sync.WaitGroup
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	start, interval := time.Now(), time.Duration(float64(time.Second)/rate)
	for due := start; due.Sub(start) < d; due = due.Add(interval) {
		for time.Now().Before(due) {
			<-tick.C
		}
		c := g.take()
		switch {
		case c != nil:
		case connections > 0:
			connections--
			c = g.newConnection()
		default:
			g.report.Unsent++
			continue
		}
		wg.Go(func() {
			c.exchange(due)
			g.mu.Lock()
			defer g.mu.Unlock()
			g.idle = append(g.idle, c)
		})
	}
	wg.Wait()
}

// take returns the idle connection that was used last, or nil.
func (g *generator) take() *connection {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := len(g.idle) - 1
	if n < 0 {
		return nil
	}
	c := g.idle[n]
	g.idle = g.idle[:n]
	return c
}

// finish returns the report.
func (g *generator) finish() report {
	r := g.report
	r.P50, r.P99, r.Late = quantile(g.answered, 50), quantile(g.answered, 99), quantile(g.late, 99)
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) == nil {
		r.CPU = time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
	}
	return r
}

func quantile(times []time.Duration, percent int) time.Duration {
	if len(times) == 0 {
		return 0
	}
	slices.Sort(times)
	return times[len(times)*percent/100]
}

// connection sends one request at a time. It opens a TCP connection when it has none.
type connection struct {
	generator *generator
	conn      net.Conn
	reader    *bufio.Reader
}

func (g *generator) newConnection() *connection { return &connection{generator: g} }

// exchange sends a request that was due, and counts its response.
func (c *connection) exchange(due time.Time) {
	reused := c.conn != nil
	status, answered, err := c.try(due)
	if err != nil && reused {
		// The server may have closed an idle connection.
		status, answered, err = c.try(due)
	}
	took, g := time.Since(due), c.generator
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case err == nil && answered:
		g.report.Answered++
		g.answered = append(g.answered, took)
	case err == nil && status == http.StatusServiceUnavailable:
		g.report.Refused++
	default:
		g.report.Failed++
	}
}

func (c *connection) try(due time.Time) (status int, answered bool, err error) {
	keep := false
	defer func() {
		if !keep && c.conn != nil {
			_ = c.conn.Close()
			c.conn = nil
		}
	}()
	if err = c.write(due); err != nil {
		return 0, false, err
	}
	res, err := http.ReadResponse(c.reader, nil)
	if err != nil {
		return 0, false, err
	}
	start := make([]byte, len(c.generator.answer))
	n, _ := io.ReadFull(res.Body, start)
	_, err = io.Copy(io.Discard, res.Body)
	keep = err == nil && !res.Close
	return res.StatusCode, res.StatusCode == http.StatusOK && string(start[:n]) == c.generator.answer, err
}

// write sends the request.
func (c *connection) write(due time.Time) (err error) {
	g := c.generator
	if c.conn == nil {
		if c.conn, err = net.DialTimeout("tcp", g.address, g.timeout); err != nil {
			return err
		}
		c.reader = bufio.NewReaderSize(c.conn, 4<<10)
	}
	_ = c.conn.SetDeadline(due.Add(g.timeout))
	g.mu.Lock()
	g.report.Sent++
	g.late = append(g.late, time.Since(due))
	text := bytes.ReplaceAll(g.request, []byte(number(0)), []byte(number(g.report.Sent)))
	g.mu.Unlock()
	_, err = c.conn.Write(text)
	return err
}
