package main

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/accountgraph/accountgraph/internal/bench/yardstick"
	"github.com/accountgraph/accountgraph/internal/demo"
)

// servePlain runs the yardstick that is written with gqlgen and dataloader alone.
func servePlain(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("plain", flag.ContinueOnError)
	baseURL := flags.String("base", "", "the base URL of SoftwareOne")
	wait := flags.Duration("wait", time.Millisecond, "how long a batch waits for more")
	if err := flags.Parse(args); err != nil {
		return err
	}
	return serve(observed(yardstick.Handler(*baseURL, demo.Token, *wait)), stdout)
}

// serveBare runs a handler that writes finished bytes: the answers of another
// server to the bodies that are its arguments. Nothing that answers over net/http
// is faster.
func serveBare(args []string, stdout io.Writer) error {
	flags := flag.NewFlagSet("bare", flag.ContinueOnError)
	from := flags.String("from", "", "the URL of the other server")
	if err := flags.Parse(args); err != nil {
		return err
	}
	answers := map[string][]byte{}
	for _, body := range flags.Args() {
		answer, err := post(*from, body)
		if err != nil {
			return err
		}
		answers[body] = answer
	}
	return serve(observed(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		answer := answers[string(body)]
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", fmt.Sprint(len(answer)))
		_, _ = w.Write(answer)
	})), stdout)
}
