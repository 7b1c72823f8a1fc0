package softwareone

import (
	"reflect"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// keepFields adds to objects what they lack of the records that they replace: a
// request names the properties that a record lacks, and an object may not have the
// others.
func keepFields[T model.Node](of properties, result providers.BatchResult[T], records []T) {
	for _, r := range records {
		id := r.GlobalID().VendorID()
		if object, ok := result.Objects[id]; ok && !object.Complete() {
			result.Objects[id] = withFieldsOf(of, object, r)
		}
	}
}

// withFieldsOf returns the object with those fields of a record that it lacks.
func withFieldsOf[T model.Node](of properties, object, record T) T {
	merged := reflect.New(reflect.TypeOf(object).Elem())
	merged.Elem().Set(reflect.ValueOf(object).Elem())
	from := reflect.ValueOf(record).Elem()
	var missing, hidden, invalid []string
	for _, field := range of.fields(of.all()) {
		if object.HasField(field) {
			hidden, invalid = appendUnknown(hidden, invalid, object, field)
			continue
		}
		if !record.HasField(field) {
			missing = append(missing, field)
			continue
		}
		hidden, invalid = appendUnknown(hidden, invalid, record, field)
		isField := func(name string) bool { return strings.EqualFold(name, field) }
		merged.Elem().FieldByNameFunc(isField).Set(from.FieldByNameFunc(isField))
	}
	var fields *model.FieldSet
	if missing != nil {
		fields = model.AllExcept(missing...)
	}
	merged.Elem().FieldByName("FieldSet").Set(reflect.ValueOf(fields.Hiding(hidden...).WithInvalid(invalid...)))
	return merged.Interface().(T)
}

// appendUnknown appends the field to the lists that concern it.
func appendUnknown(hidden, invalid []string, n model.Node, field string) (_, _ []string) {
	if n.Hides(field) {
		hidden = append(hidden, field)
	}
	if n.IsInvalid(field) {
		invalid = append(invalid, field)
	}
	return hidden, invalid
}
