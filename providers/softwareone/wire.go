package softwareone

import (
	"errors"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// maybe is an object or array that may be missing. The vendor's own pages show
// the text "[Circular Reference]" in its place, which says that there is one but
// not what it is.
type maybe[T any] struct {
	// value is nil where nothing is known.
	value *T
	// circular is set by the placeholder.
	circular bool
}

const circularReference = "[Circular Reference]"

var errPlace = errors.New("text where an object belongs")

// object reads an object, null or the placeholder.
func object[T any](r *jsonscan.Reader, read func(*T, *jsonscan.Reader)) maybe[T] {
	if r.IsNull() {
		return maybe[T]{}
	}
	if r.IsString() {
		if r.String() != circularReference {
			r.Fail(errPlace)
		}
		return maybe[T]{circular: true}
	}
	value := new(T)
	read(value, r)
	return maybe[T]{value: value}
}

// parse reads a row, which gets its own copy of the text: what is kept of it must
// not keep the page.
func parse(row []byte, read func(*jsonscan.Reader)) error {
	r := jsonscan.New(string(row))
	read(r)
	return r.End()
}

// identify reads an id; of several the first counts.
func identify(id *string, r *jsonscan.Reader) {
	if *id == "" {
		*id = r.String()
	}
}

// readID reads nothing of an object but its id.
func readID(id *string, r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		if name == "id" {
			identify(id, r)
		}
	}
}

// objects reads an array of objects, null or the placeholder.
func objects[T any](r *jsonscan.Reader, read func(*T, *jsonscan.Reader)) many[T] {
	return object(r, func(list *[]maybe[T], r *jsonscan.Reader) {
		*list = []maybe[T]{}
		for range r.Array {
			*list = append(*list, object(r, read))
		}
	})
}

// texts reads an array of words, null or the placeholder.
func texts(r *jsonscan.Reader) maybe[[]string] {
	return object(r, func(list *[]string, r *jsonscan.Reader) {
		*list = []string{}
		for range r.Array {
			*list = append(*list, r.String())
		}
	})
}

func (m maybe[T]) here() bool { return m.value != nil }

// many is an array of objects.
type many[T any] = maybe[[]maybe[T]]

// each translates the elements that are known.
func each[T, M any](list many[T], translate func(*T) *M) []*M {
	if list.value == nil {
		return nil
	}
	all := make([]*M, 0, len(*list.value))
	for _, element := range *list.value {
		if m := one(element, translate); m != nil {
			all = append(all, m)
		}
	}
	return all
}

// one translates an object that may be missing.
func one[T, M any](object maybe[T], translate func(*T) *M) *M {
	if object.value == nil {
		return nil
	}
	return translate(object.value)
}

// complete reports whether each element of a list that is here is known.
func complete[T any](list many[T]) bool {
	if list.value == nil {
		return false
	}
	for _, element := range *list.value {
		if element.circular {
			return false
		}
	}
	return true
}

// unclearList reports whether a list is here in name only.
func unclearList[T any](list many[T]) bool {
	return list.circular || list.value != nil && !complete(list)
}

// wireMeta is what an object or a list says of itself.
type wireMeta struct {
	Omitted    maybe[[]string]
	Pagination maybe[pagination]
}

func (w *wireMeta) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "omitted":
			w.Omitted = texts(r)
		case "pagination":
			w.Pagination = object(r, (*pagination).read)
		}
	}
}

func omittedBy(m maybe[wireMeta]) []string {
	if m.value == nil || m.value.Omitted.value == nil {
		return nil
	}
	return *m.value.Omitted.value
}

// moment reads an RFC 3339 time with any offset; nil for anything else and for
// the year 1, which stands for no time.
func moment(text *string) *time.Time {
	if text == nil {
		return nil
	}
	t, err := time.Parse(time.RFC3339, *text)
	if err != nil || t.Year() <= 1 {
		return nil
	}
	t = t.UTC()
	return &t
}

// reader translates what the vendor sends into records of one connection.
type reader struct {
	provider *model.Provider
	extents  *extents
}

type wirePhone struct {
	Prefix *string
	Number *string
}

