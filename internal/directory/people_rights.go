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

// membershipsOf returns the memberships of all users of a source.
func membershipsOf(ctx context.Context, d *Directory, s peopleSource) (Snapshot[*model.Membership], error) {
	collection := s.provider.Collections().Memberships
	if _, hasAll := collection.(providers.IndexedCollection[*model.Membership]); hasAll {
		return snapshot(ctx, d, selectMemberships, s.provider, providers.Query{}, nil)
	}
	queries, err := membershipQueries(ctx, d, s, collection)
	if err != nil {
		return Snapshot[*model.Membership]{}, err
	}
	var rows []*model.Membership
	var gaps Gaps
	var freshness *model.Freshness
	for chunk := range slices.Chunk(queries, readahead.Concurrent) {
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

// membershipQueries returns queries for all memberships of a vendor that lists them by user
// or by account: by user if one query can name many users.
func membershipQueries(ctx context.Context, d *Directory, s peopleSource, c providers.Collection[*model.Membership]) (queries []providers.Query, err error) {
	if c.SupportsParents(model.TypeUser) {
		var ids []string
		at := s.Reader()
		for n := range s.Len {
			ids = append(ids, at(n).VendorID)
		}
		for chunk := range slices.Chunk(ids, maxParents) {
			queries = append(queries, providers.Query{Parent: providers.Parent{Type: model.TypeUser, IDs: chunk}})
		}
		return queries, nil
	}
	selectAccounts := func(c providers.Collections) providers.Collection[*model.Account] { return c.Accounts }
	accounts, err := snapshot(ctx, d, selectAccounts, s.provider, providers.Query{}, nil)
	if err != nil {
		return nil, err
	}
	at := accounts.Reader()
	for n := range accounts.Len {
		queries = append(queries, providers.Query{Parent: providers.Parent{Type: model.TypeAccount, IDs: []string{at(n).VendorID}}})
	}
	return queries, nil
}
