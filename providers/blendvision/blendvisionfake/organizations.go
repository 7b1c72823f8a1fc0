package blendvisionfake

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// organization has all documented fields, including the confidential ones.
type organization struct {
	ID               string    `json:"id"`
	Name             string    `json:"name"`
	ParentID         string    `json:"parent_id"`
	Type             string    `json:"type"`
	Status           string    `json:"status"`
	Description      string    `json:"description"`
	OwnerEmail       string    `json:"owner_email"`
	BillingCycle     int       `json:"billing_cycle"`
	ContractStart    *string   `json:"contract_valid_start_time"`
	ContractMonths   int       `json:"contract_months"`
	ContractDays     int       `json:"contract_days"`
	ContractEnd      *string   `json:"contract_valid_end_time"`
	NextContract     *contract `json:"next_contract"`
	HasSubOrgs       bool      `json:"has_sub_orgs"`
	ParentName       string    `json:"parent_name"`
	LicenseKey       string    `json:"license_key"`
	TimeZone         string    `json:"time_zone"`
	CreatedAt        *string   `json:"created_at"`
	UpdatedAt        *string   `json:"updated_at"`
	BusinessPlanType string    `json:"business_plan_type"`

	permitted bool
	accounts  fakevendor.Rows[account]
	roles     []role
	children  []*organization
}

type contract struct {
	StartTime    *string `json:"start_time"`
	Months       int     `json:"months"`
	Days         int     `json:"days"`
	ValidEndTime *string `json:"valid_end_time"`
}

// The numbers of organizations, from which their ids are derived. The token has access
// to the distributor, the first reseller and the first business.
const (
	root = iota + 1
	distributor
	firstReseller
	secondReseller
	firstBusiness
	// The first reseller has more businesses than the maximum page size.
	lastBusiness = firstBusiness + 120
)

// OrganizationID returns the id of the organization with this number: 1 is the root, 2 its
// child, the distributor, 3 and 4 are the distributor's children, the resellers. All
// others are businesses; those with a multiple of 40 are children of the second
// reseller, the others of the first.
func OrganizationID(number int) string { return uuid(0xb, number) }

// newOrganizations returns all organizations in the order of their numbers.
func newOrganizations(crowd fakevendor.Crowd) []*organization {
	all := []*organization{newOrganization(root, "ROOT", nil)}
	all = append(all, newOrganization(distributor, "GENERAL_DISTRIBUTOR", all[0]))
	all = append(all, newOrganization(firstReseller, "RESELLER", all[1]))
	all = append(all, newOrganization(secondReseller, "RESELLER", all[1]))
	for n := firstBusiness; n <= lastBusiness; n++ {
		parent := all[firstReseller-1]
		if n%40 == 0 {
			parent = all[secondReseller-1]
		}
		all = append(all, newOrganization(n, "BUSINESS", parent))
	}
	// An undocumented type.
	all[firstBusiness+3-1].Type = "ORGANIZATION_TYPE_PARTNER"

	for n, in := range map[int]func(person int) bool{
		// Two pages.
		distributor: func(person int) bool { return person < 280 },
		// Exactly one page.
		firstReseller: func(person int) bool { return person >= 200 },
		// Less than one page.
		firstBusiness: func(person int) bool { return person >= 120 && person%6 == 0 },
	} {
		o := all[n-1]
		o.permitted = true
		o.roles = newRoles(n)
		o.accounts = newAccounts(n, in, o.roles, crowd)
	}
	return all
}

func newOrganization(n int, typ string, parent *organization) *organization {
	created := time.Date(2019, 8, 24, 14, 15, 22, 0, time.UTC).Add(time.Duration(n) * 31 * time.Hour)
	o := &organization{
		ID:               OrganizationID(n),
		Name:             fakevendor.Company(n - 1),
		Type:             "ORGANIZATION_TYPE_" + typ,
		Status:           "ORGANIZATION_STATUS_ACTIVATED",
		LicenseKey:       fmt.Sprintf("license-%04d-keep-me-secret", n),
		OwnerEmail:       fmt.Sprintf("owner%d@secret.example", n),
		CreatedAt:        formatTime(created),
		UpdatedAt:        formatTime(created.Add(1000 * time.Hour)),
		BusinessPlanType: "BUSINESS_PLAN_TYPE_BVONE",
	}
	if parent != nil {
		o.ParentID, o.ParentName = parent.ID, parent.Name
		parent.HasSubOrgs = true
		parent.children = append(parent.children, o)
	}
	if n%2 == 0 {
		o.BillingCycle, o.ContractMonths, o.TimeZone = 1, 12, "Asia/Taipei"
		o.ContractStart, o.ContractEnd = formatTime(created), formatTime(created.AddDate(1, 0, 0))
		o.NextContract = &contract{StartTime: o.ContractEnd, Days: 30}
	}
	if n > firstBusiness {
		values := append(slices.Clone(statuses()), "ARCHIVED")
		o.Status = "ORGANIZATION_STATUS_" + values[n%len(values)]
	}
	if n == firstBusiness+7 {
		o.UpdatedAt = nil
	}
	return o
}

func statuses() []string {
	return []string{
		"ACTIVATED", "VERIFYING", "FAIL_TO_VERIFY", "DEACTIVATED", "DELETING", "DELETED", "ACTIVATION_SCHEDULED",
	}
}

func isStatus(value string) bool {
	value, ok := strings.CutPrefix(value, "ORGANIZATION_STATUS_")
	return ok && slices.Contains(statuses(), value)
}

func isType(value string) bool {
	value, ok := strings.CutPrefix(value, "ORGANIZATION_TYPE_")
	return ok && slices.Contains([]string{"ROOT", "GENERAL_DISTRIBUTOR", "RESELLER", "BUSINESS"}, value)
}

// https://developers.blendvision.com/docs/api/bv-one/public-organization-service-get
func (f *Fake) getOrganization(acting *organization, _ query) (any, *rpcStatus) {
	return struct {
		Organization *organization `json:"organization"`
	}{acting}, nil
}

type organizationList struct {
	Organizations []*organization `json:"organizations"`
	Pagination    any             `json:"pagination"`
}

// listSubOrganizations responds with the children of the organization. Assumptions: it
// omits indirect children, and the filter by name is case-sensitive.
// https://developers.blendvision.com/docs/api/bv-one/public-organization-service-list-sub-org
func (f *Fake) listSubOrganizations(acting *organization, q query) (any, *rpcStatus) {
	types, failed := q.values("types", isType)
	if failed != nil {
		return nil, failed
	}
	statuses, failed := q.values("statuses", isStatus)
	if failed != nil {
		return nil, failed
	}
	children := slices.DeleteFunc(slices.Clone(acting.children), func(o *organization) bool {
		return !strings.Contains(o.Name, q.Get("name")) ||
			len(types) > 0 && !slices.Contains(types, o.Type) ||
			len(statuses) > 0 && !slices.Contains(statuses, o.Status)
	})
	var list organizationList
	list.Organizations, list.Pagination = pageOf(fakevendor.Rows[*organization]{Fixed: children}, q, f.Variation)
	return list, nil
}

// uuid derives an id from a number.
func uuid(kind, number int) string {
	return fmt.Sprintf("%08x-b1e7-4d00-8000-%012d", kind<<28|number*0x9e37&0xfffffff, number)
}

// formatTime formats a time like the vendor.
func formatTime(t time.Time) *string {
	text := t.UTC().Format("2006-01-02T15:04:05.000Z")
	return &text
}
