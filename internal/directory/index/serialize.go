package index

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// format is the version of the packed rows and of what head describes. It changes with
// either, and with what a field of a row means.
const format = "1"

// maxPart bounds the head and each row of a snapshot.
const maxPart = 1 << 28

var errFormat = errors.New("index: a snapshot has another form")

// head is what a snapshot has before the rows, which have their length before them.
type head struct {
	// Rows is the number of rows: of memberships, or of users without them.
	Rows  int           `json:"rows"`
	Took  time.Duration `json:"took"`
	Pages []headPage    `json:"pages"`
	// Words, UserSets, MembershipSets and Tenants are those that rows name by their number.
	Words          []string          `json:"words"`
	UserSets       []*model.FieldSet `json:"userSets"`
	MembershipSets []*model.FieldSet `json:"membershipSets,omitempty"`
	Tenants        []model.ID        `json:"tenants,omitempty"`
	Errors         []headError       `json:"errors,omitempty"`
	Hidden         bool              `json:"hidden,omitempty"`
}

type headPage struct {
	Token string `json:"token"`
	First int    `json:"first"`
}

// headError is a *providers.Error of the provider.
type headError struct {
	Kind       providers.Kind `json:"kind"`
	HTTPStatus int            `json:"status,omitempty"`
	VendorCode string         `json:"code,omitempty"`
	RetryAfter time.Duration  `json:"retryAfter,omitempty"`
	Detail     string         `json:"detail,omitempty"`
}

// write writes a complete reading.
func (b *build) write(to io.Writer) error {
	h, rows := head{Took: b.took(), Hidden: b.gaps.Hidden}, b.users.rows
	users, pages := b.userCodec(), b.users.pages
	if b.memberships != nil {
		rows, pages = b.memberships.rows, b.memberships.pages
		h.MembershipSets = b.members.sets.all
		for _, t := range b.members.tenants {
			h.Tenants = append(h.Tenants, t.GlobalID())
		}
	}
	h.Rows, h.Words, h.UserSets = len(rows), users.words.all, users.sets.all
	for _, p := range pages {
		h.Pages = append(h.Pages, headPage{p.token, p.first})
	}
	for _, err := range b.gaps.Errors {
		var e *providers.Error
		if !errors.As(err, &e) {
			return err
		}
		h.Errors = append(h.Errors, headError{e.Kind, e.HTTPStatus, e.VendorCode, e.RetryAfter, e.Detail})
	}
	text, err := json.Marshal(h)
	if err != nil {
		return err
	}
	w := bufio.NewWriter(to)
	writePart(w, text)
	for i, place := range rows {
		writePart(w, b.users.chunks.between(place, rows[i+1:]))
	}
	return w.Flush()
}

// writePart writes bytes with their length. Flush returns the error.
func writePart(w *bufio.Writer, part []byte) {
	_, _ = w.Write(binary.AppendUvarint(nil, uint64(len(part))))
	_, _ = w.Write(part)
}

// between returns the bytes of the row at a place. rest are the places of the rows after it.
func (c *chunks) between(place uint32, rest []uint32) []byte {
	row := c.at(place)
	if len(rest) > 0 && rest[0]/chunkSize == place/chunkSize {
		return row[:rest[0]-place]
	}
	return row
}

// userCodec is the codec of users, also of those in memberships.
func (b *build) userCodec() *userCodec {
	if b.members != nil {
		return &b.members.users
	}
	return b.users.codec.(*userCodec)
}

// read fills a build that has no rows with those of a snapshot.
func (b *build) read(from io.Reader, provider *model.Provider) (err error) {
	defer func() {
		if recover() != nil { // a row of another form
			err = errFormat
		}
	}()
	r := bufio.NewReaderSize(from, 64<<10)
	text, err := readPart(r, nil)
	if err != nil {
		return err
	}
	var h head
	if err := json.Unmarshal(text, &h); err != nil {
		return errFormat
	}
	b.users.mu.Lock()
	err = b.readRows(r, h)
	b.users.mu.Unlock()
	if err != nil {
		return err
	}
	if _, err := r.ReadByte(); !errors.Is(err, io.EOF) {
		return errFormat
	}
	b.gaps.Hidden = h.Hidden
	b.tookNanos.Store(int64(h.Took))
	for _, e := range h.Errors {
		b.gaps.Errors = append(b.gaps.Errors, &providers.Error{
			Kind: e.Kind, Provider: provider, HTTPStatus: e.HTTPStatus, VendorCode: e.VendorCode, RetryAfter: e.RetryAfter, Detail: e.Detail,
		})
	}
	b.finish()
	return nil
}

// readRows inserts the rows of a snapshot. The caller holds mu of the tables.
func (b *build) readRows(r *bufio.Reader, h head) error {
	users := b.userCodec()
	users.words.all, users.sets.all = h.Words, h.UserSets
	insert := b.insertUser
	if b.memberships != nil {
		insert = b.insertMembership
		b.members.sets.all = h.MembershipSets
		for _, id := range h.Tenants {
			b.members.addTenant(id)
		}
	}
	var part []byte
	for row, page := 0, 0; row <= h.Rows; row++ {
		for ; page < len(h.Pages) && h.Pages[page].First <= row; page++ {
			b.beginPage(h.Pages[page].Token)
		}
		if row == h.Rows {
			break
		}
		var err error
		if part, err = readPart(r, part); err != nil {
			return err
		}
		insert(b.users.chunks.add(part))
	}
	return nil
}

func (b *build) insertUser(place uint32) {
	b.users.insert(b.users.codec.unpack(&reader{b.users.chunks.at(place)}, b.users.codec.record()), place)
}

func (b *build) insertMembership(place uint32) {
	m := b.members.unpack(&reader{b.users.chunks.at(place)}, b.members.record())
	b.memberships.insert(m, place)
	if !b.users.has(m.User) {
		b.users.insert(m.User, place)
	}
}

// readPart reads what writePart wrote, into a buffer if it is large enough.
func readPart(r *bufio.Reader, buffer []byte) ([]byte, error) {
	n, err := binary.ReadUvarint(r)
	if err != nil || n > maxPart {
		return nil, errFormat
	}
	if uint64(cap(buffer)) < n {
		buffer = make([]byte, n)
	}
	if _, err := io.ReadFull(r, buffer[:n]); err != nil {
		return nil, errFormat
	}
	return buffer[:n], nil
}
