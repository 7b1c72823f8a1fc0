package resolvers_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/transport"
	"github.com/accountgraph/accountgraph/providers"
)

var update = flag.Bool("update", false, "rewrite the stories with what happens")

// TestStories plays every story: a file that holds queries, their answers, and
// the calls that the vendors received for them, in alphabetical order. Steps
// after the first are numbered: `query 2`, `response 2`, `upstream 2`. A section
// `variables` belongs to the query behind it; a section `faults` makes vendors
// misbehave from its step on, a line each:
//
//	<provider> <path prefix> <status, hangup, html, or well for no more faults>
//
// A section `credential` at the beginning that says `client` shows SoftwareOne as
// its clients see it, instead of its own staff. A section `scopes` says what the
// caller may do, instead of `personal:read`. Nothing is remembered between steps,
// unless a section `cache` says for how long:
//
//	fresh <duration> stale <duration>
//
// Then each step also tells where its data came from, in a section `source`, and
// lets all that goes on behind its answer end; a section `later` has time pass.
func TestStories(t *testing.T) {
	theatre := newTheatre(t)
	for name, story := range stories(t) {
		t.Run(name, func(t *testing.T) {
			played := play(t, newStageFor(t, story, theatre.vendors(story), transport.Options{}, as), story)
			if *update {
				if err := os.WriteFile("testdata/"+name+".txtar", txtar.Format(played), 0o644); err != nil { //nolint:gosec // a story is for reading
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(txtar.Format(story)), string(txtar.Format(played))); diff != "" {
				t.Errorf("the story goes otherwise (-told +played); if that is wanted: go test ./resolvers -run TestStories -update\n%s", diff)
			}
		})
	}
}

// newStageFor is the stage that a story wants.
func newStageFor(
	t *testing.T, story *txtar.Archive, vendors *demo.Vendors, o transport.Options, dress func(providers.Provider) providers.Provider,
) *stage {
	t.Helper()
	o.Authenticator = gateOf(story)
	return newStageThatRemembers(t, vendors, rememberFor(t, story), o, dress)
}

// gateOf lets the caller of a story in.
func gateOf(story *txtar.Archive) *auth.Authenticator {
	for _, f := range story.Files {
		if f.Name == "scopes" {
			return auth.AllowAll(strings.Fields(string(f.Data))...)
		}
	}
	return auth.AllowAll(auth.PersonalRead)
}

// theatre has the vendors for one story after another.
type theatre struct{ staff, client *demo.Vendors }

func newTheatre(t *testing.T) theatre {
	t.Helper()
	return theatre{start(t), startForClient(t)}
}

// vendors are those that a story wants, well-behaved.
func (th theatre) vendors(story *txtar.Archive) *demo.Vendors {
	vendors := th.staff
	if len(story.Files) > 0 && story.Files[0].Name == "credential" {
		vendors = th.client
	}
	for _, v := range vendors.All {
		v.Control.Reset()
	}
	return vendors
}

// stories are all stories by name.
func stories(t *testing.T) map[string]*txtar.Archive {
	t.Helper()
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	all := make(map[string]*txtar.Archive, len(files))
	for _, file := range files {
		story, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimSuffix(strings.TrimPrefix(file, "testdata/"), ".txtar")] = story
	}
	return all
}

// play runs a story and returns it as it went.
func play(t *testing.T, stage *stage, story *txtar.Archive) *txtar.Archive {
	t.Helper()
	played := &txtar.Archive{Comment: story.Comment}
	keep := func(name, data string) {
		played.Files = append(played.Files, txtar.File{Name: name, Data: []byte(strings.TrimRight(data, "\n") + "\n")})
	}
	var variables json.RawMessage
	for _, section := range story.Files {
		word, number, _ := strings.Cut(section.Name, " ")
		text := string(section.Data)
		switch word {
		case "credential", "scopes", "cache":
			keep(section.Name, text)
		case "later":
			stage.memory.later(duration(t, text))
			keep(section.Name, text)
		case "faults":
			stage.misbehave(t, text)
			keep(section.Name, text)
		case "variables":
			variables = section.Data
			keep(section.Name, text)
		case "query":
			keep(section.Name, text)
			answer := stage.ask(t, text, variables)
			var source string
			if stage.memory != nil {
				answer, source = takeTrace(t, answer)
				stage.memory.settle(t)
			}
			keep(strings.TrimSpace("response "+number), stage.quiet(told(t, answer)))
			if stage.memory != nil {
				keep(strings.TrimSpace("source "+number), source)
			}
			keep(strings.TrimSpace("upstream "+number), stage.calls())
			variables = nil
		case "response", "source", "upstream":
		default:
			t.Fatalf("a story has no section %q", section.Name)
		}
	}
	return played
}

