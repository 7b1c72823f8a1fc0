package directory_test

import (
	"reflect"
	"testing"

	"github.com/accountgraph/accountgraph/graph/generated"
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers"
)

// hidingMembership returns a membership that hides every value that a query can compare.
func hidingMembership() *model.Membership {
	u := user("a", "1", "")
	u.Entity = u.WithFieldSet(u.FieldSet.Hiding("email", "name", "createdAt", "updatedAt", "lastLoginAt"))
	m := &model.Membership{Entity: model.NewEntity(connection("a"), model.TypeMembership, "1/1"), User: u}
	m.Entity = m.WithFieldSet(m.FieldSet.Hiding("status", "role", "license"))
	return m
}

// Whatever a filter compares, it is not known whether a row that hides the value matches.
func TestIsUnknown_EveryCondition(t *testing.T) {
	if directory.IsUnknown(hidingMembership(), providers.Query{}) {
		t.Error("a query that compares nothing")
	}
	fields := reflect.TypeFor[providers.Filter]()
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		if name == "Database" { // is applied by the vendor, and no value of a row
			continue
		}
		var q providers.Query
		field := reflect.ValueOf(&q.Filter).Elem().Field(i)
		switch field.Kind() {
		case reflect.Slice:
			value := reflect.New(field.Type().Elem()).Elem()
			value.SetString("x")
			field.Set(reflect.Append(field, value))
		case reflect.Pointer:
			field.Set(reflect.New(field.Type().Elem()))
		case reflect.String:
			field.SetString("x")
		default:
			t.Fatalf("%s is of kind %s", name, field.Kind())
		}
		if row := hidingMembership(); !directory.IsUnknown(row, q) || directory.Accepts(row, q) {
			t.Errorf("Filter.%s: the row is taken for one whose values are known", name)
		}
	}
}

// Whatever an order compares, it is not known where a row that hides the value is.
func TestIsUnknown_EveryOrder(t *testing.T) {
	for _, value := range generated.NewExecutableSchema(generated.Config{}).Schema().Types["UserOrderField"].EnumValues {
		field := model.UserOrderField(value.Name)
		q := providers.Query{Order: providers.Order{Field: field}}
		if row := hidingMembership(); !directory.IsUnknown(row, q) || directory.Accepts(row, q) {
			t.Errorf("%s: the row is taken for one whose values are known", field)
		}
	}
}
