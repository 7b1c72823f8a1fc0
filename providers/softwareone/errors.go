package softwareone

import (
	"errors"
	"net/http"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

func invalidArgument(detail string) error {
	return &providers.Error{Kind: providers.InvalidArgument, Detail: detail}
}

func incomplete(detail string) error {
	return &providers.Error{Kind: providers.Incomplete, Detail: detail}
}

func errNoUser() error {
	return &providers.Error{Kind: providers.BadResponse, Detail: "a member without a user was left out"}
}

func errNoRowID() error {
	return &providers.Error{Kind: providers.BadResponse, Detail: "a row without an id was left out"}
}

func errRepeatedPage() error { return incomplete("the vendor repeats a page") }

func errPageToken() error { return invalidArgument("the page token is not one of this list") }

func errNoSuchList() error { return invalidArgument("this vendor has no such list") }

func errNoDatabases() error { return invalidArgument("this vendor has no databases") }

// errQuotes is the error of an id that RQL cannot express.
func errQuotes() error {
	return &providers.Error{Kind: providers.InvalidID, Detail: "the id is not valid in a query"}
}

// withProvider adds the provider to an error that names none.
func withProvider(p *model.Provider, err error) error {
	var e *providers.Error
	if !errors.As(err, &e) || e.Provider != nil {
		return err
	}
	own := *e
	own.Provider = p
	return &own
}

// isRefused reports whether the vendor rejects this request in general: the
// credential may not send it, or the vendor does not know a property in it.
func isRefused(err error) bool {
	var e *providers.Error
	return errors.As(err, &e) && (e.Kind == providers.Forbidden || isBadRequest(err))
}

// isBadRequest reports whether the vendor does not know a part of the request.
func isBadRequest(err error) bool {
	var e *providers.Error
	return errors.As(err, &e) && e.HTTPStatus == http.StatusBadRequest
}
