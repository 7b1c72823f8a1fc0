package directory

import (
	"context"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/readahead"
	"github.com/accountgraph/accountgraph/providers"
)

// memberLists are the memberships that a filter of people compares, by provider.
type memberLists []memberList

type memberList struct {
	provider *model.Provider
	// licenses and roles are set if the filter compares those of the vendor.
	licenses, roles bool
	Snapshot[*model.Membership]
}

// memberRights are the users, by their vendor ids, with a membership that has one of the
// licenses or roles of a filter.
type memberRights struct {
	licenses, roles map[*model.Provider]map[string]bool
}

// readMembers reads the memberships that a filter compares, at all providers in parallel.
func readMembers(ctx context.Context, d *Directory, f PeopleFilter, sources []peopleSource) memberLists {
	var lists memberLists
	var of []peopleSource
	for _, s := range sources {
		p := s.provider.Connection()
		m := memberList{provider: p, licenses: f.comparesLicenses(p.Vendor), roles: f.comparesRoles(p.Vendor)}
		if (m.licenses || m.roles) && s.provider.Collections().Memberships != nil {
			lists, of = append(lists, m), append(of, s)
		}
	}
	var reads sync.WaitGroup
	for i, s := range of {
		reads.Go(func() {
			members, err := membershipsOf(ctx, d, s)
			if err != nil {
				members = snapshotOf[*model.Membership](nil, nil, Gaps{Errors: []error{err}})
			}
			if !members.Gaps.Empty() {
				members.Gaps.Providers = []*model.Provider{lists[i].provider}
			}
			lists[i].Snapshot = members
		})
	}
	reads.Wait()
	return lists
}

// ids identify the memberships.
func (l memberLists) ids() []any {
	var ids []any
	for _, m := range l {
		ids = append(ids, m.provider, m.ID)
	}
	return ids
}

// rights returns the users with a membership that a filter selects.
func (l memberLists) rights(f PeopleFilter) memberRights {
	r := memberRights{map[*model.Provider]map[string]bool{}, map[*model.Provider]map[string]bool{}}
	for _, list := range l {
		hasLicense, hasRole := map[string]bool{}, map[string]bool{}
		at := list.Reader()
		for n := range list.Len {
			m := at(n)
			if m.User == nil {
				continue
			}
			if m.License != nil && slices.Contains(f.Licenses, *m.License) {
				hasLicense[m.User.VendorID] = true
			}
			if slices.Contains(f.Roles, m.Role) {
				hasRole[m.User.VendorID] = true
			}
		}
		r.licenses[list.provider], r.roles[list.provider] = hasLicense, hasRole
	}
	return r
}

func selectMemberships(c providers.Collections) providers.Collection[*model.Membership] {
	return c.Memberships
}

// fewUsers is the number of users whose memberships are read by user, though there is an index
// of all memberships.
const fewUsers = 25

// membershipsOf returns the memberships of all users of a source.
func membershipsOf(ctx context.Context, d *Directory, s peopleSource) (Snapshot[*model.Membership], error) {
	collections := s.provider.Collections()
	_, hasList := collections.Memberships.(providers.IndexedCollection[*model.Membership])
	if all, ok := collections.Memberships.(Snapshotter[*model.Membership]); ok && !hasList && s.Len > fewUsers {
		if members, ok, err := all.Snapshot(ctx); ok || err != nil {
			return members, err
		}
	}
	if hasList {
		return snapshot(ctx, d, selectMemberships, s.provider, providers.Query{}, nil)
	}
	var users []string
	at := s.Reader()
	for n := range s.Len {
		users = append(users, at(n).VendorID)
	}
	lists, gaps, err := MembershipLists(ctx, s.provider.Connection(), collections, users)
	if err != nil {
		return Snapshot[*model.Membership]{}, err
	}
	var rows []*model.Membership
	var freshness *model.Freshness
	for chunk := range slices.Chunk(lists, readahead.Concurrent) {
		parts, errs := make([]Snapshot[*model.Membership], len(chunk)), make([]error, len(chunk))
		var reads sync.WaitGroup
		for i, q := range chunk {
			reads.Go(func() { parts[i], errs[i] = snapshot(ctx, d, selectMemberships, s.provider, q, nil) })
		}
		reads.Wait()
		for i, part := range parts {
			if errs[i] != nil {
				return Snapshot[*model.Membership]{}, errs[i]
			}
			at := part.Reader()
			for n := range part.Len {
				rows = append(rows, at(n))
			}
			gaps.Add(part.Gaps)
			freshness = freshness.Merge(part.Freshness)
		}
	}
	return snapshotOf(rows, freshness, gaps), nil
}

// MembershipLists returns queries for all memberships of the users of a vendor that lists them
// by user or by account: by user if one query can name many users, or there are few users. The
// gaps are those of the list of accounts.
func MembershipLists(ctx context.Context, p *model.Provider, c providers.Collections, users []string) (lists []providers.Query, gaps Gaps, err error) {
	together := 1
	if c.Memberships.SupportsParents(model.TypeUser) {
		together = maxParents
	}
	if together > 1 || len(users) <= fewUsers {
		for chunk := range slices.Chunk(users, together) {
			lists = append(lists, providers.Query{Parent: providers.Parent{Type: model.TypeUser, IDs: chunk}})
		}
		return lists, gaps, nil
	}
	accounts, _, gaps, err := ReadAll(ctx, p, c.Accounts, providers.Query{}, PagesPerList)
	for _, a := range accounts {
		lists = append(lists, providers.Query{Parent: providers.Parent{Type: model.TypeAccount, IDs: []string{a.VendorID}}})
	}
	return lists, gaps, err
}
