package softwareone

import (
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
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

const circularReference = `"[Circular Reference]"`

var errPlace = errors.New("text where an object belongs")

// UnmarshalJSON reads an object, null or the placeholder.
func (m *maybe[T]) UnmarshalJSON(raw []byte) error {
	m.value, m.circular = nil, false
	switch {
	case string(raw) == "null":
		return nil
	case string(raw) == circularReference:
		m.circular = true
		return nil
	case raw[0] == '"':
		return errPlace
	}
	m.value = new(T)
	return json.Unmarshal(raw, m.value)
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

// wireMeta is what an object says of itself.
type wireMeta struct {
	Omitted []string `json:"omitted"`
}

func omittedBy(m maybe[wireMeta]) []string {
	if m.value == nil {
		return nil
	}
	return m.value.Omitted
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
	Prefix *string `json:"prefix"`
	Number *string `json:"number"`
}

func phone(w *wirePhone) *model.Phone { return &model.Phone{Prefix: w.Prefix, Number: w.Number} }

type wireAddress struct {
	AddressLine1 *string `json:"addressLine1"`
	AddressLine2 *string `json:"addressLine2"`
	PostCode     *string `json:"postCode"`
	City         *string `json:"city"`
	State        *string `json:"state"`
	Country      *string `json:"country"`
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
	Created    maybe[wireEvent] `json:"created"`
	Updated    maybe[wireEvent] `json:"updated"`
	Activated  maybe[wireEvent] `json:"activated"`
	Unassigned maybe[wireEvent] `json:"unassigned"`
	Disabled   maybe[wireEvent] `json:"disabled"`
	Access     maybe[wireEvent] `json:"access"`
	Joined     maybe[wireEvent] `json:"joined"`
}

type wireEvent struct {
	At *string          `json:"at"`
	By maybe[wireActor] `json:"by"`
}

// wireActor may be a user or an API token, and may lack an id.
type wireActor struct {
	ID   *string `json:"id"`
	Name *string `json:"name"`
	Icon *string `json:"icon"`
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
