package providers

import (
	"context"
	"errors"
	"net/http"
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
)

// IsUnreadable reports whether err concerns the list or the object of one tenant and
// would concern it again: the vendor refused it, does not have it, or returned a
// response that cannot be read. The lists of other tenants are worth reading then.
func IsUnreadable(err error) bool {
	return IsRefused(err) || KindOf(err) == BadResponse
}

// IsRefused reports whether the vendor responded with 401, 403, 404 or 410.
func IsRefused(err error) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.HTTPStatus {
	case http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusGone:
		return true
	}
	return false
}

// WithDetail returns err with what could not be read as its detail, such as
// "organization 17". An error that is not an *Error is returned as it is.
func WithDetail(err error, what string) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	clone := *e
	clone.Detail = what
	if e.Detail != "" {
		clone.Detail += ": " + e.Detail
	}
	return &clone
}

// IfExists decides what the failure of a child list of the object with this id means. It
// returns nil if the object does not exist, so that the list has no rows, and err if the
// object exists or could not be read. It reads the object with c.Get.
func IfExists[T model.Node](ctx context.Context, c Collection[T], id string, err error) error {
	result := c.Get(ctx, []string{id})
	if _, exists := result.Objects[id]; exists || result.Failed[id] != nil {
		return err
	}
	return nil
}

// FailMissing adds to result a failure of kind NotFound for each of the tenants, which
// are those of the configuration, that was requested and that the vendor does not have. A
// configured tenant exists, so that its absence is an error.
func FailMissing[T any](result BatchResult[T], requested, tenants []string, p *model.Provider) {
	for _, id := range requested {
		_, found := result.Objects[id]
		if !found && result.Failed[id] == nil && slices.Contains(tenants, id) {
			result.Failed[id] = &Error{Kind: NotFound, Provider: p, Detail: "the configured tenant " + id + " does not exist"}
		}
	}
}
