package softwareone

import (
	"errors"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// wireMember is a row of the users of an account. It is either an AccountUser of
// the vendor's reference, which contains a user, or itself a user with
// additional properties.
type wireMember struct {
	wireUser
	User       optional[wireUser]
	Account    optional[wireAccount]
	Invitation optional[wireInvitation]
	Groups     list[wireGroup]
	Buyers     list[wireBuyer]
	Modules    list[wireModule]
	// namesUser is whether the row has a property "user", null or not.
	namesUser bool

	presence presence
}

func (w *wireMember) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "user":
			w.namesUser = true
			w.User = readOptional(r, (*wireUser).read)
		case "account":
			w.Account = readShared(r, (*wireAccount).read)
		case "invitation":
			w.Invitation = readOptional(r, (*wireInvitation).read)
		case "groups":
			w.Groups = readList(r, (*wireGroup).read)
		case "buyers":
			w.Buyers = readList(r, (*wireBuyer).read)
		case "modules":
			w.Modules = readSharedList(r, (*wireModule).read)
		default:
			w.readProperty(name, r)
		}
	}
	w.readPresence()
	w.presence = membershipType.presence(w, w.Meta)
	if w.User.isSet() || w.Invitation.isSet() && text(w.Invitation.value.Status) != nil {
		// The status of the row is not needed: it has none, or the invitation tells it.
		w.presence.present |= membershipType.set("status")
	}
}

// membershipType always holds user and tenant, which are parts of the id, and
// what is the same for all members of the vendor.
var membershipType = newObjectType(model.TypeMembership,
	[]string{"user", "tenant", "account", "organization", "role", "vendorRole", "vendorRoleId", "license"},
	rowProperty("invitation", func(w *wireMember) state { return w.Invitation.state() }, "invitation", "status"),
	rowProperty("status", func(w *wireMember) state { return stateOf(w.Status) }),
	referenceProperty("groups", func(w *wireMember) state { return listState(w.Groups, (*wireGroup).id) }, "groups", "via"),
	referenceProperty("buyers", func(w *wireMember) state { return listState(w.Buyers, (*wireBuyer).id) }),
	referenceProperty("modules", func(w *wireMember) state { return listState(w.Modules, (*wireModule).id) }),
	selectedProperty(auditProperty, func(w *wireMember) state { return auditState(w.Audit) }, "audit", "invitedAt", "joinedAt", "lastAccessAt").
		withTimes((*wireMember).invalidTimes),
)

// errUnknownUser is for a row that does not tell its user.
var errUnknownUser = errors.New("a member without a user")

// accountUserPrefix begins the ids of rows that contain a user.
const accountUserPrefix = "AUSR-"

// readUserID reads the vendor id of a row's user, "" for a row that does not tell it.
func readUserID(row *jsonscan.Reader) (id string) {
	if !row.IsObject() {
		row.Skip()
		return ""
	}
	var user optional[string]
	namesUser := false
	for name := range row.ObjectKeys {
		switch name {
		case "id":
			readIDText(&id, row)
		case "user":
			namesUser = true
			user = readOptional(row, readID)
		}
	}
	switch {
	case user.isSet():
		return *user.value
	case namesUser, strings.HasPrefix(id, accountUserPrefix):
		return ""
	}
	return id
}

// member reads the next row of the users of an account. It fails with errUnknownUser
// where the row does not tell its user.
func (d decoder) member(r *jsonscan.Reader, account string, in decodeContext) (*model.Membership, error) {
	w, err := readRow(r, (*wireMember).read)
	if errors.Is(err, errNoID) {
		return nil, errUnknownUser
	}
	if err != nil {
		return nil, err
	}
	user := d.memberUser(w)
	if user == nil {
		return nil, errUnknownUser
	}
	unread := membershipType.unread(w.presence, in)
	status := w.memberStatus(unread)
	m := &model.Membership{
		Entity: model.NewEntity(d.provider, model.TypeMembership, model.JoinMembership(account, user.VendorID)).
			WithFieldSet(d.memberFields(w, status, in)),
		User: user, Status: status, Account: convert(w.Account, d.embeddedAccount), Role: model.RoleMember,
		Invitation: convert(w.Invitation, invitation),
		Groups:     convertList(w.Groups, membershipType.has(unread, "groups"), d.embeddedGroup),
		Buyers:     convertList(w.Buyers, membershipType.has(unread, "buyers"), d.embeddedBuyer),
		Modules:    convertList(w.Modules, membershipType.has(unread, "modules"), d.embeddedModule),
		Audit:      convert(w.Audit, d.audit),
	}
	m.Via = m.Groups // groups grant all modules and buyers
	if m.Account == nil || m.Account.VendorID != account {
		m.Account = d.accountReference(account)
	}
	invited, joined, access := w.times()
	m.InvitedAt, m.JoinedAt, m.LastAccessAt = invited.at(), joined.at(), access.at()
	return m, nil
}

