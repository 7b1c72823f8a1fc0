package softwareone

import (
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// auditProperty is the property that the platform leaves out of every object
// unless select names it. It also refuses to filter or order by audit.* then.
const auditProperty = "audit"

// wireAudit is the union of the vendor's audit objects.
type wireAudit struct {
	Created    optional[wireEvent]
	Updated    optional[wireEvent]
	Activated  optional[wireEvent]
	Unassigned optional[wireEvent]
	Disabled   optional[wireEvent]
	Access     optional[wireEvent]
	Joined     optional[wireEvent]
	Login      optional[wireEvent]
	Invited    optional[wireEvent]
	Accepted   optional[wireEvent]
}

func (w *wireAudit) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "created":
			w.Created = readEvent(r)
		case "updated":
			w.Updated = readEvent(r)
		case "activated":
			w.Activated = readEvent(r)
		case "unassigned":
			w.Unassigned = readEvent(r)
		case "disabled":
			w.Disabled = readEvent(r)
		case "access":
			w.Access = readEvent(r)
		case "joined":
			w.Joined = readEvent(r)
		case "login":
			w.Login = readEvent(r)
		case "invited":
			w.Invited = readEvent(r)
		case "invitationAcceptedAt":
			w.Accepted = readMoment(r)
		}
	}
}

// isComplete reports whether no event is a placeholder.
func (w *wireAudit) isComplete() bool {
	return !w.Created.circular && !w.Updated.circular && !w.Activated.circular && !w.Unassigned.circular &&
		!w.Disabled.circular && !w.Access.circular && !w.Joined.circular && !w.Login.circular && !w.Invited.circular
}

// readMoment reads an event that is only a time.
func readMoment(r *jsonscan.Reader) optional[wireEvent] {
	if at := readTime(r); at.state != absent {
		return optional[wireEvent]{value: &wireEvent{At: at}}
	}
	return optional[wireEvent]{}
}

type wireEvent struct {
	At moment
	By optional[wireActor]
}

func (w *wireEvent) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "at":
			w.At = readTime(r)
		case "by":
			w.By = readShared(r, (*wireActor).read)
		}
	}
}

// wireActor is a user or an API token, and may lack an id.
type wireActor struct {
	ID   *string
	Name *string
	Icon *string
	// Href is the path of the actor.
	Href *string

	// record is what the actor was decoded to.
	record *model.AuditActor
}

func (w *wireActor) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			w.ID = r.StringPtr()
		case "name":
			w.Name = r.StringPtr()
		case "icon":
			w.Icon = r.StringPtr()
		case "href":
			w.Href = r.StringPtr()
		}
	}
}

// vendorID returns the actor's id, or the one at the end of its path; nil for neither.
func (w *wireActor) vendorID() *string {
	if id := text(w.ID); id != nil || w.Href == nil {
		return id
	}
	path, _, _ := strings.Cut(*w.Href, "?")
	segment := strings.TrimRight(path, "/")
	id, err := url.PathUnescape(segment[strings.LastIndex(segment, "/")+1:])
	if err != nil || !utf8.ValidString(id) {
		return nil
	}
	return text(&id)
}

// audit returns an audit. It, the two events that most objects have, and their times are
// allocated together.
func (d decoder) audit(w *wireAudit) *model.Audit {
	record := new(struct {
		model.Audit
		events [2]event
	})
	used := 0
	convertEvent := func(w *wireEvent) *model.AuditEvent {
		if used == len(record.events) {
			return d.event(w, new(event))
		}
		used++
		return d.event(w, &record.events[used-1])
	}
	record.Audit = model.Audit{
		Created: convert(w.Created, convertEvent), Updated: convert(w.Updated, convertEvent),
		Activated: convert(w.Activated, convertEvent), Unassigned: convert(w.Unassigned, convertEvent), Disabled: convert(w.Disabled, convertEvent),
		Access: convert(w.Access, convertEvent), Joined: convert(w.Joined, convertEvent),
	}
	return &record.Audit
}

// event is an event and its time.
type event struct {
	model.AuditEvent
	at time.Time
}

// event decodes an event into a record.
func (d decoder) event(w *wireEvent, into *event) *model.AuditEvent {
	into.By = convert(w.By, d.actor)
	if into.at = w.At.time; !into.at.IsZero() {
		into.At = &into.at
	}
	return &into.AuditEvent
}

// userPrefix begins the ids of users; those of API tokens begin with TKN-.
const userPrefix = "USR-"

// actor returns nil for an actor without id, name and icon. Its record is the same for all
// events that share it.
func (d decoder) actor(w *wireActor) *model.AuditActor {
	if w.record != nil {
		return w.record
	}
	a := &model.AuditActor{VendorID: w.vendorID(), Name: text(w.Name), Icon: text(w.Icon)}
	if a.VendorID == nil && a.Name == nil && a.Icon == nil {
		return nil
	}
	if a.VendorID != nil && strings.HasPrefix(*a.VendorID, userPrefix) {
		user := wireUser{ID: *a.VendorID, Name: a.Name, Icon: a.Icon}
		if a.Name != nil {
			user.presence.present |= userType.set("name")
		}
		if a.Icon != nil {
			user.presence.present |= userType.set("icon")
		}
		a.User = d.user(&user, decodeContext{source: reference})
	}
	w.record = a
	return a
}

// timeOf returns the time of an event, nil without one.
func timeOf(e *model.AuditEvent) *time.Time {
	if e == nil {
		return nil
	}
	return e.At
}