func (w *wirePhone) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "prefix":
			w.Prefix = r.StringPtr()
		case "number":
			w.Number = r.StringPtr()
		}
	}
}

func phone(w *wirePhone) *model.Phone { return &model.Phone{Prefix: w.Prefix, Number: w.Number} }

type wireAddress struct {
	AddressLine1 *string
	AddressLine2 *string
	PostCode     *string
	City         *string
	State        *string
	Country      *string
}

func (w *wireAddress) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "addressLine1":
			w.AddressLine1 = r.StringPtr()
		case "addressLine2":
			w.AddressLine2 = r.StringPtr()
		case "postCode":
			w.PostCode = r.StringPtr()
		case "city":
			w.City = r.StringPtr()
		case "state":
			w.State = r.StringPtr()
		case "country":
			w.Country = r.StringPtr()
		}
	}
}

// address is nil for the empty object, which the platform has for no address.
func address(w *wireAddress) *model.Address {
	if *w == (wireAddress{}) {
		return nil
	}
	a := model.Address(*w)
	return &a
}

type wireAudit struct {
	Created    maybe[wireEvent]
	Updated    maybe[wireEvent]
	Activated  maybe[wireEvent]
	Unassigned maybe[wireEvent]
	Disabled   maybe[wireEvent]
	Access     maybe[wireEvent]
	Joined     maybe[wireEvent]
}

func (w *wireAudit) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "created":
			w.Created = object(r, (*wireEvent).read)
		case "updated":
			w.Updated = object(r, (*wireEvent).read)
		case "activated":
			w.Activated = object(r, (*wireEvent).read)
		case "unassigned":
			w.Unassigned = object(r, (*wireEvent).read)
		case "disabled":
			w.Disabled = object(r, (*wireEvent).read)
		case "access":
			w.Access = object(r, (*wireEvent).read)
		case "joined":
			w.Joined = object(r, (*wireEvent).read)
		}
	}
}

type wireEvent struct {
	At *string
	By maybe[wireActor]
}

func (w *wireEvent) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "at":
			w.At = r.StringPtr()
		case "by":
			w.By = object(r, (*wireActor).read)
		}
	}
}

// wireActor may be a user or an API token, and may lack an id.
type wireActor struct {
	ID   *string
	Name *string
	Icon *string
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
		}
	}
}

func (w *wireAudit) complete() bool {
	return !w.Created.circular && !w.Updated.circular && !w.Activated.circular && !w.Unassigned.circular &&
		!w.Disabled.circular && !w.Access.circular && !w.Joined.circular
}

// audited reports whether an audit is here, and whether it is one in name only.
func audited(w maybe[wireAudit]) (present, unclear bool) {
	if w.value == nil {
		return false, w.circular
	}
	return w.value.complete(), !w.value.complete()
}

func (r reader) audit(w *wireAudit) *model.Audit {
	return &model.Audit{
		Created: one(w.Created, r.event), Updated: one(w.Updated, r.event),
		Activated: one(w.Activated, r.event), Unassigned: one(w.Unassigned, r.event), Disabled: one(w.Disabled, r.event),
		Access: one(w.Access, r.event), Joined: one(w.Joined, r.event),
	}
}

func (r reader) event(w *wireEvent) *model.AuditEvent {
	return &model.AuditEvent{At: moment(w.At), By: one(w.By, r.actor)}
}

// userPrefix begins the ids of users; those of API tokens begin with TKN-.
const userPrefix = "USR-"

func (r reader) actor(w *wireActor) *model.AuditActor {
	if *w == (wireActor{}) {
		return nil
	}
	a := &model.AuditActor{ID: w.ID, Name: w.Name, Icon: w.Icon}
	if w.ID != nil && strings.HasPrefix(*w.ID, userPrefix) {
		a.User = r.user(&wireUser{ID: *w.ID, Name: w.Name, Icon: w.Icon}, scope{form: mentioned})
	}
	return a
}

// atOf is when an event of an audit was.
func atOf(e *model.AuditEvent) *time.Time {
	if e == nil {
		return nil
	}
	return e.At
}
