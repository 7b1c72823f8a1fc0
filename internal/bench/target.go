package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"time"
)

// mode is a configuration in which accountgraph is measured.
type mode struct {
	name string
	// cache is the text of the section cache of the configuration.
	cache string
	// flags are passed to the subprocess.
	flags []string
	// distinct is true if each client sends a different document with the same
	// selection, so that responses are not shared.
	distinct bool
	// redis is true if the mode needs Redis.
	redis bool
	// shares is true if the load decides how many requests share calls or responses.
	shares bool
}

// coldCache disables the page cache; warmCache keeps pages fresh for the longest time
// that is allowed.
const (
	coldCache = "  fresh: 0s\n  stale: 0s\n"
	warmCache = "  fresh: 5m\n"
)

// modes are the lines of the table. By default, concurrent identical requests share
// vendor calls and the response. With "responses not shared" each client sends a
// different document, with "nothing shared" each uses its own server.
var modes = []mode{
	{name: "accountgraph, cold", cache: coldCache, shares: true},
	{name: "accountgraph, cold, responses not shared", cache: coldCache, distinct: true, shares: true},
	{name: "accountgraph, cold, nothing shared", cache: coldCache, flags: []string{"-isolated"}},
	{name: "accountgraph, warm", cache: warmCache, flags: []string{"-response-cache"}},
	{name: "accountgraph, warm, executed again", cache: warmCache, distinct: true},
	{name: "accountgraph, warm in Redis only", cache: warmCache, flags: []string{"-no-memory"}, distinct: true, redis: true},
}

// The names of the baselines.
const (
	gqlgenBaseline = "plain gqlgen and dataloader"
	staticBaseline = "finished bytes in net/http"
)

// target is a server to measure.
type target struct {
	name string
	*process
	// isolated is true if each connection has its own instance, distinct if each
	// sends its own document.
	isolated, distinct bool
}

// url is the endpoint of the shared instance.
func (s target) url() string { return "http://" + s.address + "/graphql" }

// body returns the request body for a connection.
func (s target) body(sc scenario, connection int) string {
	if !s.distinct {
		return sc.body
	}
	return strings.Replace(sc.body, `"query":"`, fmt.Sprintf(`"query":"# %d\n`, connection), 1)
}

// path returns the endpoint for a connection.
func (s target) path(connection int) string {
	if s.isolated {
		return fmt.Sprintf("/%d/graphql", connection)
	}
	return "/graphql"
}

func startAccountgraph(v *vendorProcess, m mode, redis *process) (target, error) {
	text := "cache:\n" + m.cache
	if m.redis {
		text += "  redis: redis://" + redis.address + "/0\n"
	}
	p, err := start("accountgraph", append(m.flags, "-configuration", text+v.configuration)...)
	return target{m.name, p, slices.Contains(m.flags, "-isolated"), m.distinct}, err
}

func startGqlgenBaseline(v *vendorProcess, name string, wait time.Duration) (target, error) {
	p, err := start("gqlgen", "-configuration", v.configuration, "-wait", wait.String())
	return target{name: name, process: p}, err
}

func startStaticBaseline(like target, all []scenario) (target, error) {
	args := []string{"-from", like.url()}
	for _, sc := range all {
		args = append(args, sc.body)
	}
	p, err := start("static", args...)
	return target{name: staticBaseline, process: p}, err
}

// verifyResponses fails unless all targets respond to each scenario with the same
// data.
func verifyResponses(targets []target, all []scenario) error {
	for _, sc := range all {
		var first []byte
		for _, s := range targets {
			response, err := post(s.url(), sc.body)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", sc.letter, s.name, err)
			}
			data, err := dataField(response)
			if err != nil {
				return fmt.Errorf("%s, %s: %w", sc.letter, s.name, err)
			}
			if first == nil {
				first = data
			}
			if !bytes.Equal(data, first) {
				return fmt.Errorf("%s: %s responds\n%.2000s\n%s responds\n%.2000s", sc.letter, targets[0].name, first, s.name, data)
			}
		}
	}
	return nil
}
