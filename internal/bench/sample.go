package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// sample names users for queries: the last ones of the largest organization of BlendVision.
type sample struct {
	// organization and ids are global ids.
	organization string
	ids, emails  []string
}

// readSample reads the last pages of the list from the vendor.
func readSample(v *vendorProcess) (*sample, error) {
	c, err := parse(v.configuration)
	if err != nil {
		return nil, err
	}
	bv := vendorsOf(c)
	page := func(organization string, number int) (rows []map[string]any, total int, err error) {
		target := fmt.Sprintf("%s/bv/org/v1/organizations/accounts?items_per_page=100&current_page=%d", bv.BlendVision, number)
		request, err := http.NewRequest(http.MethodGet, target, nil)
		if err != nil {
			return nil, 0, err
		}
		request.Header = http.Header{"Authorization": {"Bearer " + bv.Token}, "X-Bv-Org-Id": {organization}}
		text, err := readBody(http.DefaultClient.Do(request))
		if err != nil {
			return nil, 0, err
		}
		var reply struct {
			Accounts   []map[string]any
			Pagination struct {
				Total int `json:"total_items"`
			}
		}
		err = json.Unmarshal([]byte(text), &reply)
		return reply.Accounts, reply.Pagination.Total, err
	}
	s, largest := &sample{}, 0
	for _, organization := range bv.Organizations {
		_, total, err := page(organization, 1)
		if err != nil {
			return nil, err
		}
		if total > largest {
			s.organization, largest = organization, total
		}
	}
	for number := (largest + 99) / 100; number > 0 && (len(s.emails) < 200 || len(s.ids) < 200); number-- {
		rows, _, err := page(s.organization, number)
		if err != nil {
			return nil, err
		}
		slices.Reverse(rows)
		for _, row := range rows {
			s.ids = append(s.ids, "blendvision:User:"+row["id"].(string))
			if name, ok := row["username"].(string); ok && row["account_type"] != "ACCOUNT_TYPE_NON_EMAIL" && strings.Contains(name, "@") {
				s.emails = append(s.emails, name)
			}
		}
	}
	s.organization = "blendvision:Organization:" + s.organization
	if len(s.emails) < 200 {
		return nil, fmt.Errorf("%d users have an address", len(s.emails))
	}
	return s, nil
}
