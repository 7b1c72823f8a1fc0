package softwareone

// statusValue is a status of the vendor and the graph's value for it. The vendor
// adds statuses from time to time; unknown ones are OTHER in the graph.
type statusValue struct{ vendor, graph string }

const otherStatus = "OTHER"

// normalizeStatus returns the graph's value. It compares with regard to case,
// since filters send the vendor's values as they are spelled here.
func normalizeStatus(values []statusValue, vendor *string) string {
	if vendor != nil {
		for _, v := range values {
			if v.vendor == *vendor {
				return v.graph
			}
		}
	}
	return otherStatus
}

// statusOf is normalizeStatus for a property that may be unread: "" if it is, since a
// status that was not read is not OTHER.
func statusOf(values []statusValue, vendor *string, unread bool) string {
	if vendor == nil && unread {
		return ""
	}
	return normalizeStatus(values, vendor)
}

// vendorStatuses returns all of the vendor's values for some of the graph's. ok
// is false where graph contains OTHER: no list of the vendor's values covers it.
func vendorStatuses(values []statusValue, graph []string) (vendor []string, ok bool) {
	for _, g := range graph {
		if g == otherStatus {
			return nil, false
		}
		for _, v := range values {
			if v.graph == g {
				vendor = append(vendor, v.vendor)
			}
		}
	}
	return vendor, true
}
