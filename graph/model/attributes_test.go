package model_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

// An attribute is the field of the same name; CreatedAt and UpdatedAt can be those of
// the audit instead.
func TestAttributes_CoverFields(t *testing.T) {
	at := time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC)
	for _, node := range []model.Node{
		&model.User{}, &model.Membership{}, &model.Account{}, &model.Organization{}, &model.Group{}, &model.Buyer{}, &model.Seller{}, &model.Module{},
	} {
		record := reflect.ValueOf(node).Elem()
		attributes := reflect.TypeFor[model.Attributes]()
		var want []string
		for i := range attributes.NumField() {
			name := attributes.Field(i).Name
			if field := record.FieldByName(name); field.IsValid() {
				if field.Kind() == reflect.Pointer {
					field.Set(reflect.New(field.Type().Elem()))
				} else {
					field.SetString("x")
				}
				want = append(want, name)
			}
		}
		if audit := record.FieldByName("Audit"); audit.IsValid() && !record.FieldByName("CreatedAt").IsValid() && record.Type().Name() != model.TypeMembership {
			audit.Set(reflect.ValueOf(&model.Audit{Created: &model.AuditEvent{At: &at}, Updated: &model.AuditEvent{At: &at}}))
			want = append(want, "CreatedAt", "UpdatedAt")
		}
		got := reflect.ValueOf(node.Attributes())
		for _, name := range want {
			if got.FieldByName(name).IsZero() {
				t.Errorf("%s.%s is not in Attributes", record.Type().Name(), name)
			}
		}
	}
}

func TestAttributes_WithoutAudit(t *testing.T) {
	for _, node := range []model.Node{&model.Group{}, &model.Buyer{Audit: &model.Audit{}}, &model.Module{Audit: &model.Audit{Updated: &model.AuditEvent{}}}} {
		if a := node.Attributes(); a.CreatedAt != nil || a.UpdatedAt != nil {
			t.Errorf("%+v", a)
		}
	}
}
