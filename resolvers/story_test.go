package resolvers_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/tools/txtar"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/directory/index"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/internal/loaders"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

var update = flag.Bool("update", false, "rewrite the stories with the actual responses and vendor calls")

// TestStories runs the stories of testdata, whose README describes them, with and
// without the prefetch. The prefetch must read everything that a query needs, and
// must not change a response, nor must an index.
func TestStories(t *testing.T) {
	staff, client := startVendors(t), startVendorsForClient(t)
	for name, story := range readStories(t) {
		t.Run(name, func(t *testing.T) {
			simulated := staff
			if usesClientCredential(story) {
				simulated = client
			}
			rec := &recorder{}
			c := serverConfig{vendors: simulated, wrapProvider: rec.wrapProvider}
			c.options.Prefetch = rec.prefetch
			got := runScript(t, newStoryServer(t, story, c), story)
			if *update {
				if err := os.WriteFile("testdata/"+name+".txtar", txtar.Format(got), 0o644); err != nil { //nolint:gosec // not secret
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(txtar.Format(story)), string(txtar.Format(got))); diff != "" {
				t.Errorf("-want +got; accept it with: go test ./resolvers -run TestStories -update\n%s", diff)
			}
			checkPrefetch(t, rec, story)
			if testing.Short() { // as the race detector runs
				return
			}

			c = serverConfig{vendors: simulated}
			c.options.Prefetch = func(context.Context, *loaders.Loaders, loaders.Selection) {}
			got = runScript(t, newStoryServer(t, story, c), story)
			if diff := cmp.Diff(responses(story), responses(got)); diff != "" {
				t.Errorf("the responses differ without the prefetch (-with +without):\n%s", diff)
			}

			c = serverConfig{vendors: simulated, wrapProvider: func(p providers.Provider) providers.Provider {
				return index.Wrap(t.Context(), p, index.Options{Fresh: time.Hour, Stale: time.Hour})
			}}
			got = runScript(t, newStoryServer(t, story, c), story)
			if diff := cmp.Diff(withoutCursors(responses(story)), withoutCursors(responses(got))); diff != "" {
				t.Errorf("the responses differ with an index (-without +with):\n%s", diff)
			}
		})
	}
}

// checkPrefetch fails when resolvers have read from a provider. Mutations do so by
// design: they read after they have invalidated the cache.
func checkPrefetch(t *testing.T, rec *recorder, story *txtar.Archive) {
	t.Helper()
	text := string(txtar.Format(story))
	if rec.late != nil && !strings.Contains(text, "\nmutation ") {
		t.Errorf("not prefetched: %q", rec.late)
	}
	if rec.reads == 0 && !strings.Contains(text, "\n0 different calls\n") {
		t.Error("no read was recorded")
	}
}

func usesClientCredential(story *txtar.Archive) bool {
	return len(story.Files) > 0 && story.Files[0].Name == "credential"
}

// newStoryServer resets the vendors, and starts a server with the cache and the
// scopes that the story states.
func newStoryServer(t *testing.T, story *txtar.Archive, c serverConfig) *testServer {
	t.Helper()
	for _, v := range c.vendors.All {
		v.Control.Reset()
	}
	scopes := []string{auth.PersonalRead}
	for _, section := range story.Files {
		switch text := string(section.Data); section.Name {
		case "scopes":
			scopes = strings.Fields(text)
		case "cache":
			var fresh, stale string
			if _, err := fmt.Sscanf(text, "fresh %s stale %s", &fresh, &stale); err != nil {
				t.Fatalf("malformed cache: %q", text)
			}
			c.cache = newTestCache(t, pagecache.Config{Fresh: parseDuration(t, fresh), Stale: parseDuration(t, stale)})
		}
	}
	c.options.Authenticator = auth.AllowAll(scopes...)
	return newTestServer(t, c)
}

// readStories returns all stories by name.
func readStories(t *testing.T) map[string]*txtar.Archive {
	t.Helper()
	files, err := filepath.Glob("testdata/*/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no stories: %v", err)
	}
	stories := make(map[string]*txtar.Archive, len(files))
	for _, file := range files {
		story, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		stories[strings.TrimSuffix(strings.TrimPrefix(file, "testdata/"), ".txtar")] = story
	}
	return stories
}

