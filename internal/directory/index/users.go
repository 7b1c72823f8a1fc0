package index

import (
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

// userCodec packs users. It packs every field but those of unpackedUserFields.
type userCodec struct {
	provider *model.Provider
	sets     fieldSets
	words    words
}

// unpackedUserFields are the fields whose values are not packed.
var unpackedUserFields = []string{"phone", "settings", "icon", "audit", "currentAccount", "customAttributes"}

// userRecord is an unpacked user with the memory of its values.
type userRecord struct {
	model.User
	texts       [8]string
	times       [3]time.Time
	accountType model.UserAccountType
}

func (*userCodec) keys(u *model.User) rowKeys {
	return rowKeys{id: u.VendorID, email: u.Email}
}

func (*userCodec) packedKeys(r *reader) rowKeys {
	r.number()
	var id, email string
	return rowKeys{id: *r.text(&id, nil), email: r.text(&email, nil)}
}

func (c *userCodec) pack(w *writer, u *model.User) {
	w.number(c.sets.number(u.FieldSet, bits(u.Phone != nil, u.Settings != nil, u.Icon != nil, u.Audit != nil,
		u.CurrentAccount != nil, len(u.CustomAttributes) > 0), unpackedUserFields))
	w.text(&u.VendorID, "")
	w.text(u.Email, "")
	key := ""
	if u.Email != nil {
		key = *u.Email
	}
	for _, s := range []*string{u.Login, u.ContactEmail, u.Name, u.FirstName, u.MiddleName, u.LastName} {
		w.text(s, key)
	}
	w.number(c.words.numberOf((*string)(u.AccountType)))
	w.number(c.words.numberOf(u.VendorAccountType))
	w.number(c.words.number(string(u.Status)))
	w.number(c.words.numberOf(u.VendorStatus))
	for _, t := range []*time.Time{u.LastLoginAt, u.CreatedAt, u.UpdatedAt} {
		w.time(t)
	}
}

func (*userCodec) record() *userRecord { return new(userRecord) }

func (c *userCodec) unpack(r *reader, into *userRecord) *model.User {
	u := &into.User
	u.FieldSet = c.sets.of(r.number())
	u.Provider = c.provider
	u.VendorID = *r.text(&into.texts[0], nil)
	u.Email = r.text(&into.texts[1], nil)
	u.Login = r.text(&into.texts[2], u.Email)
	u.ContactEmail = r.text(&into.texts[3], u.Email)
	u.Name = r.text(&into.texts[4], u.Email)
	u.FirstName = r.text(&into.texts[5], u.Email)
	u.MiddleName = r.text(&into.texts[6], u.Email)
	u.LastName = r.text(&into.texts[7], u.Email)
	u.AccountType = nil
	if n := r.number(); n != 0 {
		into.accountType = model.UserAccountType(c.words.word(n))
		u.AccountType = &into.accountType
	}
	u.VendorAccountType = c.words.wordOf(r.number())
	u.Status = model.UserStatus(c.words.word(r.number()))
	u.VendorStatus = c.words.wordOf(r.number())
	u.LastLoginAt = r.time(&into.times[0])
	u.CreatedAt = r.time(&into.times[1])
	u.UpdatedAt = r.time(&into.times[2])
	u.CustomAttributes = noAttributes
	return u
}

var noAttributes = []*model.CustomAttribute{}

// complete sets what only a record that is handed out needs.
func (c *userCodec) complete(u *model.User) {
	u.ID = model.NewID(c.provider.Name, model.TypeUser, u.VendorID)
}

// memberCodec reads the users of packed memberships.
type memberCodec struct{ *userCodec }

func (c memberCodec) packedKeys(r *reader) rowKeys {
	r.number()
	return c.userCodec.packedKeys(r)
}

func (c memberCodec) unpack(r *reader, into *userRecord) *model.User {
	r.number()
	return c.userCodec.unpack(r, into)
}
