package index

import (
	"slices"

	"github.com/accountgraph/accountgraph/graph/model"
)

// fieldSets numbers the field sets of packed rows. A row that had a value which is not
// packed is without that field.
type fieldSets struct {
	numbers map[fieldSetKey]uint64
	all     []*model.FieldSet
}

type fieldSetKey struct {
	of *model.FieldSet
	// unpacked is a bit for each field that has a value which is not packed.
	unpacked uint64
}

// number returns the number of a row's field set, without the unpacked fields of names.
func (s *fieldSets) number(of *model.FieldSet, unpacked uint64, names []string) uint64 {
	key := fieldSetKey{of, unpacked}
	if n, ok := s.numbers[key]; ok {
		return n
	}
	if unpacked != 0 {
		var without []string
		for i, name := range names {
			if unpacked&(1<<i) != 0 {
				without = append(without, name)
			}
		}
		of = of.Without(without...)
	}
	if s.numbers == nil {
		s.numbers = map[fieldSetKey]uint64{}
	}
	n := uint64(len(s.all))
	s.numbers[key], s.all = n, append(s.all, of)
	return n
}

func (s *fieldSets) of(n uint64) *model.FieldSet { return s.all[n] }

// bits returns a bit for each condition that is true.
func bits(conditions ...bool) (b uint64) {
	for i, c := range slices.All(conditions) {
		if c {
			b |= 1 << i
		}
	}
	return b
}
