// Package providers is the contract between the core and the vendors: the
// collections that a vendor offers, the queries that it receives, and the errors
// that it returns. Each vendor implements the contract in a folder below this one.
//
// The contract is independent of vendors, HTTP and GraphQL.
package providers

import (
	"context"
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
)

// Provider is one configured connection to a vendor. Its methods are safe for
// concurrent use.
type Provider interface {
	// Connection describes the connection. Every call returns the same pointer.
	Connection() *model.Provider
	// Status summarizes the outcome of the latest calls. It makes no call.
	Status() model.ProviderStatus
	// Check makes one cheap call that requires the credential.
	Check(ctx context.Context) error
	// Invalidate removes cached objects with these ids, and the cached pages that
	// contain them. With nil ids it removes everything cached for this connection.
	Invalidate(ctx context.Context, ids []model.ID)
	// WithCredential returns this connection authenticated with token. It has a
	// cache scope of its own and shares everything else. With an empty token it
	// makes no call and every read fails with kind Unauthenticated. The call is
	// cheap enough to be made once per operation.
	WithCredential(token Secret) Provider
	// Collections returns the collections that the vendor has.
	Collections() Collections
}

// SettingsChecker is a Provider with settings that name what only the vendor knows.
type SettingsChecker interface {
	// CheckSettings makes a cheap call for each value of these settings. It returns a check
	// for each, in the order of the configuration.
	CheckSettings(ctx context.Context) []SettingCheck
}

// SettingCheck is the check of one value of a setting.
type SettingCheck struct {
	// Key is the configuration key, Value the value that was tested.
	Key, Value string
	// Err is nil if the vendor knows the value.
	Err error
	// Untested is true if Err is of a call before the test, which says nothing of the value.
	Untested bool
}

// Collections are the collections of a provider; nil if the vendor has none of
// that type.
type Collections struct {
	Users         Collection[*model.User]
	Memberships   Collection[*model.Membership]
	Accounts      Collection[*model.Account]
	Organizations Collection[*model.Organization]
	Groups        Collection[*model.Group]
	Buyers        Collection[*model.Buyer]
	Sellers       Collection[*model.Seller]
	Modules       Collection[*model.Module]
	// Roles returns the roles of the organization with this vendor id.
	Roles func(ctx context.Context, organization string) ([]*model.Role, error)
	// UnreadableTenants returns the vendor ids of the tenants whose members the
	// credential may not read: those of the configuration, and those that the vendor
	// names elsewhere. The errors tell why others may be missing. It is nil if the
	// vendor lists the tenants that the credential may read.
	UnreadableTenants func(ctx context.Context) ([]string, []error)
}

// Collection reads one type of objects at one provider. Its methods are safe for
// concurrent use. Every error is an *Error.
type Collection[T model.Node] interface {
	// Get reads the objects with these vendor ids in as few calls as the vendor
	// allows. The records are complete: the vendor hides a field that is still
	// missing. ids may contain duplicates and is not modified.
	Get(ctx context.Context, ids []string) BatchResult[T]
	// Page reads one page of the list that q describes. token is "" for the first
	// page and the previous page's Next for all others. Tokens become part of
	// cursors, so they are short, stable and readable; an unusable token fails with
	// kind InvalidArgument, without a call. Items are short references or complete
	// records. The vendor applies the conditions of q.Filter that it supports
	// exactly; the core removes rows that do not match, and duplicates.
	Page(ctx context.Context, q Query, token string) (*Page[T], error)
	// SupportsParents reports whether Page accepts several parents of this type.
	SupportsParents(parentType string) bool
}

// BatchResult is the result of Get. An id in neither map does not exist or is
// hidden from the credential.
type BatchResult[T any] struct {
	// Objects are the objects that were read, by vendor id.
	Objects map[string]T
	// Failed holds the error for each vendor id that could not be read.
	Failed map[string]error
}

