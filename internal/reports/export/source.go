package export

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"sync/atomic"
	"time"

	"github.com/accountgraph/accountgraph/internal/reports/client"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// source reads the rows of one provider.
type source struct {
	export   *Export
	session  *client.Session
	columns  []Column
	filter   map[string]any
	provider provider
	state    *ProviderState
	pages    chan []table.Row
	// total is the number of rows as far as it is known, or an estimate.
	total      atomic.Int64
	isEstimate atomic.Bool
	// counted is the number of rows of the lists that were begun, of so many lists.
	counted, begun, lists int
	// unindexed is set if the server has no index for long lists.
	unindexed bool
}

// connection is a page of a list.
type connection struct {
	Nodes    []map[string]any `json:"nodes"`
	PageInfo struct {
		HasNextPage bool    `json:"hasNextPage"`
		EndCursor   *string `json:"endCursor"`
	} `json:"pageInfo"`
	TotalCount *int `json:"totalCount"`
	Complete   bool `json:"complete"`
	Freshness  *struct {
		FetchedAt time.Time `json:"fetchedAt"`
	} `json:"freshness"`
}

// query is a list to be read to its end.
type query struct {
	// document has the variables $after and $count, those of variables, and $order if the
	// list can be ordered by name.
	document  string
	variables map[string]any
	ordered   bool
	// path is that of the connection.
	path []string
	// page is called for each page.
	page func(page *connection, errs rowErrors) error
}

func (q query) operation(order, after *string) client.Operation {
	variables := map[string]any{"after": after, "count": after == nil}
	if order != nil {
		variables["order"] = map[string]any{"field": *order}
	}
	maps.Copy(variables, q.variables)
	return client.Operation{Query: q.document, Variables: variables, Trace: order != nil && after == nil}
}

// read reads a list page by page into a part. The error ends the export: what could not be
// read is recorded in the part.
func (s *source) read(ctx context.Context, q query, part *Part) error {
	var order, after *string
	response, err := s.session.Do(ctx, q.operation(nil, nil))
	if err == nil && q.ordered && isLong(response, q.path) && !s.unindexed {
		if indexed := s.indexed(ctx, q); indexed != nil {
			order, response = &byName, indexed
		}
	}
	for {
		if err != nil {
			return s.failed(part, err)
		}
		page, invalid := s.record(q, response, part)
		if invalid != nil || page == nil {
			return invalid
		}
		if after == nil && page.TotalCount != nil {
			part.Total = page.TotalCount
			s.count(*page.TotalCount)
		}
		if err := q.page(page, errorsBelow(append(q.path[:len(q.path):len(q.path)], "nodes"), response.Errors)); err != nil {
			return err
		}
		next := page.PageInfo.EndCursor
		if !page.PageInfo.HasNextPage || next == nil || after != nil && *next == *after {
			return nil
		}
		after = next
		response, err = s.session.Do(ctx, q.operation(order, after))
	}
}

// count adds the number of rows of a list to those of the provider, which are estimated if more
// lists follow.
func (s *source) count(rows int) {
	s.counted += rows
	s.begun++
	s.isEstimate.Store(s.begun < s.lists)
	s.total.Store(int64(s.counted) * int64(max(s.lists, s.begun)) / int64(s.begun))
}

// longList is the number of rows from which a list may have an index.
const longList = 1000

// byName is an order that the server answers from an index where the vendor cannot page.
var byName = "NAME"

func isLong(response *client.Response, path []string) bool {
	page, err := find(response.Data, path)
	return err == nil && page != nil && page.PageInfo.HasNextPage && (page.TotalCount == nil || *page.TotalCount >= longList)
}

// indexed returns the first page of the list by name, if the server reads it from an index
// and no row is missing; else nil. Some vendors send a whole list in one response, which the
// server would read again for each page.
func (s *source) indexed(ctx context.Context, q query) *client.Response {
	response, err := s.session.DoEssential(ctx, q.operation(&byName, nil))
	if err != nil || len(response.Errors) > 0 {
		return nil
	}
	if !response.IsIndexed() {
		s.unindexed = true
		return nil
	}
	if page, err := find(response.Data, q.path); err != nil || page == nil || !page.Complete {
		return nil
	}
	return response
}

