package upstream

import (
	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// ReadPermitted calls read, for an object that the credential may lack access to. For
// the time that absences are cached after an error of kind Forbidden, it returns that
// error without calling read. kind names what is read of the object.
func ReadPermitted[T any](c *Client, kind string, id model.ID, read func() (T, error)) (value T, err error) {
	if c.scope == nil {
		return read()
	}
	err = c.scope().CacheError(c.scope().Page("forbidden", kind, string(id)), func() error {
		value, err = read()
		return err
	}, isForbidden, id)
	return value, err
}

func isForbidden(err error) bool { return providers.KindOf(err) == providers.Forbidden }