// Page is one page of a list. A page is complete unless it has Errors or Hidden is set.
// A list is complete if all its pages are: of a list that is not, the graph returns
// `complete: false` and no totalCount. What could not be read is never left out in
// silence.
type Page[T any] struct {
	Items []T
	// Next is the token of the next page, "" on the last page.
	Next string
	// Partial reports that these are not all rows of the first page, since Query.Rows wants no
	// more. They are as many as it wants, and at least one row follows. Without Rows, the token
	// "" returns the whole first page, which begins with these rows, and so does Next.
	Partial bool
	// TokenAt returns the token of the page that begins with Items[i], where a page can
	// begin with any row; nil where pages are those of the vendor.
	TokenAt func(i int) string
	// Sorted reports that the list is in the order of the query. Rows without a value may be
	// anywhere: the core returns them last. It is the same on all pages of a list. Where it is
	// not set, the page and its tokens are those of the query without its order: the core
	// reads the rest without the order, and sorts.
	Sorted bool
	// NullsLast reports that rows without a value are the last ones of a sorted list.
	NullsLast bool
	// Total is the number of rows in the whole list. It is nil if the vendor does
	// not report it or did not apply the whole filter exactly.
	Total *int
	// Count returns the number of rows in the whole list with a separate call; nil if the
	// vendor does not report it. It is nil where Total is known, and where no call tells.
	Count func(ctx context.Context) (*int, error)
	// MayRepeat reports whether a later page may repeat rows of an earlier one,
	// because the list is concatenated from several lists of the vendor.
	MayRepeat bool
	// Freshness tells when the vendor sent the data.
	Freshness model.Freshness
	// Errors tell why rows are missing from a page whose other rows were read: one of
	// several lists of the vendor could not be read, a row could not be decoded, a
	// limit stopped the reading (kind Incomplete). Each is an *Error, and the graph
	// reports it beside the rows.
	Errors []error
	// Hidden reports that the vendor does not show rows of the list to the credential.
	// This is no error.
	Hidden bool
	// Ahead are the pages that follow, in their order, as far as the response tells: the
	// rest of a list with a total (at most MaxAhead of them), a few pages of one without,
	// and the first page of each further list of the vendor. They can be read before the pages between are there. The
	// first of them is Next. None where the response tells nothing, or where the page was
	// read by an incomplete token.
	Ahead []Ahead
	// Following returns the page with the token Next, which the response held too: it makes
	// no call. It is nil where Next has to be read.
	Following func() *Page[T]
	// At returns the page as a read with its complete token does, without a call, and nil
	// for the token of another page. It is set where the page was read by an incomplete
	// token.
	At func(token string) *Page[T]
}

// UsersOf returns the users of a page of memberships, in their order.
func UsersOf(members *Page[*model.Membership]) *Page[*model.User] {
	page := &Page[*model.User]{
		Next: members.Next, Total: members.Total, MayRepeat: members.MayRepeat, Freshness: members.Freshness,
		Errors: members.Errors, Hidden: members.Hidden, Ahead: members.Ahead, Partial: members.Partial,
	}
	for _, m := range members.Items {
		page.Items = append(page.Items, m.User)
	}
	if members.Following != nil {
		page.Following = func() *Page[*model.User] { return UsersOf(members.Following()) }
	}
	if members.At != nil {
		page.At = func(token string) *Page[*model.User] {
			if complete := members.At(token); complete != nil {
				return UsersOf(complete)
			}
			return nil
		}
	}
	return page
}

// Ahead is a page of a list that follows another one.
type Ahead struct {
	// Token is the page's token. It is incomplete, and ends with a dot, if the complete
	// token depends on the page before: it is the beginning of the complete token then. Page
	// accepts both. Past the end of the list, Page returns no rows and no error, as far as
	// the vendor does.
	Token string
	// Guess is set if the list may end before this page.
	Guess bool
}

// Is reports whether this is the page with the given complete token.
func (a Ahead) Is(token string) bool {
	return a.Token == token || strings.HasSuffix(a.Token, ".") && strings.HasPrefix(token, a.Token)
}

// MultiList is a Collection that concatenates several lists of the vendor.
type MultiList interface {
	// FirstPages returns the first page of each list of a query but the first list, in
	// their order. They can be read together with the page of the token "". It returns none
	// where it cannot tell; it may make a call that Page with "" makes, too.
	FirstPages(ctx context.Context, q Query) []Ahead
}

// FirstPages returns the method of a collection that is a MultiList, for a query; nil for any
// other.
func FirstPages[T model.Node](c Collection[T], q Query) func(ctx context.Context) []Ahead {
	lists, ok := c.(MultiList)
	if !ok {
		return nil
	}
	return func(ctx context.Context) []Ahead { return lists.FirstPages(ctx, q) }
}

// MaxAhead is the largest number of pages of one list that a page tells ahead.
const MaxAhead = 100

// MaxGuesses is the largest number of pages in a row that a page guesses ahead.
const MaxGuesses = 8
