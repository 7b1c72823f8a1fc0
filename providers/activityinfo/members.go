package activityinfo

import (
	"bytes"
	"encoding/binary"
	"io"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// memberList is the user list of a billing account. It holds the rows in the form of
// packMembers, some 80 bytes each, and makes records of those that are read: a record takes
// ten times as much. It is immutable.
type memberList struct {
	provider *model.Provider
	// account is a short reference: the list contains only its id.
	account *model.Account
	// count is the number of rows, omitted that of further rows without a valid id of a user.
	count, omitted int
	rows           []byte
}

// membersFormat names the form of packMembers. It changes with it.
const membersFormat = "members 1"

const (
	// packedHeader is the size of the two numbers before the rows.
	packedHeader = 8
	// packedPart is the size of the parts that a list is put together from: one that grows
	// is copied again and again.
	packedPart = 256 << 10
)

// packMembers reads a user list, and returns what memberList holds of it. It fails if no row
// of a list that has some contains a user.
func packMembers(body io.Reader, p *model.Provider, account string) ([]byte, error) {
	parts := [][]byte{make([]byte, packedHeader, 4<<10)}
	var count, omitted uint32
	var scratch []byte
	err := eachRow(body, (*wireUser).read, func(row *wireUser) {
		if !isMember(p, account, string(row.UserID)) {
			omitted++
			return
		}
		count++
		scratch = row.pack(scratch[:0])
		if len(parts[len(parts)-1])+len(scratch) > packedPart {
			parts = append(parts, make([]byte, 0, packedPart+binary.MaxVarintLen64))
		}
		part := binary.AppendUvarint(parts[len(parts)-1], uint64(len(scratch)))
		parts[len(parts)-1] = append(part, scratch...)
	})
	if err != nil {
		return nil, err
	}
	if omitted > 0 && count == 0 {
		return nil, errFormat
	}
	binary.BigEndian.PutUint32(parts[0], count)
	binary.BigEndian.PutUint32(parts[0][4:], omitted)
	return bytes.Join(parts, nil), nil
}

// isMember reports whether a row with this id of a user can be a membership.
func isMember(p *model.Provider, account, user string) bool {
	_, err := model.ParseID(string(model.NewID(p.Name, model.TypeMembership, model.JoinMembership(account, user))))
	return err == nil && user != ""
}

// pack appends a row: its texts, each after its length, and the time in milliseconds.
func (w *wireUser) pack(b []byte) []byte {
	for _, s := range [...]string{string(w.UserID), string(w.Email), string(w.Name), string(w.BillingAccountRole), string(w.UserLicenseType)} {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	var login uint64
	if w.LastLoginTime.at != nil {
		login = uint64(w.LastLoginTime.at.UnixMilli())
	}
	return binary.AppendUvarint(b, login)
}

// newMemberList returns the list that packMembers packed.
func newMemberList(packed []byte, p *model.Provider, account string) (memberList, error) {
	if len(packed) < packedHeader {
		return memberList{}, errFormat
	}
	list := memberList{
		provider: p,
		account:  &model.Account{Entity: model.NewEntity(p, model.TypeAccount, account).WithFieldSet(model.OnlyFields())},
		count:    int(binary.BigEndian.Uint32(packed)), omitted: int(binary.BigEndian.Uint32(packed[4:])),
		rows: packed[packedHeader:],
	}
	rows := 0
	for rest := list.rows; len(rest) > 0; rows++ {
		row, after, ok := cutField(rest)
		if !ok {
			return memberList{}, errFormat
		}
		if _, _, ok = splitRow(row); !ok {
			return memberList{}, errFormat
		}
		rest = after
	}
	if rows != list.count {
		return memberList{}, errFormat
	}
	return list, nil
}

// IsPacked implements upstream.Packed.
func (memberList) IsPacked() bool { return true }

// page returns the members in n rows from one on, without those that q does not want: all rows
// of a user of whom it wants one, so that rows that differ are found.
func (l memberList) page(from, n int, q providers.Query) []*model.Membership {
	if !q.OnlyMatches {
		members := make([]*model.Membership, 0, max(0, min(n, l.count-from)))
		l.each(from, n, func(row []byte) { members = append(members, l.member(row)) })
		return members
	}
	wanted := map[string]bool{}
	l.each(from, n, func(row []byte) {
		id, rest, _ := cutField(row)
		if email, _, _ := cutField(rest); q.MayMatch(string(email)) {
			wanted[string(id)] = true
		}
	})
	var members []*model.Membership
	if len(wanted) > 0 {
		l.each(from, n, func(row []byte) {
			if id, _, _ := cutField(row); wanted[string(id)] {
				members = append(members, l.member(row))
			}
		})
	}
	return members
}

// each calls visit with n rows from one on.
func (l memberList) each(from, n int, visit func(row []byte)) {
	rest := l.rows
	for i := 0; i < from+n && len(rest) > 0; i++ {
		row, after, _ := cutField(rest)
		if i >= from {
			visit(row)
		}
		rest = after
	}
}

// find returns the members who are one of these users.
func (l memberList) find(users map[string]bool) []*model.Membership {
	var found []*model.Membership
	for rest := l.rows; len(rest) > 0; {
		row, after, _ := cutField(rest)
		if id, _, _ := cutField(row); users[string(id)] {
			found = append(found, l.member(row))
		}
		rest = after
	}
	return found
}

// cutField returns the bytes after their length, and what follows them.
func cutField(b []byte) (field, rest []byte, ok bool) {
	n, size := binary.Uvarint(b)
	if size <= 0 || n > uint64(len(b)-size) {
		return nil, nil, false
	}
	return b[size : size+int(n)], b[size+int(n):], true
}

// span is where a text is in a packed row.
type span struct{ from, to int }

// splitRow returns where the texts of a packed row are, and its time.
func splitRow(row []byte) (texts [5]span, login uint64, ok bool) {
	rest := row
	for i := range texts {
		var field []byte
		if field, rest, ok = cutField(rest); !ok {
			return texts, 0, false
		}
		to := len(row) - len(rest)
		texts[i] = span{to - len(field), to}
	}
	login, size := binary.Uvarint(rest)
	return texts, login, size > 0 && size == len(rest) && login < maxMilliseconds
}

// member returns the record of a packed row. Its texts share the memory of one string.
func (l memberList) member(row []byte) *model.Membership {
	texts, login, _ := splitRow(row)
	all := string(row)
	field := func(i int) string { return all[texts[i].from:texts[i].to] }
	w := wireUser{
		UserID: text(field(0)), Email: name(field(1)), Name: name(field(2)),
		BillingAccountRole: name(field(3)), UserLicenseType: name(field(4)),
	}
	if login > 0 {
		w.LastLoginTime.at = new(time.UnixMilli(int64(login)).UTC())
	}
	return w.membership(l.provider, l.account)
}