// failed records an operation without data. Errors that concern the whole export are
// returned.
func (s *source) failed(part *Part, err error) error {
	var request *client.RequestError
	switch {
	case client.IsInvalid(err):
		return invalid("%v", err)
	case !errors.As(err, &request) || request.IsPermanent():
		return err
	}
	part.failWith(request)
	return nil
}

// record records the errors of a page and returns it, nil if there is none.
func (s *source) record(q query, response *client.Response, part *Part) (*connection, error) {
	for _, e := range response.Errors {
		if client.IsInvalidCode(e.Extensions.Code) {
			return nil, invalid("%s", e.Message)
		}
		part.fail(e.Extensions.Code, e.Message)
	}
	page, err := find(response.Data, q.path)
	if err != nil {
		return nil, err
	}
	if page == nil {
		if len(response.Errors) == 0 {
			part.fail(codeHidden, "the list is not there")
		}
		part.Complete, part.MissingRows = false, true
		return nil, nil
	}
	if page.Freshness != nil {
		part.age(&page.Freshness.FetchedAt)
	}
	if !page.Complete && len(response.Errors) == 0 && len(part.Problems) == 0 {
		part.fail(codeHidden, "the vendor hides rows, or values that the filter compares, from the credential")
	}
	part.Complete, part.MissingRows = part.Complete && page.Complete, part.MissingRows || !page.Complete
	return page, nil
}

// find returns the connection at a path of the data, nil if it is null.
func find(data json.RawMessage, path []string) (*connection, error) {
	for _, name := range path {
		var object map[string]json.RawMessage
		if err := json.Unmarshal(data, &object); err != nil {
			return nil, fmt.Errorf("the response cannot be read: %w", err)
		}
		if data = object[name]; len(data) == 0 || string(data) == "null" {
			return nil, nil
		}
	}
	page := new(connection)
	if err := json.Unmarshal(data, page); err != nil {
		return nil, fmt.Errorf("the response cannot be read: %w", err)
	}
	return page, nil
}

// rows returns the rows of a page. known has the values that the reader knows, by column.
func (s *source) rows(page *connection, errs rowErrors, known map[string]table.Value, part *Part) []table.Row {
	rows := make([]table.Row, 0, len(page.Nodes))
	for i, node := range page.Nodes {
		if node == nil {
			part.UnreadRows++
			part.Complete, part.MissingRows = false, true
			continue
		}
		rows = append(rows, s.row(node, errs, i, page, known, part))
	}
	return rows
}

// row returns the row of a node.
func (s *source) row(node map[string]any, errs rowErrors, index int, page *connection, known map[string]table.Value, part *Part) table.Row {
	row, unread, unreadAt := make(table.Row, len(s.columns)), []string{}, -1
	for i, c := range s.columns {
		switch {
		case c.Name == UnreadColumn:
			unreadAt = i
		case c.Name == ReadAtColumn && page.Freshness != nil:
			row[i] = page.Freshness.FetchedAt.UTC().Format(time.RFC3339)
		case c.path == "":
			row[i] = s.known(c.Name, known)
		default:
			value, missing := c.valueOf(node)
			if missing || errs.isUnread(index, c, value) || dependsOnMissing(c, node, value) {
				unread = append(unread, c.Name)
			}
			row[i] = value
		}
	}
	part.UnreadValues += len(unread)
	part.Complete = part.Complete && len(unread) == 0
	if unreadAt >= 0 {
		row[unreadAt] = unread
	}
	part.Rows++
	return row
}

// dependsOnMissing reports whether a value of a person may be another one, because a provider
// could not be asked for logins. Only the address is certain then, and that a login is active.
func dependsOnMissing(c Column, node map[string]any, value table.Value) bool {
	missing, _ := node["unavailableProviders"].([]any)
	return len(missing) > 0 && c.path != "email" && value != true
}

// known returns the value of a column that has no path.
func (s *source) known(name string, known map[string]table.Value) table.Value {
	switch name {
	case "provider":
		return s.provider.Name
	case "vendor":
		return s.provider.Vendor
	}
	return known[name]
}

// send passes a page of rows on.
func (s *source) send(ctx context.Context, rows []table.Row) error {
	if len(rows) == 0 {
		return nil
	}
	select {
	case s.pages <- rows:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
