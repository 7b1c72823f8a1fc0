package loaders

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
)

// Selection is what an operation wants of the objects at one place.
type Selection interface {
	// Fields are the fields that it wants of an object of this type.
	Fields(typ string) []Field
}

// Field is one selected field.
type Field struct {
	Name, Alias string
	// NonNull is set when the field cannot be null, Leaf when it has no fields.
	NonNull, Leaf bool
	// Arguments reads the arguments into a struct with their names.
	Arguments func(into any) error
	Selection Selection
}

// MissingFields is what could not be had of one of several objects.
type MissingFields struct {
	// Index of the object.
	Index int
	// Fields that are missing; empty when the whole object is.
	Fields []Field
	Err    error
}

// Resolve replaces those references that lack a wanted field by the full
// objects, loaded in one batch. A reference whose object is hidden stays as it
// is: what it lacks is null. A reference whose object could not be read stays
// too, with a gap that names what is missing; it becomes the zero T when that
// includes a field that cannot be null.
func (k *Loader[T]) Resolve(ctx context.Context, refs []T, want Selection) ([]T, []MissingFields) {
	var fields []Field
	var ids []model.ID
	var at []int
	for i, ref := range refs {
		if isNil(ref) || ref.Complete() {
			continue
		}
		if fields == nil {
			fields = want.Fields(k.typ)
		}
		if lacks(ref, k.typ, fields) {
			ids, at = append(ids, ref.GlobalID()), append(at, i)
		}
	}
	if len(ids) == 0 {
		return refs, nil
	}
	completed := append([]T(nil), refs...)
	var gaps []MissingFields
	objects, errs := load(ctx, k.byID, ids)
	for n, i := range at {
		switch {
		case errs[n] != nil:
			gap := MissingFields{Index: i, Err: errs[n]}
			gap.Fields = missing(refs[i], k.typ, fields)
			for _, f := range gap.Fields {
				if f.NonNull {
					gap.Fields = nil
					completed[i] = *new(T)
					break
				}
			}
			gaps = append(gaps, gap)
		case isNil(objects[n]):
			completed[i] = hidden(refs[i])
		default:
			completed[i] = objects[n]
		}
	}
	return completed, gaps
}

// unheld are the fields that no record holds, since they are read by the object's
// id or are its id.
var unheld = map[string]map[string]bool{
	model.TypeUser:         {"memberships": true, "person": true},
	model.TypeAccount:      {"members": true, "groups": true, "buyers": true},
	model.TypeOrganization: {"members": true, "subOrganizations": true, "roles": true},
	model.TypeMembership:   {"user": true, "tenant": true, "account": true, "organization": true},
}

func lacks(ref model.Node, typ string, fields []Field) bool {
	if ref.Complete() {
		return false
	}
	for _, f := range fields {
		if !ref.HasField(f.Name) && !unheld[typ][f.Name] {
			return true
		}
	}
	return false
}

func missing(ref model.Node, typ string, fields []Field) []Field {
	var missing []Field
	for _, f := range fields {
		if !ref.HasField(f.Name) && !unheld[typ][f.Name] {
			missing = append(missing, f)
		}
	}
	return missing
}

// hidden is a reference to an object that the vendor does not show: its status,
// which the graph promises, is unknown.
func hidden[T model.Node](ref T) T {
	var node model.Node
	switch o := any(ref).(type) {
	case *model.User:
		c := *o
		c.Status = or(c.Status, model.UserOther)
		node = &c
	case *model.Membership:
		c := *o
		c.Status, c.Role = or(c.Status, model.UserOther), or(c.Role, model.RoleOther)
		node = &c
	case *model.Account:
		c := *o
		c.Status = or(c.Status, model.AccountOther)
		node = &c
	case *model.Organization:
		c := *o
		c.Status = or(c.Status, model.OrganizationOther)
		node = &c
	case *model.Buyer:
		c := *o
		c.Status = or(c.Status, model.BuyerOther)
		node = &c
	case *model.Seller:
		c := *o
		c.Status = or(c.Status, model.SellerOther)
		node = &c
	default:
		return ref
	}
	return node.(T)
}

func or[S ~string](word, other S) S {
	if word == "" {
		return other
	}
	return word
}

func isNil[T model.Node](object T) bool { return any(object) == any(*new(T)) }
