package providers

import (
	"strings"

	"github.com/accountgraph/accountgraph/graph/model"
)

const isInvalid = " is invalid, so that values may be missing"

// InvalidField returns the error of a field of a type of the graph of which the value is
// invalid in the vendor's response.
func InvalidField(p *model.Provider, typ, field string) *Error {
	return &Error{
		Kind: BadResponse, Provider: p,
		Detail: typ + "." + field + isInvalid,
	}
}

// IsSameField reports whether two errors are those of InvalidField for one field.
func IsSameField(a, b error) bool {
	x, ok := a.(*Error)
	y, alike := b.(*Error)
	return ok && alike && x.Provider == y.Provider && x.Detail == y.Detail && strings.HasSuffix(x.Detail, isInvalid)
}
