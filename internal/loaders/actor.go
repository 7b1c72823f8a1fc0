package loaders

import (
	"context"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
)

// actorFields are the fields that an audit's actor has of its user.
var actorFields = userSelection{{Name: "name", Alias: "name", Leaf: true}, {Name: "icon", Alias: "icon", Leaf: true}}

// userSelection selects fields of users.
type userSelection []Field

// Fields implements Selection.
func (s userSelection) Fields(typ string) []Field {
	if typ != model.TypeUser {
		return nil
	}
	return s
}

// Arguments implements Selection.
func (userSelection) Arguments(any) error { return nil }

// isUnnamed reports whether the vendor has sent an actor that is a user without its name:
// then it is known by its id only.
func isUnnamed(a *model.AuditActor) bool {
	return a.Name == nil && a.User != nil && !a.User.HasField("name")
}

// UserOf returns the user whose name and icon are those of an actor that the vendor has sent
// without; nil for any other actor.
func (s *Loaders) UserOf(ctx context.Context, a *model.AuditActor) (*model.User, error) {
	if !isUnnamed(a) {
		return nil, nil //nolint:nilnil // the actor itself has what there is
	}
	users, missing := s.Users.Resolve(ctx, []*model.User{a.User}, actorFields)
	if len(missing) > 0 {
		return users[0], missing[0].Err
	}
	return users[0], nil
}

// actorOf is the actor of an event. Its user is read for a name or an icon that the vendor
// has not sent.
func actorOf(parent *valueType[*model.AuditEvent], field string, target *valueType[*model.AuditActor]) edge {
	row := value(parent, field, target, func(e *model.AuditEvent) *model.AuditActor { return e.By })
	follow := row.follow
	row.follow = func(b *batch, p any, f Field) {
		follow(b, p, f)
		actor := parent.cast(p).By
		selects := func(f Field) bool { return f.Name == "name" || f.Name == "icon" }
		if actor != nil && isUnnamed(actor) && slices.ContainsFunc(f.Selection.Fields(target.typ), selects) {
			visit(b, actor.User, actorFields)
		}
	}
	return row
}
