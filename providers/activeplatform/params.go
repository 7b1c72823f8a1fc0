package activeplatform

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// orderFields are the vendor's names of the fields that it can sort by. The vendor
// sorts by any field but does not document its collation, so sorted text could not
// be merged with that of other vendors.
var orderFields = map[model.UserOrderField]string{
	model.OrderByCreatedAt: "created_at",
	model.OrderByUpdatedAt: "updated_at",
}

func supportsOrder(o providers.Order) bool {
	_, ok := orderFields[o.Field]
	return ok
}

// orderParams returns the parameters of an order, none for the vendor's order and
// for one that it does not support.
func orderParams(o providers.Order) url.Values {
	field, ok := orderFields[o.Field]
	if !ok {
		return url.Values{}
	}
	return url.Values{"sorting[field]": {field}, "sorting[reversed]": {strconv.FormatBool(o.Descending)}}
}

// statusParams returns the parameters of a filter by status. The vendor accepts
// one status, so the result is empty if several can match. possible is false if no
// user of this vendor has any of the statuses.
func statusParams(statuses []string) (params url.Values, possible bool) {
	if len(statuses) == 0 {
		return nil, true
	}
	active := slices.Contains(statuses, string(model.UserActive))
	inactive := slices.Contains(statuses, string(model.UserInactive))
	other := slices.Contains(statuses, string(model.UserOther))
	switch {
	case other || active && inactive:
		return nil, true
	case active:
		return url.Values{"filters[status]": {"active"}}, true
	case inactive:
		return url.Values{"filters[status]": {"inactive"}}, true
	}
	return nil, false
}
