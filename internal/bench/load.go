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

// load is clients that ask a server one question, each again as soon as it has
// its answer.
type load struct {
	subject  subject
	question question
	clients  int
	// want is the only right answer.
	want []byte
}

// run keeps the load up for a time and returns how long each answer took. The
// first wrong answer ends it.
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

// client is one connection. It speaks HTTP by hand where that is cheap, since it
// shares the processor with what it measures.
func (l load) client(number int, until time.Time) ([]time.Duration, error) {
	conn, err := net.Dial("tcp", l.subject.address)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	body := l.subject.body(l.question, number)
	request := fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		l.subject.path(number), l.subject.address, len(body), body)
	reader := bufio.NewReaderSize(conn, 64<<10)
	var answer bytes.Buffer
	var took []time.Duration
	for begin := time.Now(); begin.Before(until); {
		if _, err := conn.Write(request); err != nil {
			return nil, err
		}
		response, err := http.ReadResponse(reader, nil)
		if err != nil {
			return nil, err
		}
		answer.Reset()
		if _, err := answer.ReadFrom(response.Body); err != nil {
			return nil, err
		}
		if !bytes.Equal(answer.Bytes(), l.want) {
			return nil, fmt.Errorf("%s, %s: another answer than before: %s %.500s", l.subject.name, l.question.letter, response.Status, answer.Bytes())
		}
		end := time.Now()
		took = append(took, end.Sub(begin))
		begin = end
	}
	return took, nil
}
