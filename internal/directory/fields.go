package directory

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// ReadsFields reports whether the vendor of a record sends some of its fields only
// where a request names them.
func ReadsFields[T model.Node](d *Directory, sel Selector[T], record T) bool {
	_, ok := fieldReader(d, sel, record.GlobalID().Provider())
	return ok
}

func fieldReader[T model.Node](d *Directory, sel Selector[T], provider string) (providers.FieldReader[T], bool) {
	p, ok := d.byName(provider)
	if !ok {
		return nil, false
	}
	reader, ok := sel(p.Collections()).(providers.FieldReader[T])
	return reader, ok
}

// Fields reads records again that lack some of these fields, from all providers in
// parallel. Their vendors send fields where a request names them. An id in neither map
// does not exist or is hidden.
func Fields[T model.Node](ctx context.Context, d *Directory, sel Selector[T], records []T, fields []string) (map[model.ID]T, map[model.ID]error) {
	byProvider := map[string][]T{}
	for _, r := range records {
		byProvider[r.GlobalID().Provider()] = append(byProvider[r.GlobalID().Provider()], r)
	}
	objects, failed := make(map[model.ID]T, len(records)), map[model.ID]error{}
	var mu sync.Mutex
	var wg sync.WaitGroup
	for name, records := range byProvider {
		reader, ok := fieldReader(d, sel, name)
		if !ok {
			continue
		}
		wg.Go(func() {
			result := reader.GetFields(ctx, records, fields)
			mu.Lock()
			defer mu.Unlock()
			for _, object := range result.Objects {
				objects[object.GlobalID()] = object
			}
			for vendorID, err := range result.Failed {
				failed[model.NewID(name, records[0].GlobalID().Type(), vendorID)] = err
			}
		})
	}
	wg.Wait()
	return objects, failed
}

// withFields returns the records, read again where they lack some of the fields and
// their vendor sends fields by name. A record that could not be read again stays as it
// is, and one error tells why.
func withFields[T model.Node](ctx context.Context, d *Directory, sel Selector[T], records []T, fields []string) ([]T, []error) {
	var lacking []T
	for _, r := range records {
		if lacksField(r, fields) && ReadsFields(d, sel, r) {
			lacking = append(lacking, r)
		}
	}
	if len(lacking) == 0 {
		return records, nil
	}
	objects, failed := Fields(ctx, d, sel, lacking, fields)
	records = slices.Clone(records)
	for i, r := range records {
		if object, ok := objects[r.GlobalID()]; ok {
			records[i] = object
		}
	}
	if ids := slices.Sorted(maps.Keys(failed)); len(ids) > 0 {
		return records, []error{failed[ids[0]]}
	}
	return records, nil
}

func lacksField(record model.Node, fields []string) bool {
	return slices.ContainsFunc(fields, func(f string) bool { return !record.HasField(f) })
}

// ComparablePage returns a page whose rows hold what the query compares. Rows that lack a
// part of it are read again, in one call if the vendor can; so are the users of
// memberships, from users, which may be nil. A row that could not be read is left out, with
// its error in the page. A page with a row of which such a value is hidden or invalid
// is Hidden, and has an error if it is invalid: Accepts leaves out the row.
func ComparablePage[T model.Node](
	ctx context.Context, c providers.Collection[T], users providers.Collection[*model.User], q providers.Query, page *providers.Page[T],
) *providers.Page[T] {
	members, ofMembers := any(page).(*providers.Page[*model.Membership])
	fields, ofUser := comparedFields(q, ofMembers)
	if len(fields)+len(ofUser) == 0 {
		return page
	}
	if len(ofUser) > 0 && users != nil {
		page = any(withUsers(ctx, users, members, ofUser)).(*providers.Page[T])
	}
	page = CompletePage(ctx, c, fields, page)
	var unknown []model.Node
	for _, row := range page.Items {
		if IsUnknown(row, q) {
			unknown = append(unknown, row)
		}
	}
	if len(unknown) == 0 {
		return page
	}
	hidden := *page
	hidden.Hidden = true
	for _, row := range unknown {
		if err := InvalidError(row, q); err != nil {
			hidden.Errors = append(slices.Clone(page.Errors), err)
			break
		}
	}
	return &hidden
}

// CompletePage returns a page whose rows hold these fields. Rows that lack one of them are
// read again, in one call if the vendor can. A row that could not be read is left out,
// with its error in the page.
func CompletePage[T model.Node](ctx context.Context, c providers.Collection[T], fields []string, page *providers.Page[T]) *providers.Page[T] {
	reader, ok := c.(providers.FieldReader[T])
	if !ok || len(fields) == 0 {
		return page
	}
	lacking := slices.DeleteFunc(slices.Clone(page.Items), func(row T) bool { return !lacksField(row, fields) })
	if len(lacking) == 0 {
		return page
	}
	result := reader.GetFields(ctx, lacking, fields)
	return replaceRows(page, result, func(row T) string { return row.GlobalID().VendorID() }, func(_, object T) T { return object })
}

// withUsers returns a page whose memberships hold users with these fields.
func withUsers(ctx context.Context, users providers.Collection[*model.User], page *providers.Page[*model.Membership], fields []string) *providers.Page[*model.Membership] {
	lacking := map[string]*model.User{}
	for _, m := range page.Items {
		if m.User != nil && lacksField(m.User, fields) {
			lacking[m.User.VendorID] = m.User
		}
	}
	if len(lacking) == 0 {
		return page
	}
	var result providers.BatchResult[*model.User]
	if reader, ok := users.(providers.FieldReader[*model.User]); ok {
		result = reader.GetFields(ctx, slices.Collect(maps.Values(lacking)), fields)
	} else {
		result = users.Get(ctx, slices.Collect(maps.Keys(lacking)))
	}
	id := func(m *model.Membership) string {
		if m.User == nil {
			return ""
		}
		return m.User.VendorID
	}
	return replaceRows(page, result, id, func(m *model.Membership, u *model.User) *model.Membership {
		completed := *m
		completed.User = u
		return &completed
	})
}

// replaceRows returns a page with each row that has an object in the result replaced, and
// without those that have an error there. id returns the id of a row in the result.
func replaceRows[T, O any](page *providers.Page[T], result providers.BatchResult[O], id func(T) string, replace func(T, O) T) *providers.Page[T] {
	completed := *page
	completed.Items = nil
	for _, row := range page.Items {
		if object, ok := result.Objects[id(row)]; ok {
			row = replace(row, object)
		}
		if result.Failed[id(row)] == nil {
			completed.Items = append(completed.Items, row)
		}
	}
	if failed := slices.Sorted(maps.Keys(result.Failed)); len(failed) > 0 {
		completed.Errors = append(slices.Clone(page.Errors), result.Failed[failed[0]])
	}
	return &completed
}