// runScript runs the sections of a story, and returns it with the actual responses,
// sources and vendor calls.
func runScript(t *testing.T, s *testServer, story *txtar.Archive) *txtar.Archive {
	t.Helper()
	got := &txtar.Archive{Comment: story.Comment}
	add := func(name, text string) {
		got.Files = append(got.Files, txtar.File{Name: strings.TrimSpace(name), Data: []byte(strings.TrimRight(text, "\n") + "\n")})
	}
	var variables json.RawMessage
	for _, section := range story.Files {
		word, number, _ := strings.Cut(section.Name, " ")
		text := string(section.Data)
		switch word {
		case "credential", "scopes", "cache":
		case "advance":
			s.cache.advance(parseDuration(t, text))
		case "faults":
			addFaults(t, s.vendors, text)
		case "variables":
			variables = section.Data
		case "query":
		case "response", "source", "upstream":
			continue // replaced behind the query
		default:
			t.Fatalf("unknown section %q", section.Name)
		}
		add(section.Name, text)
		if word != "query" {
			continue
		}
		if s.cache == nil {
			add("response "+number, normalize(formatJSON(t, s.query(t, text, variables))))
		} else {
			response, trace := s.queryWithTrace(t, text, variables)
			s.cache.waitForRevalidation(t)
			add("response "+number, normalize(formatJSON(t, response)))
			add("source "+number, trace)
		}
		add("upstream "+number, formatCalls(s.vendors))
		variables = nil
	}
	return got
}

// responses returns the responses of a story.
func responses(story *txtar.Archive) []string {
	var all []string
	for _, f := range story.Files {
		if strings.HasPrefix(f.Name, "response") {
			all = append(all, string(f.Data))
		}
	}
	return all
}

// withoutCursors returns responses without the texts of cursors, which name other rows with
// an index than without, and without the totals that only an index knows. A vendor that limits
// the rate delays an index: its error is UPSTREAM_INDEXING then, with the time to wait.
func withoutCursors(responses []string) (all []string) {
	for _, r := range responses {
		r = cursorsAndTotals.ReplaceAllString(strings.Join(strings.Fields(r), ""), "$1")
		r = rateLimited.ReplaceAllString(r, "ratelimited$1$2")
		all = append(all, indexing.ReplaceAllString(r, "ratelimited$1$2"))
	}
	return all
}

var (
	rateLimited = regexp.MustCompile(`ratelimited\(HTTP429\)(","path":\[[^]]*\],"locations":\[[^]]*\],"extensions":\{"code":")UPSTREAM_RATE_LIMITED","httpStatus":429(,"provider":"\w+")`)
	indexing    = regexp.MustCompile(`indexisbeingbuilt:0rowswerereadsofar;thevendorlimitstherate(","path":\[[^]]*\],"locations":\[[^]]*\],"extensions":\{"code":")UPSTREAM_INDEXING"(,"provider":"\w+"),"retryAfter":[0-9]+`)
)

var cursorsAndTotals = regexp.MustCompile(`("(?:totalCount|cursor|startCursor|endCursor)":)(?:null|[0-9]+|"[^"]*")`)

// addFaults makes vendors fail as the lines of a section state.
func addFaults(t *testing.T, simulated *demo.Vendors, lines string) {
	t.Helper()
	for line := range strings.Lines(lines) {
		words := strings.Fields(line)
		if len(words) != 3 {
			t.Fatalf("malformed fault: %q", line)
		}
		control := simulated.Vendor(words[0]).Control
		if words[2] == "none" {
			control.Reset()
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
			t.Fatalf("malformed fault: %q", line)
		}
		control.Add(fault)
	}
}

func parseDuration(t *testing.T, text string) time.Duration {
	t.Helper()
	d, err := time.ParseDuration(strings.TrimSpace(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}