func (s *stage) ask(t *testing.T, query string, variables json.RawMessage) []byte {
	t.Helper()
	return s.send(t, query, variables, s.memory != nil)
}

// query sends a query without asking for a trace.
func (s *stage) query(t *testing.T, query string, variables json.RawMessage) []byte {
	t.Helper()
	return s.send(t, query, variables, false)
}

func (s *stage) send(t *testing.T, query string, variables json.RawMessage, traced bool) []byte {
	t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequest(http.MethodPost, s.url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if traced {
		r.Header.Set("Accountgraph-Trace", "1")
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer
}

func (s *stage) misbehave(t *testing.T, faults string) {
	t.Helper()
	for line := range strings.Lines(faults) {
		words := strings.Fields(line)
		if len(words) != 3 {
			t.Fatalf("not a fault: %q", line)
		}
		if words[2] == "well" {
			s.vendors.Vendor(words[0]).Control.Reset()
			continue
		}
		fault := fakevendor.Fault{Path: words[1]}
		switch status, err := strconv.Atoi(words[2]); {
		case err == nil:
			fault.Status, fault.Body = status, "{}"
		case words[2] == "hangup":
			fault.Hangup = true
		case words[2] == "html":
			fault.Status, fault.ContentType, fault.Body = http.StatusOK, "text/html", "<html>Sign in</html>"
		default:
			t.Fatalf("not a fault: %q", line)
		}
		s.vendors.Vendor(words[0]).Control.Add(fault)
	}
}

// calls tells what the vendors have been asked since the last time, without the
// credential. Equal calls are told once: whether one is made again or waits for
// another in flight is a matter of timing.
func (s *stage) calls() string {
	var lines []string
	for _, v := range s.vendors.All {
		for _, c := range v.Control.TakeCalls() {
			query, err := url.QueryUnescape(c.Query)
			if err != nil {
				query = c.Query
			}
			query = strings.TrimSuffix(strings.ReplaceAll(query, "api_token="+demo.Token, ""), "&")
			line := fmt.Sprintf("%s %s %s", v.Name, c.Method, c.Path)
			if query != "" {
				line += "?" + query
			}
			line = ids.ReplaceAllStringFunc(line, fewer)
			if org := c.Header.Get("X-Bv-Org-Id"); org != "" {
				line += " for " + org
			}
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	return fmt.Sprintf("%d different calls\n%s", len(lines), strings.Join(lines, "\n"))
}

var (
	instant = regexp.MustCompile(`"fetchedAt": "[^"]+"`)
	port    = regexp.MustCompile(`127\.0\.0\.1:\d+`)
	request = regexp.MustCompile(`"requestId": "[^"]+"`)
	ids     = regexp.MustCompile(`\(("[^"]*",){4,}"[^"]*"\)`)
)

// fewer shortens a list of ids to its ends and its length.
func fewer(list string) string {
	all := strings.Split(strings.Trim(list, "()"), ",")
	return fmt.Sprintf("(%s … %s: %d ids)", all[0], all[len(all)-1], len(all))
}

// quiet replaces what differs from run to run.
func (s *stage) quiet(answer string) string {
	answer = instant.ReplaceAllString(answer, `"fetchedAt": "(now)"`)
	answer = port.ReplaceAllString(answer, "127.0.0.1:(port)")
	return request.ReplaceAllString(answer, `"requestId": "(id)"`)
}
