package softwareone

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// pageSize is the most that the platform gives at once; a larger limit is cut
// down without a word, see
// https://docs.platform.softwareone.com/developer-resources/rest-api/resource-query-language.
const pageSize = 100

// envelope is what every list comes in.
type envelope struct {
	meta maybe[wireMeta]
	// rows are parts of the body.
	rows []json.RawMessage
}

// omitted names the properties that all rows lack because nobody asked for them.
func (e envelope) omitted() []string { return omittedBy(e.meta) }

// pagination is nil where the list does not tell.
func (e envelope) pagination() *pagination {
	if e.meta.value == nil {
		return nil
	}
	return e.meta.value.Pagination.value
}

var errShape = errors.New("not a list")

// parseEnvelope reads a list without its rows, each of which look passes over.
func parseEnvelope(body []byte, look func(row *jsonscan.Reader)) (envelope, error) {
	var e envelope
	r := jsonscan.NewBytes(body) // which nobody changes
	for name := range r.ObjectKeys {
		switch name {
		case "$meta":
			e.meta = object(r, (*wireMeta).read)
		case "data":
			if r.IsNull() {
				continue
			}
			e.rows = []json.RawMessage{}
			for range r.Array {
				from := r.Offset()
				look(r)
				e.rows = append(e.rows, body[from:r.Offset()])
			}
		}
	}
	err := r.End()
	if err == nil && e.rows == nil && e.pagination() == nil {
		err = errShape
	}
	return e, err
}

type pagination struct {
	Offset *int64
	Limit  *int64
	Total  *int64
}

func (w *pagination) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "offset":
			w.Offset = r.Int64Ptr()
		case "limit":
			w.Limit = r.Int64Ptr()
		case "total":
			w.Total = r.Int64Ptr()
		}
	}
}

// progress is what follows from a page: where the next one begins, -1 where this
// is the last, and how long the list is, nil where that is not told.
type progress struct {
	next  int
	total *int
}

// after tells how to go on behind rows that were asked for at this offset. The
// page's own limit counts, not the one that was asked for. It fails with kind
// Truncated when the platform gives another page than the one that was asked for.
func (p *pagination) after(offset, rows int) (progress, error) {
	if p == nil {
		p = &pagination{}
	}
	if offset > 0 && p.Offset != nil && *p.Offset != int64(offset) {
		return progress{}, &providers.Error{Kind: providers.Incomplete, Detail: "the list does not go on where it should"}
	}
	step := rows
	if p.Limit != nil && *p.Limit > int64(rows) && *p.Limit <= pageSize {
		step = int(*p.Limit)
	}
	end := offset + step
	at := progress{next: end}
	if p.Total != nil && *p.Total >= int64(offset+rows) && *p.Total <= math.MaxInt32 {
		total := int(*p.Total)
		at.total = &total
	}
	switch {
	case rows == 0, at.total != nil && end >= *at.total:
		at.next = -1
	case at.total == nil && p.Limit != nil && int64(rows) < *p.Limit:
		at.next = -1
	case end > math.MaxInt32:
		at.next = -1
	}
	return at, nil
}

// position is where a page begins. A list that takes several queries, since one
// cannot name all that is looked for, is read query by query.
type position struct{ part, offset int }

// String is the position's token: an offset, with the number of the part before
// it where it is not the first: "300", "2.0".
func (p position) String() string {
	if p.part == 0 {
		return strconv.Itoa(p.offset)
	}
	return strconv.Itoa(p.part) + "." + strconv.Itoa(p.offset)
}

// parsePosition reads a token; "" is the beginning. It fails with kind BadInput.
func parsePosition(token string) (position, error) {
	if token == "" {
		return position{}, nil
	}
	part, offset, ok := strings.Cut(token, ".")
	if !ok {
		part, offset = "0", token
	}
	var p position
	var err error
	if p.part, err = strconv.Atoi(part); err == nil {
		p.offset, err = strconv.Atoi(offset)
	}
	if err != nil || p.part < 0 || p.offset < 0 || p.offset > math.MaxInt32 || p.String() != token {
		return p, badInput("this is not a place in the list")
	}
	return p, nil
}

func badInput(detail string) error {
	return &providers.Error{Kind: providers.InvalidArgument, Detail: detail}
}

// named adds the provider to an error that does not name one.
func named(p *model.Provider, err error) error {
	var e *providers.Error
	if !errors.As(err, &e) || e.Provider != nil {
		return err
	}
	own := *e
	own.Provider = p
	return &own
}
