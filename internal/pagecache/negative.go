package pagecache

import (
	"reflect"

	"github.com/accountgraph/accountgraph/graph/model"
)

// negative is the type of the values that CacheError stores.
type negative struct{ err error }

// CacheError calls f and returns its error. An error that cacheable accepts is stored, in
// memory only, for the time that the absence of an object is cached; CacheError returns it
// meanwhile without calling f. It is invalidated with the scope and with each of the tags.
func (s *Scope) CacheError(key Key, f func() error, cacheable func(error) bool, tags ...model.ID) error {
	c := s.cache
	if c.disabled() {
		return f()
	}
	k := typedKey{key: key, typ: reflect.TypeFor[negative]()}
	now, g := c.now(), c.memory.generations.of(s.id)
	if e := c.memory.get(k, g, now); e != nil {
		return e.value.(negative).err
	}
	err := f()
	if err != nil && cacheable(err) {
		e := c.newAbsence(c.now())
		e.value, e.tags = negative{err}, tags
		c.memory.put(k, e, g, s.owner())
	}
	return err
}
