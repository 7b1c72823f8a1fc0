package softwareone

import (
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
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
	LastLoginAt    moment
	Settings       optional[wireUserSettings]
	CurrentAccount optional[wireAccount]

	presence presence
}

func (w *wireUser) id() string { return w.ID }

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
		readIDText(&w.ID, r)
	case "$meta":
		w.Meta = readOptional(r, (*wireMeta).read)
	case "audit":
		w.Audit = readAudit(r)
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
		w.LastLoginAt = readTime(r)
	case "settings":
		w.Settings = readShared(r, (*wireUserSettings).read)
	case "currentAccount":
		w.CurrentAccount = readShared(r, (*wireAccount).read)
	}
}

func (w *wireUser) readPresence() { w.presence = userType.presence(w, w.Meta) }

// userType has no fields that no user of the vendor has.
var userType = newObjectType(model.TypeUser, []string{"contactEmail", "accountType", "vendorAccountType", "middleName", "customAttributes"},
	coreProperty("name", func(w *wireUser) state { return stateOf(w.Name) }),
	nullableProperty("icon", func(w *wireUser) state { return stateOf(w.Icon) }),
	nullableProperty("phone", func(w *wireUser) state { return w.Phone.state() }),
	// A user signs in with the address.
	rowProperty("email", func(w *wireUser) state { return stateOf(w.Email) }, "email", "login").neverNull(),
	rowProperty("status", func(w *wireUser) state { return stateOf(w.Status) }, "status", "vendorStatus").neverNull(),
	rowProperty("firstName", func(w *wireUser) state { return stateOf(w.FirstName) }),
	rowProperty("lastName", func(w *wireUser) state { return stateOf(w.LastName) }),
	rowProperty("lastLoginAt", func(w *wireUser) state { return w.LastLoginAt.state }),
	rowProperty("settings", func(w *wireUser) state { return w.Settings.state() }),
	referenceProperty("currentAccount", func(w *wireUser) state { return w.CurrentAccount.state() }),
	selectedProperty(auditProperty, func(w *wireUser) state { return auditState(w.Audit) }, "audit", "createdAt", "updatedAt").neverNull().
		withTimes((*wireUser).invalidTimes),
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
	unread := userType.unread(w.presence, in)
	u := &model.User{
		Entity: model.NewEntity(d.provider, model.TypeUser, w.ID).WithFieldSet(userType.fieldSet(d.fieldSets, w.presence, in, w.composed())),
		Login:  text(w.Email), Email: text(w.Email), Name: w.displayName(), FirstName: text(w.FirstName), LastName: text(w.LastName),
		Status: model.UserStatus(statusOf(userStatuses, w.Status, userType.has(unread, "status"))), VendorStatus: text(w.Status),
		Icon: text(w.Icon), Phone: convert(w.Phone, phone), LastLoginAt: w.lastLogin().at(),
		Settings: convert(w.Settings, func(s *wireUserSettings) *model.UserSettings {
			return &model.UserSettings{CultureCode: text(s.CultureCode), LanguageCode: text(s.LanguageCode)}
		}),
		CustomAttributes: []*model.CustomAttribute{},
		CurrentAccount:   convert(w.CurrentAccount, d.embeddedAccount),
		Audit:            convert(w.Audit, d.audit),
	}
	if u.Audit != nil {
		u.CreatedAt, u.UpdatedAt = timeOf(u.Audit.Created), timeOf(u.Audit.Updated)
	}
	if u.LastLoginAt != nil && w.LastLoginAt.time.IsZero() {
		d.detected.loginInAudit.Store(true)
	}
	return u
}

// lastLogin returns the last login, which some responses have in the audit.
func (w *wireUser) lastLogin() moment {
	if w.Audit.isSet() {
		return w.LastLoginAt.or(momentOf(w.Audit.value.Login))
	}
	return w.LastLoginAt
}

// invalidTimes returns the fields that invalid times of the audit fill.
func (w *wireUser) invalidTimes() []string {
	fields := w.Audit.value.invalidFields()
	if w.lastLogin().isInvalid() {
		fields = append(fields, "lastLoginAt")
	}
	return fields
}

// composed returns the properties whose values other properties tell.
func (w *wireUser) composed() propertySet {
	var set propertySet
	if w.displayName() != nil {
		set |= userType.set("name")
	}
	if w.lastLogin().at() != nil {
		set |= userType.set("lastLoginAt")
	}
	return set
}

// displayName returns the first and the last name of a user without a name.
func (w *wireUser) displayName() *string {
	if name := text(w.Name); name != nil || w.FirstName == nil && w.LastName == nil {
		return name
	}
	var parts []string
	for _, part := range []*string{text(w.FirstName), text(w.LastName)} {
		if part != nil {
			parts = append(parts, *part)
		}
	}
	name := strings.Join(parts, " ")
	return text(&name)
}

func (d decoder) embeddedUser(w *wireUser) *model.User {
	return d.user(w, decodeContext{source: embedded})
}

// userReference returns a user of whom only the id is known.
func (d decoder) userReference(id string) *model.User {
	return d.user(&wireUser{ID: id}, decodeContext{source: reference})
}
