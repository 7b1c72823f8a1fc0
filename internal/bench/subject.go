package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
)

// mode is a way in which the product is measured.
type mode struct {
	name string
	// cache are lines of that section of the configuration.
	cache string
	// flags are those of the product's process.
	flags []string
	// distinct has each client send a document of its own, which asks the same.
	distinct bool
	// redis is set where there has to be one.
	redis bool
}

// nothingKept has every request ask the vendors, and the longest time that is
// allowed has none ask them.
const (
	nothingKept = "  fresh: 0s\n  stale: 0s\n"
	longKept    = "  fresh: 5m\n"
)

// modes are a line each. Clients who ask the same at the same time share calls and
// answer. Where answers are not shared, each client has a document of its own; where
// nothing is, a product of its own.
var modes = []mode{
	{name: "accountgraph, cold", cache: nothingKept},
	{name: "accountgraph, cold, answers not shared", cache: nothingKept, distinct: true},
	{name: "accountgraph, cold, nothing shared", cache: nothingKept, flags: []string{"-apart"}},
	{name: "accountgraph, warm", cache: longKept, flags: []string{"-answers"}},
	{name: "accountgraph, warm, answers made anew", cache: longKept, distinct: true},
	{name: "accountgraph, warm in Redis alone", cache: longKept, flags: []string{"-forget"}, distinct: true, redis: true},
}

// The names of the yardsticks.
const (
	plainName = "plain gqlgen and dataloader"
	bareName  = "finished bytes in net/http"
)

// subject is a server that is measured.
type subject struct {
	name string
	*process
	apart, distinct bool
}

// url is where it answers one question after the other.
func (s subject) url() string { return "http://" + s.address + "/graphql" }

// body is what a connection of the load asks with.
func (s subject) body(q question, connection int) string {
	if !s.distinct {
		return q.body
	}
	return strings.Replace(q.body, `"query":"`, fmt.Sprintf(`"query":"# %d\n`, connection), 1)
}

// path is where a connection of the load asks.
func (s subject) path(connection int) string {
	if s.apart {
		return fmt.Sprintf("/%d/graphql", connection)
	}
	return "/graphql"
}

func startProduct(v *vendorProcess, m mode, redis *process) (subject, error) {
	text := "cache:\n" + m.cache
	if m.redis {
		text += "  redis: redis://" + redis.address + "/0\n"
	}
	p, err := start("product", append(m.flags, "-configuration", text+v.configuration)...)
	return subject{m.name, p, slices.Contains(m.flags, "-apart"), m.distinct}, err
}

func startPlain(v *vendorProcess, name string, wait time.Duration) (subject, error) {
	p, err := start("plain", "-base", v.baseURL, "-wait", wait.String())
	return subject{name: name, process: p}, err
}

func startBare(like subject, asked []question) (subject, error) {
	args := []string{"-from", like.url()}
	for _, q := range asked {
		args = append(args, q.body)
	}
	p, err := start("bare", args...)
	return subject{name: bareName, process: p}, err
}

// agree fails unless all subjects answer each question with the same bytes.
func agree(subjects []subject, asked []question) error {
	for _, q := range asked {
		var first []byte
		for _, s := range subjects {
			answer, err := post(s.url(), q.body)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", q.letter, s.name, err)
			}
			data, err := dataOf(answer)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", q.letter, s.name, err)
			}
			if first == nil {
				first = data
			}
			if !bytes.Equal(data, first) {
				return fmt.Errorf("%s: %s answers\n%.2000s\n%s answers\n%.2000s", q.letter, subjects[0].name, first, s.name, data)
			}
		}
	}
	return nil
}
