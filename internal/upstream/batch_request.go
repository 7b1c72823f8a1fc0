package upstream

import (
	"errors"
	"net/http"
	"slices"

	"github.com/accountgraph/accountgraph/providers"
)

// requestFor builds the request for the ids that o.Request accepts. It returns
// these ids, and an error for each of the others.
func (o BatchRequest[T]) requestFor(c *Client, ids []string) (vendorRequest, []string, map[string]error) {
	r, err := o.tryRequest(c, ids)
	if err == nil {
		return r, ids, nil
	}
	failed := map[string]error{}
	if kind := providers.KindOf(err); len(ids) > 1 && (kind == providers.InvalidID || kind == providers.InvalidArgument) {
		ids = slices.DeleteFunc(slices.Clone(ids), func(id string) bool {
			_, err := o.tryRequest(c, []string{id})
			if err != nil {
				failed[id] = err
			}
			return err != nil
		})
		if len(failed) > 0 && len(ids) > 0 {
			r, err = o.tryRequest(c, ids)
		}
	}
	if err != nil {
		for _, id := range ids {
			failed[id] = err
		}
		return r, nil, failed
	}
	return r, ids, failed
}

// vendorRequest is a request in both forms.
type vendorRequest struct {
	Request
	http *http.Request
}

// tryRequest calls o.Request and validates the result. Every error is a
// *providers.Error with a provider; a panic is one of kind InvalidArgument.
func (o BatchRequest[T]) tryRequest(c *Client, ids []string) (vendorRequest, error) {
	r, err := catchPanic(func() (Request, error) { return o.Request(slices.Clone(ids)) })
	if err == nil {
		request, invalid := c.newRequest(r)
		if invalid != nil {
			return vendorRequest{}, invalid
		}
		return vendorRequest{r, request}, nil
	}
	var e *providers.Error
	if !errors.As(err, &e) {
		return vendorRequest{}, c.newError(providers.InvalidArgument)
	}
	return vendorRequest{}, c.withProvider(e)
}
