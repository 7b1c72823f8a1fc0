package softwareone

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// wireUser is a User of the vendor's reference.
type wireUser struct {
	ID             string
	Meta           optional[wireMeta]
	Audit          optional[wireAudit]
	Name           *string
	Icon           *string
	Phone          optional[wirePhone]
	Email          *string
	Status         *string
	FirstName      *string
	LastName       *string
	LastLoginAt    *string
	Settings       optional[wireUserSettings]
	CurrentAccount optional[wireAccount]

	presence presence
}

func (w *wireUser) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		w.readProperty(name, r)
	}
	w.readPresence()
}

// readProperty reads the value of one member; unknown ones are skipped. After
// the last one, readPresence completes w.
func (w *wireUser) readProperty(name string, r *jsonscan.Reader) {
	switch name {
	case "id":
		readFirstID(&w.ID, r)
	case "$meta":
		w.Meta = readOptional(r, (*wireMeta).read)
	case "audit":
		w.Audit = readOptional(r, (*wireAudit).read)
	case "name":
		w.Name = r.StringPtr()
	case "icon":
		w.Icon = r.StringPtr()
	case "phone":
		w.Phone = readOptional(r, (*wirePhone).read)
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
		w.Settings = readOptional(r, (*wireUserSettings).read)
	case "currentAccount":
		w.CurrentAccount = readOptional(r, (*wireAccount).read)
	}
}

func (w *wireUser) readPresence() { w.presence = userType.presence(w, w.Meta) }

// userType has no fields that no user of the vendor has.
var userType = newObjectType(model.TypeUser, []string{"contactEmail", "accountType", "vendorAccountType", "middleName", "customAttributes"},
	coreProperty("name", func(w *wireUser) state { return stateOf(w.Name) }),
	coreProperty("icon", func(w *wireUser) state { return stateOf(w.Icon) }),
	coreProperty("phone", func(w *wireUser) state { return w.Phone.state() }),
	// A user signs in with the address.
	rowProperty("email", func(w *wireUser) state { return stateOf(w.Email) }, "email", "login"),
	rowProperty("status", func(w *wireUser) state { return stateOf(w.Status) }, "status", "vendorStatus"),
	rowProperty("firstName", func(w *wireUser) state { return stateOf(w.FirstName) }),
	rowProperty("lastName", func(w *wireUser) state { return stateOf(w.LastName) }),
	rowProperty("lastLoginAt", func(w *wireUser) state { return stateOf(w.LastLoginAt) }),
	rowProperty("settings", func(w *wireUser) state { return w.Settings.state() }),
	referenceProperty("currentAccount", func(w *wireUser) state { return w.CurrentAccount.state() }),
	selectedProperty(auditProperty, func(w *wireUser) state { return auditState(w.Audit) }, "audit", "createdAt", "updatedAt"),
)

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

// userStatuses holds the statuses of users and of invitations.
var userStatuses = []statusValue{
	{"Active", string(model.UserActive)},
	{"New", string(model.UserInvited)},
	{"Invited", string(model.UserInvited)},
	{"InvitationExpired", string(model.UserInvitationExpired)},
	{"Disabled", string(model.UserInactive)},
	{"Blocked", string(model.UserBlocked)},
	{"Deleted", string(model.UserDeleted)},
}

// user returns nil for an object without an id.
func (d decoder) user(w *wireUser, in decodeContext) *model.User {
	if w.ID == "" {
		return nil
	}
	u := &model.User{
		Entity: model.NewEntity(d.provider, model.TypeUser, w.ID).WithFieldSet(userType.fieldSet(d.fieldSets, w.presence, in)),
		Login:  w.Email, Email: w.Email, Name: w.Name, FirstName: w.FirstName, LastName: w.LastName,
		Status: model.UserStatus(normalizeStatus(userStatuses, w.Status)), VendorStatus: w.Status,
		Icon: w.Icon, Phone: convert(w.Phone, phone), LastLoginAt: parseTime(w.LastLoginAt),
		Settings:         convert(w.Settings, func(s *wireUserSettings) *model.UserSettings { return (*model.UserSettings)(s) }),
		CustomAttributes: []*model.CustomAttribute{},
		CurrentAccount:   convert(w.CurrentAccount, d.embeddedAccount),
		Audit:            convert(w.Audit, d.audit),
	}
	if u.Audit != nil {
		u.CreatedAt, u.UpdatedAt = timeOf(u.Audit.Created), timeOf(u.Audit.Updated)
	}
	return u
}

func (d decoder) embeddedUser(w *wireUser) *model.User {
	return d.user(w, decodeContext{source: embedded})
}

// userReference returns a user of whom only the id is known.
func (d decoder) userReference(id string) *model.User {
	return d.user(&wireUser{ID: id}, decodeContext{source: reference})
}
