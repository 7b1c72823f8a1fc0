package softwareone

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// envelope is the object around the rows of every list.
type envelope struct {
	meta optional[wireMeta]
	// rows share the memory of the body. eachRow does not set them.
	rows []json.RawMessage
	// count is the number of rows.
	count int
}

// omitted returns the vendor's names of the properties that all rows lack
// because select does not name them.
func (e envelope) omitted() []string { return omittedBy(e.meta) }

// pagination returns nil where the list has none.
func (e envelope) pagination() *pagination {
	if e.meta.value == nil {
		return nil
	}
	return e.meta.value.Pagination.value
}

var errNotList = errors.New("not a list")

// parseEnvelope splits a list into its rows. It calls readRow at the beginning
// of each row; readRow must read or skip the row.
func parseEnvelope(body []byte, readRow func(row *jsonscan.Reader)) (envelope, error) {
	var e envelope
	r := jsonscan.NewBytes(body) // bodies are immutable
	for name := range r.ObjectKeys {
		switch name {
		case "$meta":
			e.meta = readOptional(r, (*wireMeta).read)
			if e.meta.odd {
				r.Fail(errNotList)
			}
		case "data":
			if r.IsNull() {
				continue
			}
			e.rows = []json.RawMessage{}
			for range r.Array {
				from := r.Offset()
				readRow(r)
				e.rows = append(e.rows, body[from:r.Offset()])
			}
		}
	}
	e.count = len(e.rows)
	err := r.End()
	if err == nil && e.rows == nil && e.pagination() == nil {
		err = errNotList
	}
	return e, err
}

// eachRow reads a list in one pass. It calls begin before the first row, and row at the
// beginning of each row, which must read or skip it, with the list's $meta.omitted. A reader
// is what open returns for a text. A list whose $meta comes after its rows takes two passes.
// After begin, what was made of rows before does not count.
func eachRow(
	ctx context.Context, body []byte, open func(text []byte) *jsonscan.Reader, begin func(envelope), row func(r *jsonscan.Reader, omitted []string),
) (envelope, error) {
	if e, ok, err := eachRowInOrder(ctx, open(body), begin, row); ok {
		return e, err
	}
	e, err := parseEnvelope(body, skipUntil(ctx))
	if err != nil {
		return e, err
	}
	begin(e)
	for _, raw := range e.rows {
		if ctx.Err() != nil {
			return e, ctx.Err()
		}
		r := open(raw)
		row(r, e.omitted())
		if err := r.End(); err != nil {
			return e, err
		}
	}
	return e, nil
}

// eachRowInOrder is eachRow for a list whose $meta comes before its rows; ok is false for any
// other.
func eachRowInOrder(
	ctx context.Context, r *jsonscan.Reader, begin func(envelope), row func(r *jsonscan.Reader, omitted []string),
) (e envelope, ok bool, err error) {
	hasMeta, hasRows := false, false
	for name := range r.ObjectKeys {
		switch name {
		case "$meta":
			if hasRows {
				return e, false, nil
			}
			hasMeta = true
			e.meta = readOptional(r, (*wireMeta).read)
			if e.meta.odd {
				r.Fail(errNotList)
			}
		case "data":
			if r.IsNull() {
				continue
			}
			if hasRows || !hasMeta {
				return e, false, nil
			}
			hasRows = true
			omitted := e.omitted()
			begin(e)
			for range r.Array {
				if err := ctx.Err(); err != nil {
					r.Fail(err)
					break
				}
				row(r, omitted)
				e.count++
			}
		}
	}
	err = r.End()
	if err == nil && !hasRows && e.pagination() == nil {
		err = errNotList
	}
	return e, true, err
}

// skipUntil returns a function for parseEnvelope that skips rows until ctx ends.
func skipUntil(ctx context.Context) func(row *jsonscan.Reader) {
	return func(row *jsonscan.Reader) {
		if err := ctx.Err(); err != nil {
			row.Fail(err)
			return
		}
		row.Skip()
	}
}

// rowsByID returns the rows of a list by vendor id, each with those names of the
// list's $meta.omitted that are of its type; of several rows with one id, the first.
// Rows whose id is "" are left out.
func rowsByID(body []byte, id func(row *jsonscan.Reader) string, of properties) (map[string]json.RawMessage, error) {
	var ids []string
	e, err := parseEnvelope(body, func(row *jsonscan.Reader) { ids = append(ids, id(row)) })
	if err != nil {
		return nil, err
	}
	ids = ids[len(ids)-len(e.rows):] // of several arrays, the last
	omitted := of.names(of.set(e.omitted()...), "")
	rows := make(map[string]json.RawMessage, len(ids))
	for i, key := range ids {
		if _, duplicate := rows[key]; key != "" && !duplicate {
			rows[key] = withOmitted(e.rows[i], omitted)
		}
	}
	return rows, nil
}

// hasMore reports whether the list that a response begins has further rows.
func hasMore(body []byte) bool {
	e, err := parseEnvelope(body, (*jsonscan.Reader).Skip)
	if err != nil {
		return false
	}
	next, err := e.pagination().after(0, len(e.rows))
	return err != nil || next.offset >= 0
}

// hasUnknown reports whether a response has a row whose id is "".
func hasUnknown(body []byte, id func(row *jsonscan.Reader) string) bool {
	unknown := false
	_, err := parseEnvelope(body, func(row *jsonscan.Reader) { unknown = id(row) == "" || unknown })
	return err == nil && unknown
}

// readRowID returns the id of a row, "" for a row that is no object with an id.
func readRowID(row *jsonscan.Reader) (id string) {
	if !row.IsObject() {
		row.Skip()
		return ""
	}
	readID(&id, row)
	return id
}
