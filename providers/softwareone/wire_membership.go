package softwareone

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers/softwareone/jsonscan"
)

// wireMember is a row of an account's users. It is either an AccountUser of the
// vendor's reference, which holds a user, or itself a user with additions.
type wireMember struct {
	wireUser
	User       maybe[wireUser]
	Account    maybe[wireAccount]
	Invitation maybe[wireInvitation]
	Groups     many[wireGroup]
	Buyers     many[wireBuyer]
	Modules    many[wireModule]
}

func (w *wireMember) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "user":
			w.User = object(r, (*wireUser).read)
		case "account":
			w.Account = object(r, (*wireAccount).read)
		case "invitation":
			w.Invitation = object(r, (*wireInvitation).read)
		case "groups":
			w.Groups = objects(r, (*wireGroup).read)
		case "buyers":
			w.Buyers = objects(r, (*wireBuyer).read)
		case "modules":
			w.Modules = objects(r, (*wireModule).read)
		default:
			w.member(name, r)
		}
	}
}

type wireInvitation struct {
	// URL accepts the invitation: a secret.
	URL    *string
	Status *string
}

func (w *wireInvitation) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "url":
			w.URL = r.StringPtr()
		case "status":
			w.Status = r.StringPtr()
		}
	}
}

var membershipNoun = newNoun(
	[]string{"user", "tenant", "account", "organization", "role", "vendorRole", "vendorRoleId", "license"},
	wide("invitation", "invitation", "status"), wide("groups"), wide("buyers"), wide("modules"),
	wide("audit", "audit", "joinedAt", "lastAccessAt"))

func (w *wireMember) sighting() sighting {
	audit, unclear := audited(w.Audit)
	return sighting{
		present: these(w.Invitation.here(), complete(w.Groups), complete(w.Buyers), complete(w.Modules), audit),
		unclear: these(w.Invitation.circular, unclearList(w.Groups), unclearList(w.Buyers), unclearList(w.Modules), unclear),
		omitted: omittedBy(w.Meta),
	}
}

// memberOf reads the vendor id of a row's user, "" where a placeholder stands for
// it.
func memberOf(row *jsonscan.Reader) (id string) {
	var user maybe[string]
	for name := range row.ObjectKeys {
		switch name {
		case "id":
			identify(&id, row)
		case "user":
			user = object(row, readID)
		}
	}
	switch {
	case user.circular:
		return ""
	case user.here():
		id = *user.value
	}
	if id == "" {
		row.Fail(errNameless)
	}
	return id
}

// member reads a row of the users of an account. It fails with errUnknowable
// where a placeholder stands for the user.
func (r reader) member(row []byte, account string, in scope) (*model.Membership, error) {
	var w wireMember
	if err := parse(row, w.read); err != nil {
		return nil, err
	}
	if w.User.circular {
		return nil, errUnknowable
	}
	user := r.memberUser(&w)
	if user == nil {
		return nil, errNameless
	}
	m := &model.Membership{
		Entity: model.NewEntity(r.provider, model.TypeMembership, model.JoinMembership(account, user.VendorID)).
			WithFieldSet(r.extents.of(membershipNoun, w.sighting(), in)),
		User: user, Account: one(w.Account, r.shortAccount), Role: model.RoleMember,
		Invitation: one(w.Invitation, invitation),
		Groups:     each(w.Groups, r.shortGroup), Buyers: each(w.Buyers, r.shortBuyer), Modules: each(w.Modules, r.shortModule),
		Audit: one(w.Audit, r.audit),
	}
	if m.Account == nil || m.Account.VendorID != account {
		m.Account = r.accountNamed(account)
	}
	m.Status = w.standing()
	if m.Audit != nil {
		m.JoinedAt, m.LastAccessAt = atOf(m.Audit.Joined), atOf(m.Audit.Access)
	}
	return m, nil
}

// memberUser is the user of a row.
func (r reader) memberUser(w *wireMember) *model.User {
	in := inside()
	if w.User.here() {
		// Who shows an e-mail address was expanded as asked.
		if w.User.value.Email != nil {
			in.promised = userNoun.named(memberProperties)
		}
		return r.user(w.User.value, in)
	}
	// The row's status and audit are those of the place in the account.
	own := w.wireUser
	own.Status, own.Audit = nil, maybe[wireAudit]{}
	return r.user(&own, in)
}

// standing is the invitation's status, else that of the row or of its user.
func (w *wireMember) standing() model.UserStatus {
	status := w.Status
	if w.User.here() && status == nil {
		status = w.User.value.Status
	}
	if w.Invitation.here() && w.Invitation.value.Status != nil {
		status = w.Invitation.value.Status
	}
	return model.UserStatus(normalize(userWords, status))
}

func invitation(w *wireInvitation) *model.Invitation {
	i := &model.Invitation{VendorStatus: w.Status, URL: w.URL}
	if w.Status != nil {
		status := model.InvitationStatus(normalize(invitationWords, w.Status))
		i.Status = &status
	}
	return i
}

var invitationWords = []word{
	{"Invited", string(model.InvitationInvited)},
	{"Active", string(model.InvitationActive)},
	{"InvitationExpired", string(model.InvitationExpired)},
}

// membership is a membership of which only the two ends are known.
func (r reader) membership(account *model.Account, user *model.User) *model.Membership {
	id := model.JoinMembership(account.VendorID, user.VendorID)
	return &model.Membership{
		Entity: model.NewEntity(r.provider, model.TypeMembership, id).
			WithFieldSet(r.extents.of(membershipNoun, sighting{}, scope{form: mentioned})),
		User: user, Account: account, Role: model.RoleMember, Status: model.UserOther,
	}
}

// userNamed is a user of whom no more than the id is known.
func (r reader) userNamed(id string) *model.User {
	return r.user(&wireUser{ID: id}, scope{form: mentioned})
}
