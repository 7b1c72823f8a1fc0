package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"
)

const (
	peopleQuery     = `query($emails: [String!]!) { peopleByEmail(emails: $emails) { email users { id } unavailableProviders { name } } }`
	membershipQuery = `query($email: String!) { person(email: $email) { users { id memberships(first: 10) { totalCount nodes { role } } } } }`
	byLoginQuery    = `query($n: Int!) { users(first: $n, orderBy: {field: LAST_LOGIN_AT, direction: DESC}) { totalCount complete nodes { id lastLoginAt } } }`
	byIDQuery       = `query($id: ID!) { user(id: $id) { id name email status createdAt customAttributes { name } } }`
	membersQuery    = `query($id: ID!, $name: String!) {
		organization(id: $id) { members(first: 10, filter: {name: $name}) { totalCount complete nodes { role user { id name } } } }
	}`
	walkQuery = `query($after: String) {
		users(first: 100, after: $after, orderBy: {field: EMAIL}) { totalCount complete pageInfo { hasNextPage endCursor } nodes { id email } }
	}`
)

// laterRounds is how often a query is measured after the first time, each time with other
// variables.
const laterRounds = 5

// slowDelay is a latency of the vendors at which a walk ends after slowPages pages.
const (
	slowDelay = 50 * time.Millisecond
	slowPages = 10
)

// maxTries bounds how often an incomplete response is requested again, at once.
const maxTries = 60

// measureGrowth prints what queries cost as the vendors grow: the first time after the start
// of a server, and later. It fails if a response is wrong, or if a query costs more calls than
// with an index.
func measureGrowth(s settings, stdout io.Writer) error {
	fmt.Fprintf(stdout, "%s\n", describeMachine())
	for _, size := range s.sizes {
		v, err := startSized(0, size)
		if err != nil {
			return err
		}
		err = s.measureSize(v, size, stdout)
		v.stop()
		if err != nil {
			return fmt.Errorf("%d users: %w", size, err)
		}
	}
	return nil
}

func (s settings) measureSize(v *vendorProcess, size int, stdout io.Writer) error {
	sample, err := readSample(v)
	if err != nil {
		return err
	}
	for _, delay := range s.delays {
		if err := v.delay(delay); err != nil {
			return err
		}
		g := &growth{vendors: v, sample: sample, delay: delay}
		if err := g.run(); err != nil {
			return fmt.Errorf("vendors respond after %v: %w", delay, err)
		}
		fmt.Fprintf(stdout, "\n%d users at each vendor, which respond after %v. %s\n\n%s", size, delay, g.walked, table(g.rows))
	}
	return nil
}

// growth measures one number of users with one latency.
type growth struct {
	vendors *vendorProcess
	sample  *sample
	delay   time.Duration
	server  *process
	rows    [][]string
	// walked describes the walk of a list.
	walked string
}

func (g *growth) run() (err error) {
	if g.server, err = start("program", "-configuration", g.vendors.configuration); err != nil {
		return err
	}
	defer g.server.stop()
	g.rows = [][]string{{"", "first ms", "later ms", "vendor calls, first", "later", "longest chain, first", "later", "RSS MB"}}
	emails := g.sample.emails
	for _, q := range []struct {
		name, query string
		variables   func(i int) map[string]any
		// most is the largest number of calls after the first time.
		most int
	}{
		{"person", personQuery, func(i int) map[string]any { return map[string]any{"email": emails[i]} }, 4},
		{"peopleByEmail, 100 addresses", peopleQuery, func(i int) map[string]any { return map[string]any{"emails": emails[10*i : 10*i+100]} }, 20},
		{"users by LAST_LOGIN_AT, first page", byLoginQuery, func(i int) map[string]any { return map[string]any{"n": 50 + i} }, 4},
		{"user(id) of the last users of BlendVision", byIDQuery, func(i int) map[string]any { return map[string]any{"id": g.sample.ids[i]} }, 2},
		{"person with memberships", membershipQuery, func(i int) map[string]any { return map[string]any{"email": emails[i]} }, 20},
		{"members of a BlendVision organization by name", membersQuery, func(i int) map[string]any {
			return map[string]any{"id": g.sample.organization, "name": []string{"lukasz", "zoe", "ann", "kim", "ivan", "o"}[i]}
		}, 20},
	} {
		if err := g.measure(q.name, q.query, q.variables, q.most); err != nil {
			return fmt.Errorf("%s: %w", q.name, err)
		}
	}
	if err := g.walk(); err != nil {
		return fmt.Errorf("users by EMAIL: %w", err)
	}
	return nil
}

