package softwareone

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// wireUser is a User of the vendor's reference.
type wireUser struct {
	ID             string
	Meta           maybe[wireMeta]
	Audit          maybe[wireAudit]
	Name           *string
	Icon           *string
	Phone          maybe[wirePhone]
	Email          *string
	Status         *string
	FirstName      *string
	LastName       *string
	LastLoginAt    *string
	Settings       maybe[wireUserSettings]
	CurrentAccount maybe[wireAccount]
}

func (w *wireUser) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		w.member(name, r)
	}
}

func (w *wireUser) member(name string, r *jsonscan.Reader) {
	switch name {
	case "id":
		identify(&w.ID, r)
	case "$meta":
		w.Meta = object(r, (*wireMeta).read)
	case "audit":
		w.Audit = object(r, (*wireAudit).read)
	case "name":
		w.Name = r.StringPtr()
	case "icon":
		w.Icon = r.StringPtr()
	case "phone":
		w.Phone = object(r, (*wirePhone).read)
	case "email":
		w.Email = r.StringPtr()
	case "status":
		w.Status = r.StringPtr()
	case "firstName":
		w.FirstName = r.StringPtr()
	case "lastName":
		w.LastName = r.StringPtr()
	case "lastLoginAt":
		w.LastLoginAt = r.StringPtr()
	case "settings":
		w.Settings = object(r, (*wireUserSettings).read)
	case "currentAccount":
		w.CurrentAccount = object(r, (*wireAccount).read)
	}
}

type wireUserSettings struct {
	CultureCode  *string
	LanguageCode *string
}

func (w *wireUserSettings) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "cultureCode":
			w.CultureCode = r.StringPtr()
		case "languageCode":
			w.LanguageCode = r.StringPtr()
		}
	}
}

// userNoun has the vendor's properties of a user; the graph's other fields are
// those that no SoftwareOne user has.
var userNoun = newNoun([]string{"middleName", "customAttributes"},
	core("name"), core("icon"), core("phone"), wide("email"), wide("status", "status", "vendorStatus"),
	wide("firstName"), wide("lastName"), wide("lastLoginAt"), wide("settings"), wide("currentAccount"),
	wide("audit", "audit", "createdAt", "updatedAt"))

// coreOfUser are the properties of a short reference. The short form of a
// buyer's contact, ContactQueryModelRef of the OpenAPI document, has no user, so
// these are asked for there.
var coreOfUser = []string{"id", "name", "icon", "phone"}

func (w *wireUser) sighting() sighting {
	audit, unclear := audited(w.Audit)
	return sighting{
		present: these(w.Name != nil, w.Icon != nil, w.Phone.here(), w.Email != nil, w.Status != nil,
			w.FirstName != nil, w.LastName != nil, w.LastLoginAt != nil, w.Settings.here(), w.CurrentAccount.here(), audit),
		unclear: these(false, false, w.Phone.circular, false, false,
			false, false, false, w.Settings.circular, w.CurrentAccount.circular, unclear),
		omitted: omittedBy(w.Meta),
	}
}

// userWords are the vendor's words for a user's status, and for an invitation's.
var userWords = []word{
	{"Active", string(model.UserActive)},
	{"New", string(model.UserInvited)},
	{"Invited", string(model.UserInvited)},
	{"InvitationExpired", string(model.UserInvitationExpired)},
	{"Disabled", string(model.UserInactive)},
	{"Blocked", string(model.UserBlocked)},
	{"Deleted", string(model.UserDeleted)},
}

// user is nil for an object without an id.
func (r reader) user(w *wireUser, in scope) *model.User {
	if w.ID == "" {
		return nil
	}
	u := &model.User{
		Entity: model.NewEntity(r.provider, model.TypeUser, w.ID).WithFieldSet(r.extents.of(userNoun, w.sighting(), in)),
		Email:  w.Email, Name: w.Name, FirstName: w.FirstName, LastName: w.LastName,
		Status: model.UserStatus(normalize(userWords, w.Status)), VendorStatus: w.Status,
		Icon: w.Icon, Phone: one(w.Phone, phone), LastLoginAt: moment(w.LastLoginAt),
		Settings:         one(w.Settings, func(s *wireUserSettings) *model.UserSettings { return (*model.UserSettings)(s) }),
		CustomAttributes: []*model.CustomAttribute{},
		CurrentAccount:   one(w.CurrentAccount, r.shortAccount),
		Audit:            one(w.Audit, r.audit),
	}
	if u.Audit != nil {
		u.CreatedAt, u.UpdatedAt = atOf(u.Audit.Created), atOf(u.Audit.Updated)
	}
	return u
}

func (r reader) shortUser(w *wireUser) *model.User { return r.user(w, inside()) }
