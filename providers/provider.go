// Package providers is the contract between the core and the vendors: what a
// vendor offers, what it is asked, and how it fails. Each vendor implements it
// in a folder of its own below this one.
//
// It knows no vendor, no HTTP and no GraphQL.
package providers

import (
	"context"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

// Provider is one configured connection to a vendor. Its methods may be called
// concurrently.
type Provider interface {
	// Connection describes the connection.
	Connection() *model.Provider
	// Status tells how the last calls went.
	Status() model.ProviderStatus
	// Check makes one cheap call that needs the credential.
	Check(ctx context.Context) error
	// Invalidate drops what is remembered of these objects and of the pages that hold
	// them, or, given nil, everything that was read through this connection.
	Invalidate(ctx context.Context, ids []model.ID)
	// WithCredential is this connection with a token of somebody else: what is read through it is
	// remembered apart, and everything else is shared. With an empty token nobody is
	// asked: all reading fails with kind Unauthenticated. It is cheap, and is made
	// for one operation.
	WithCredential(token Secret) Provider
	// Collections lists what the vendor has.
	Collections() Collections
}

// Collections are the kinds of objects at a provider; nil where it has none.
type Collections struct {
	Users         Collection[*model.User]
	Memberships   Collection[*model.Membership]
	Accounts      Collection[*model.Account]
	Organizations Collection[*model.Organization]
	Groups        Collection[*model.Group]
	Buyers        Collection[*model.Buyer]
	Sellers       Collection[*model.Seller]
	Modules       Collection[*model.Module]
	// Roles reads the roles of the organization with this vendor id.
	Roles func(ctx context.Context, organization string) ([]*model.Role, error)
}

// Collection is one kind of object at one provider. Every error is an *Error.
type Collection[T model.Node] interface {
	// Get reads the objects with these vendor ids, in as few calls as the vendor
	// allows. It returns full records: what a record still lacks, the vendor
	// hides. Duplicate ids are allowed.
	Get(ctx context.Context, ids []string) BatchResult[T]
	// Page reads one page of the list that q describes; token is "" for the
	// first page and Page.Next of the page before for every other. Tokens are
	// short, stable and readable, since they travel in cursors; an unusable one
	// is an Error of kind BadInput. Rows may be short references or full
	// records. The vendor applies what it can of q.Filter exactly; rows that do
	// not match are allowed and are dropped by the core. A row that should not be
	// there twice may be.
	Page(ctx context.Context, q Query, token string) (*Page[T], error)
	// SupportsOrder reports whether Page delivers rows of such a query in q.Order.
	SupportsOrder(q Query) bool
	// SupportsParents reports whether one Page can serve several parents of this type.
	SupportsParents(parentType string) bool
}

// BatchResult is what Get read. An id in neither map does not exist or is hidden.
type BatchResult[T any] struct {
	// Objects are keyed by vendor id.
	Objects map[string]T
	// Failed holds the reason for each id that could not be read.
	Failed map[string]error
}

// Query describes a list.
type Query struct {
	// Parent narrows the list to the children of some parents: memberships of users,
	// accounts or organizations, groups and buyers of accounts, organizations of
	// an organization. Rows name their parent. The zero Parent is the whole list.
	Parent Parent `json:"Of"` // cursors hold a digest of this encoding
	Filter Filter
	Order  Order
}

// Parent is what a list belongs to: objects of one model.Type…, by vendor id.
// There is more than one id only where Collection.Joins allows it.
type Parent struct {
	Type string
	IDs  []string
}

// Filter holds the conditions that all rows must meet; zero parts ask nothing.
type Filter struct {
	// Emails are normalized addresses, of which a user must have one.
	Emails []string
	// Name is contained in the display name, without regard to case.
	Name string
	// Status holds normalized words of the collection's own status enum, of
	// which a row must have one.
	Status                      []string
	CreatedAfter, CreatedBefore *time.Time
	UpdatedAfter, UpdatedBefore *time.Time

	// Roles, Licenses and Database are for memberships only.
	Roles    []model.MembershipRole
	Licenses []model.License
	// Database is refused with BadInput by vendors that have no databases.
	Database string
}

// Order is the wanted order of a list; the zero Order is the vendor's own.
type Order struct {
	Field      model.UserOrderField
	Descending bool
}

// Page is one page of one vendor list, as fetched.
type Page[T any] struct {
	Items []T
	// Next is the token of the page behind this one, "" on the last page.
	Next string
	// Total is the number of rows in the whole list where the vendor tells it and
	// applied the whole filter exactly, else nil.
	Total *int
	// MayRepeat tells that a later page may hold rows of an earlier one, because the
	// list is put together from several of the vendor's.
	MayRepeat bool
	// Freshness tells when the vendor was asked.
	Freshness model.Freshness
}
