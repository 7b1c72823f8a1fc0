package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
)

// load is a number of clients that repeat one request, each as soon as it has the
// response.
type load struct {
	target   target
	scenario scenario
	clients  int
	// want is the only valid response body.
	want []byte
	// requests bounds the requests of each client; 0 does not.
	requests int
}

// run applies the load for d and returns the latency of each request. The first
// unexpected response ends it.
func (l load) run(d time.Duration) ([]time.Duration, error) {
	all := make([][]time.Duration, l.clients)
	errs := make([]error, l.clients)
	var wg sync.WaitGroup
	for i := range l.clients {
		wg.Go(func() { all[i], errs[i] = l.client(i, time.Now().Add(d)) })
	}
	wg.Wait()
	return slices.Concat(all...), errors.Join(errs...)
}

// client is one connection. It writes HTTP itself, to use little CPU time of the
// machine that it measures.
func (l load) client(number int, until time.Time) ([]time.Duration, error) {
	conn, err := net.Dial("tcp", l.target.address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	body := l.target.body(l.scenario, number)
	request := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		l.target.path(number), l.target.address, len(body), body)
	reader := bufio.NewReaderSize(conn, 64<<10)
	var got bytes.Buffer
	var latencies []time.Duration
	for begin := time.Now(); begin.Before(until) && (l.requests == 0 || len(latencies) < l.requests); {
		if _, err := conn.Write(request); err != nil {
			return nil, err
		}
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return nil, err
		}
		got.Reset()
		if _, err := got.ReadFrom(response.Body); err != nil {
			return nil, err
		}
		if !bytes.Equal(got.Bytes(), l.want) {
			return nil, fmt.Errorf("%s, %s: the response differs: %s %.500s", l.target.name, l.scenario.letter, response.Status, got.Bytes())
		}
		end := time.Now()
		latencies = append(latencies, end.Sub(begin))
		begin = end
	}
	return latencies, nil
}
