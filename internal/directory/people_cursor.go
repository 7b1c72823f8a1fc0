package directory

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// A position in a list of people is the number of people before it, what identifies the key
// of cursors, and keyed digests of the last few of the people: `90d2c1ee.5f3a09c1-77b0e1d2.0c44aa91`. A digest is one of a user of the person, and in
// its last byte of what the order compares, so that the position is found again in a list that
// has changed, unless all these people have. Without the key, no guess of an address or a name
// can be tested with a cursor; with it, a byte does not tell whether the guess is right.
const (
	// peopleAnchors is the number of people whose digests a position holds, and
	// loginsOfAnchor the largest number of users of each.
	peopleAnchors  = 4
	loginsOfAnchor = 4
)

// digests returns a digest for each user of a person.
func (o PeopleOrder) digests(p *model.Person, secret *CursorKey) []string {
	key, _ := o.keyOf(p)
	text := key.text
	if o.Field == "" || o.Field == model.OrderPeopleByEmail {
		text = p.Email
	}
	var all []string
	for _, u := range p.Users[:min(len(p.Users), loginsOfAnchor)] {
		compared := secret.Short("order", text, strconv.FormatInt(key.at.UnixNano(), 36), strconv.Itoa(key.number))
		all = append(all, fmt.Sprintf("%08x", secret.Short("user", u.Provider.Name, u.VendorID)<<8|compared&0xff))
	}
	return all
}

// anchors returns the tokens of the positions after each of the people from from to to.
func (r *peopleRequest) anchors(reader *peopleReader, people []uint32, from, to int) []string {
	start := max(0, from+1-peopleAnchors)
	var digests []string
	for _, person := range people[start:to] {
		digests = append(digests, strings.Join(r.list.Order.digests(reader.read(person), r.d.cursorKey), "-"))
	}
	tokens, check := make([]string, to-from), r.keyCheck()
	for i := range tokens {
		end := from + i + 1 - start
		last := slices.Clone(digests[max(0, end-peopleAnchors):end])
		slices.Reverse(last)
		tokens[i] = strings.Join(append([]string{check}, last...), ".")
	}
	return tokens
}

// keyCheck identifies the key of cursors.
func (r *peopleRequest) keyCheck() string { return fmt.Sprintf("%08x", r.d.cursorKey.Check()) }

// checkKey returns an error for a cursor that was made with another key, whose digests
// identify nobody.
func (r *peopleRequest) checkKey() error {
	if w := r.window; w.After == nil || strings.HasPrefix(w.After.Positions[0].Token, r.keyCheck()+".") {
		return nil
	}
	return &providers.Error{Kind: providers.InvalidArgument, Detail: "the cursor was made with another key; read the list from its start"}
}

// position returns the number of people before a position. ok is false if none of the people
// that it names is in the list, which lacks the users of a provider: the list cannot be
// continued then.
func (r *peopleRequest) position(reader *peopleReader, people []uint32, at model.Position) (n int, ok bool) {
	var anchors [][]string
	for _, person := range strings.Split(strings.TrimPrefix(at.Token, r.keyCheck()+"."), ".") {
		anchors = append(anchors, strings.Split(person, "-"))
	}
	// rank returns which of the anchors a person is; their number for none.
	rank := func(i int) int {
		digests := r.list.Order.digests(reader.read(people[i]), r.d.cursorKey)
		return slices.IndexFunc(append(anchors, digests), func(anchor []string) bool {
			return slices.ContainsFunc(anchor, func(d string) bool { return slices.Contains(digests, d) })
		})
	}
	if at.Index <= len(people) && at.Index > 0 && rank(at.Index-1) == 0 {
		return at.Index, true
	}
	found, best := -1, len(anchors)
	for i := range people {
		a := rank(i)
		isNearer := found >= 0 && a == best && distance(i, at.Index-1-a) < distance(found, at.Index-1-a)
		if a < best || isNearer {
			found, best = i, a
		}
	}
	if found >= 0 {
		return found + 1, true
	}
	return min(at.Index, len(people)), len(r.missing.users) == 0
}

func distance(a, b int) int { return max(a-b, b-a) }