// measure adds a row for a query: the first time, and the median of later times, each with
// other variables and then once more with the same, which must not call a vendor.
func (g *growth) measure(name, query string, variables func(i int) map[string]any, most int) error {
	first, tries, err := g.complete(query, variables(0))
	if err != nil {
		return err
	}
	var times []time.Duration
	calls, chain := 0, 0
	for i := range laterRounds {
		a, _, err := g.complete(query, variables(i+1))
		if err != nil {
			return err
		}
		times = append(times, a.took)
		calls, chain = max(calls, a.received), max(chain, a.chain())
		again, err := ask(g.server, "# "+name+"\n"+query, variables(i+1))
		switch {
		case err != nil:
			return err
		case again.calls() > 0 || string(again.Data) != string(a.Data):
			return fmt.Errorf("the same query again: %d calls, %.500s after %.500s", again.calls(), again.Data, a.Data)
		}
	}
	if calls > most {
		return fmt.Errorf("%d calls, want at most %d", calls, most)
	}
	if tries > 1 {
		name += fmt.Sprintf(" (response %d is complete)", tries)
	}
	g.rows = append(g.rows, []string{
		name, milliseconds(first.took), milliseconds(medianTime(times)), fmt.Sprint(first.received), fmt.Sprint(calls),
		fmt.Sprint(first.chain()), fmt.Sprint(chain), fmt.Sprint(g.server.resident() >> 20),
	})
	return nil
}

// complete sends a query until nothing is missing in the response. It returns the last
// response, with the calls and the time of all, and the calls that the vendors received,
// which include those of the readings for indexes.
func (g *growth) complete(query string, variables map[string]any) (all answer, tries int, err error) {
	if _, err := g.vendors.calls(); err != nil {
		return answer{}, 0, err
	}
	var took time.Duration
	var calls []call
	for tries = 1; tries <= maxTries; tries++ {
		if all, err = ask(g.server, query, variables); err != nil {
			return all, tries, err
		}
		took += all.took
		calls = append(calls, all.Extensions.Upstream...)
		if all.isComplete() {
			all.took, all.Extensions.Upstream = took, calls
			all.received, err = g.vendors.calls()
			return all, tries, err
		}
	}
	return all, tries, fmt.Errorf("%d responses are incomplete: %v", maxTries, all.Errors)
}

// walk reads the users in the order of their addresses, each once, page by page to the end.
func (g *growth) walk() error {
	var times []time.Duration
	var first answer
	previous := new("")
	seen := map[string]bool{}
	var after any
	calls, chain := 0, 0
	start := time.Now()
	for pages := 1; ; pages++ {
		a, _, err := g.complete(walkQuery, map[string]any{"after": after})
		if err != nil {
			return err
		}
		var data struct {
			Users struct {
				TotalCount *int
				Complete   bool
				PageInfo   struct {
					HasNextPage bool
					EndCursor   string
				}
				Nodes []struct {
					ID    string
					Email *string
				}
			}
		}
		if err := json.Unmarshal(a.Data, &data); err != nil {
			return err
		}
		for _, u := range data.Users.Nodes {
			if seen[u.ID] {
				return fmt.Errorf("%s is on two pages", u.ID)
			}
			if seen[u.ID] = true; !follows(previous, u.Email) {
				return fmt.Errorf("%s is not in order", u.ID)
			}
			previous = u.Email
		}
		if pages == 1 {
			first = a
		} else {
			times, calls, chain = append(times, a.took), max(calls, a.received), max(chain, a.chain())
		}
		switch {
		case !data.Users.Complete:
			return errors.New("a page is not complete")
		case !data.Users.PageInfo.HasNextPage:
			if data.Users.TotalCount == nil || *data.Users.TotalCount != len(seen) {
				return fmt.Errorf("%d users, totalCount %v", len(seen), data.Users.TotalCount)
			}
			g.walked = fmt.Sprintf("The walk of all %d users by EMAIL takes %.1f s.", len(seen), time.Since(start).Seconds())
		case pages < slowPages || g.delay < slowDelay:
			after = data.Users.PageInfo.EndCursor
			continue
		default:
			g.walked = fmt.Sprintf("Of users by EMAIL, %d pages are read.", slowPages)
		}
		g.rows = append(g.rows, []string{
			"users by EMAIL, 100 a page", milliseconds(first.took), milliseconds(medianTime(times)), fmt.Sprint(first.received), fmt.Sprint(calls),
			fmt.Sprint(first.chain()), fmt.Sprint(chain), fmt.Sprint(g.server.resident() >> 20),
		})
		return nil
	}
}

// follows reports whether an address comes after another one, or may be equal. Users without
// an address are the last ones.
func follows(before, email *string) bool {
	if before == nil || email == nil {
		return email == nil
	}
	return strings.ToLower(norm.NFC.String(*before)) <= strings.ToLower(norm.NFC.String(*email))
}
