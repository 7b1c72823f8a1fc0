package softwareone

// word is a word of the vendor and the graph's word for it. The vendor adds
// words from time to time; those not known here are OTHER in the graph.
type word struct{ vendor, graph string }

const other = "OTHER"

// normalize is the graph's word; words count only as the vendor spells them,
// since they are also what the vendor is asked for.
func normalize(vocabulary []word, vendor *string) string {
	if vendor != nil {
		for _, w := range vocabulary {
			if w.vendor == *vendor {
				return w.graph
			}
		}
	}
	return other
}

// vendorWords are all of the vendor's words for some of the graph's. It reports
// false where the vendor may have words that are not known here.
func vendorWords(vocabulary []word, graph []string) (vendor []string, known bool) {
	for _, g := range graph {
		if g == other {
			return nil, false
		}
		for _, w := range vocabulary {
			if w.graph == g {
				vendor = append(vendor, w.vendor)
			}
		}
	}
	return vendor, true
}

// words is a list of words, never nil.
func words(list maybe[[]string]) []string {
	if list.value == nil {
		return []string{}
	}
	return *list.value
}