// times returns when the member was invited, joined, and last used the account.
func (w *wireMember) times() (invited, joined, access moment) {
	if audit := w.Audit.value; audit != nil {
		invited, access = momentOf(audit.Invited), momentOf(audit.Access)
		joined = momentOf(audit.Joined).or(momentOf(audit.Accepted))
	}
	return invited, joined, access.or(w.LastLoginAt)
}

// invalidTimes returns the fields that invalid times of the row fill.
func (w *wireMember) invalidTimes() []string {
	fields := w.Audit.value.invalidFields()
	invited, joined, access := w.times()
	if invited.isInvalid() {
		fields = append(fields, "invitedAt")
	}
	if joined.isInvalid() {
		fields = append(fields, "joinedAt")
	}
	if access.isInvalid() {
		fields = append(fields, "lastAccessAt")
	}
	return fields
}

// memberFields returns the fields that the record of a row holds.
func (d decoder) memberFields(w *wireMember, status model.UserStatus, in decodeContext) *model.FieldSet {
	if status != "" {
		// The status is known without what else would tell it.
		return membershipType.fieldSet(d.fieldSets, w.presence, in, membershipType.set("invitation", "status"))
	}
	fields := membershipType.fieldSet(d.fieldSets, w.presence, in, 0)
	if fields.HasField("status") && !fields.Hides("status") {
		fields = fields.Hiding("status")
	}
	return fields
}

// memberUser returns the user of a row, nil where the row does not tell it.
func (d decoder) memberUser(w *wireMember) *model.User {
	in := decodeContext{source: embedded}
	if w.User.isSet() {
		// The list selects all row properties of its users. An e-mail address
		// shows that the platform obeyed.
		if w.User.value.Email != nil {
			in.requested = userType.row
		}
		return d.user(w.User.value, in)
	}
	if w.namesUser || strings.HasPrefix(w.ID, accountUserPrefix) {
		return nil
	}
	// Status, last login and audit of the row describe the membership, not the user.
	own := w.wireUser
	own.Status, own.LastLoginAt, own.Audit = nil, moment{}, optional[wireAudit]{}
	own.presence = own.presence.without(userType.set("status", "lastLoginAt", auditProperty))
	own.presence.invalidFields = ""
	return d.user(&own, in)
}

// memberStatus is the status of the invitation, else of the row, else of its user; "" for
// one that is not known.
func (w *wireMember) memberStatus(unread propertySet) model.UserStatus {
	status := text(w.Status)
	if w.Invitation.isSet() {
		status = firstText(w.Invitation.value.Status, status)
	}
	unknown := membershipType.has(unread, "invitation") || membershipType.has(unread, "status")
	if status == nil && !unknown && w.User.isSet() {
		status, unknown = text(w.User.value.Status), w.User.value.Status == nil
	}
	return model.UserStatus(statusOf(userStatuses, status, unknown))
}

// membershipReference returns a membership of which only user and account are
// known.
func (d decoder) membershipReference(account *model.Account, user *model.User) *model.Membership {
	id := model.JoinMembership(account.VendorID, user.VendorID)
	return &model.Membership{
		Entity: model.NewEntity(d.provider, model.TypeMembership, id).
			WithFieldSet(membershipType.fieldSet(d.fieldSets, presence{}, decodeContext{source: reference}, 0)),
		User: user, Account: account, Role: model.RoleMember,
	}
}
