package softwareone

import (
	"strings"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

// pushDowns are parts of a query that the platform can apply: the OpenAPI document calls
// their property an RQL primitive. An installation may reject them all the same.
type pushDowns uint8

const (
	rangeOfCreation pushDowns = 1 << iota
	rangeOfUpdate
	rangeOfLogin
	orderByCreation
	orderByUpdate
	orderByLogin
)

// allRanges are the push-downs that page tokens name.
const allRanges = rangeOfCreation | rangeOfUpdate | rangeOfLogin

// rangeLetters are the letters of the ranges, from rangeOfCreation on, in page tokens.
const rangeLetters = "cul"

// letters returns the letters of the ranges among s.
func (s pushDowns) letters() string {
	var b strings.Builder
	for i := range rangeLetters {
		if s&(1<<i) != 0 {
			b.WriteByte(rangeLetters[i])
		}
	}
	return b.String()
}

// cutRanges cuts the letters of ranges off the beginning of a token.
func cutRanges(token string) (s pushDowns, rest string) {
	for token != "" {
		i := strings.IndexByte(rangeLetters, token[0])
		if i < 0 {
			break
		}
		s, token = s|1<<i, token[1:]
	}
	return s, token
}

// rejectionLifetime is how long a push-down that the platform has rejected is not tried
// again.
const rejectionLifetime = time.Hour

// rejections are the push-downs that the platform has rejected. Safe for concurrent use.
type rejections struct {
	now func() time.Time

	mu    sync.Mutex
	until map[rejection]time.Time
}

// rejection is one push-down in the lists of one kind.
type rejection struct {
	kind string
	part pushDowns
}

// add records that lists of a kind were rejected with these push-downs, and not without
// them.
func (r *rejections) add(kind string, parts pushDowns) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.until == nil {
		r.until = map[rejection]time.Time{}
	}
	for part := rangeOfCreation; part <= orderByLogin; part <<= 1 {
		if parts&part != 0 {
			r.until[rejection{kind, part}] = r.now().Add(rejectionLifetime)
		}
	}
}

// of returns the push-downs that are not tried for lists of a kind.
func (r *rejections) of(kind string) (parts pushDowns) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for rejected, until := range r.until {
		if rejected.kind == kind && r.now().Before(until) {
			parts |= rejected.part
		}
	}
	return parts
}

// orderOf returns the vendor's property by which an order sorts. Text is not pushed down: the
// vendor does not document how it collates, and it sorts a status by its own value, not the
// graph's.
func (c *collection[T]) orderOf(field model.UserOrderField) (property string, part pushDowns) {
	switch {
	case field == model.OrderByCreatedAt:
		return createdAt, orderByCreation
	case field == model.OrderByUpdatedAt:
		return updatedAt, orderByUpdate
	case field == model.OrderByLastLoginAt && c.kind == model.TypeUser:
		return lastLoginAt, orderByLogin
	}
	return "", 0
}
