package directory

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// PeopleList describes a list of people over all providers.
type PeopleList struct {
	Filter PeopleFilter
	Order  PeopleOrder
}

// ID returns the identity of the list, as List.ID does.
func (l PeopleList) ID(key *CursorKey) model.ListID {
	l.Filter.Name = foldName(l.Filter.Name)
	description, _ := json.Marshal(l) // cannot fail: strings, numbers and times
	return key.list("people " + string(description))
}

// ReadPeople reads a window of a list of people: the users of all providers, grouped by
// normalized address. It reads the users of every provider, from an index where there is
// one. A provider whose users cannot be read, or only in part, is left out of the rest of
// the list: its error and `complete: false` are on each later page. A person of whom it is
// not known whether the filter selects them, since a provider is left out, or a value is hidden
// or invalid, is not in the list.
func ReadPeople(ctx context.Context, d *Directory, l PeopleList, w Window) Listing[*model.Person] {
	r := peopleRequest{d: d, list: l, window: w}
	if err := r.checkProviders(); err != nil {
		return Unread[*model.Person](w, err)
	}
	if err := r.checkKey(); err != nil {
		return Unread[*model.Person](w, err)
	}
	if l.Filter.matchesNobody() {
		return r.listing(nil, nil)
	}
	r.readSources(ctx)
	if len(r.sources) == 0 && len(r.gaps.Errors) > 0 {
		return Unread[*model.Person](w, r.gaps.Errors...)
	}
	members := readMembers(ctx, d, l.Filter, r.sources)
	table := d.people.table(r.sources, l.Filter.Emails == nil)
	for i, s := range r.sources {
		r.addGaps(s, table.hides[i])
	}
	r.addMemberGaps(members)
	reader := newPeopleReader(table, r.sources, r.missing.users)
	found := table.find(r.key(), members.ids(), func() ([]uint32, Gaps) {
		return l.selectFrom(reader, r.missing, members.rights(l.Filter))
	})
	r.gaps.Hidden = r.gaps.Hidden || found.gaps.Hidden && r.gaps.Empty()
	r.gaps.Errors = append(r.gaps.Errors, found.gaps.Errors...)
	return r.listing(reader, found.people)
}

// peopleRequest is the reading of one window.
type peopleRequest struct {
	d      *Directory
	list   PeopleList
	window Window

	sources []peopleSource
	// leftOut are the positions of the providers that are left out, for cursors.
	leftOut   []model.Position
	missing   gapsOfPeople
	gaps      Gaps
	freshness *model.Freshness
}

// checkProviders returns an error for a provider of the filter or of the cursor that is not
// configured.
func (r *peopleRequest) checkProviders() error {
	for _, name := range r.list.Filter.Providers {
		if _, err := r.d.Provider(name); err != nil {
			return err
		}
	}
	if r.window.After == nil {
		return nil
	}
	for i, at := range r.window.After.Positions {
		_, isConfigured := r.d.byName(at.Provider)
		if isPeople := at.Provider == ""; isPeople != (i == 0) || !isPeople && (!isConfigured || !providers.Kind(at.Failed).IsKnown()) {
			return &providers.Error{Kind: providers.InvalidArgument, Detail: model.ErrCursor.Error()}
		}
	}
	return nil
}

// readSources reads the users of all providers in parallel, but of those that the cursor
// leaves out.
func (r *peopleRequest) readSources(ctx context.Context) {
	selectUsers := func(c providers.Collections) providers.Collection[*model.User] { return c.Users }
	q := providers.Query{Filter: providers.Filter{Emails: r.list.Filter.Emails}}
	sources, errs := make([]peopleSource, len(r.d.slots)), make([]error, len(r.d.slots))
	var reads sync.WaitGroup
	for i, p := range r.d.all() {
		sources[i].provider = p
		if at, isLeftOut := r.leftOutAt(p.Connection()); isLeftOut {
			errs[i], sources[i].leftOut = errLeftOut(p.Connection(), at), at.Failed
			continue
		}
		if p.Collections().Users == nil {
			continue
		}
		reads.Go(func() {
			sources[i].Snapshot, errs[i] = snapshot(ctx, r.d, selectUsers, p, q, personFields)
		})
	}
	reads.Wait()
	for i, s := range sources {
		p := s.provider.Connection()
		switch {
		case errs[i] != nil:
			r.gaps.Add(Gaps{Errors: []error{errs[i]}, Providers: []*model.Provider{p}})
			r.missing.users = append(r.missing.users, p)
			failed := cmp.Or(s.leftOut, int(providers.KindOf(errs[i])))
			r.leftOut = append(r.leftOut, model.Position{Provider: p.Name, Failed: failed, Done: true})
			continue
		case s.Reader == nil:
			continue // a vendor without users
		}
		r.freshness = r.freshness.Merge(s.Freshness)
		r.sources = append(r.sources, s)
	}
}

// addGaps adds what the users of a source lack. hides is set if the vendor hides addresses.
func (r *peopleRequest) addGaps(s peopleSource, hides bool) {
	gaps := s.Gaps
	if gaps.Empty() && !hides {
		return
	}
	gaps.Hidden, gaps.Providers = gaps.Hidden || hides, []*model.Provider{s.provider.Connection()}
	gaps.Errors = append(slices.Clone(gaps.Errors), errHidden(gaps)...)
	r.missing.users = append(r.missing.users, gaps.Providers...)
	r.gaps.Add(gaps)
}

// addMemberGaps adds what is not known of memberships: those of users who may be missing,
// and those that could not be read.
func (r *peopleRequest) addMemberGaps(members memberLists) {
	r.missing.licenses, r.missing.roles = slices.Clone(r.missing.users), slices.Clone(r.missing.users)
	needs := func(compares func(PeopleFilter, model.Vendor) bool) func(p *model.Provider) bool {
		return func(p *model.Provider) bool { return !compares(r.list.Filter, p.Vendor) }
	}
	r.missing.licenses = slices.DeleteFunc(r.missing.licenses, needs(PeopleFilter.comparesLicenses))
	r.missing.roles = slices.DeleteFunc(r.missing.roles, needs(PeopleFilter.comparesRoles))
	for _, m := range members {
		r.freshness = r.freshness.Merge(m.Freshness)
		if m.Gaps.Empty() {
			continue
		}
		r.gaps.Add(m.Gaps)
		if m.licenses {
			r.missing.licenses = append(r.missing.licenses, m.provider)
		}
		if m.roles {
			r.missing.roles = append(r.missing.roles, m.provider)
		}
	}
}

// leftOutAt returns the position of a provider that an earlier page has left out.
func (r *peopleRequest) leftOutAt(p *model.Provider) (at model.Position, isLeftOut bool) {
	if r.window.After == nil {
		return at, false
	}
	for _, at := range r.window.After.Positions[1:] {
		if at.Provider == p.Name {
			return at, true
		}
	}
	return at, false
}

// key identifies the people that the list selects among those of a table, as far as their
// memberships do not count.
func (r *peopleRequest) key() string {
	text, _ := json.Marshal([]any{r.list, names(r.missing.users), names(r.missing.licenses), names(r.missing.roles)}) // cannot fail
	return string(text)
}

func names(all []*model.Provider) []string {
	var names []string
	for _, p := range all {
		names = append(names, p.Name)
	}
	return names
}

// selectFrom returns the people that the list selects, in its order. gaps are Hidden if it is
// not known of others, and have an error if a value is invalid.
func (l PeopleList) selectFrom(r *peopleReader, missing gapsOfPeople, rights memberRights) (people []uint32, gaps Gaps) {
	var keys []personKey
	for person := range uint32(r.table.len()) {
		p := r.read(person)
		a := l.Filter.accepts(p, missing, rights)
		if a == no {
			continue
		}
		key, hidden := l.Order.keyOf(p)
		if a == unknown || hidden {
			gaps.Hidden = true
			if len(gaps.Errors) == 0 {
				gaps.Errors = l.invalidErrors(p)
			}
			continue
		}
		key.person = person
		keys = append(keys, key)
	}
	l.Order.sort(keys)
	people = make([]uint32, len(keys))
	for i, k := range keys {
		people[i] = k.person
	}
	return people, gaps
}

// invalidErrors returns an error for the first value of a person that the list compares and
// that is invalid; none if there is none.
func (l PeopleList) invalidErrors(p *model.Person) []error {
	for _, field := range append(l.Filter.compared(), l.Order.compared()...) {
		if err := InvalidField(p, field); err != nil {
			return []error{err}
		}
	}
	return nil
}

// listing returns the window of the people, which are those of the whole list.
func (r *peopleRequest) listing(reader *peopleReader, people []uint32) Listing[*model.Person] {
	w := r.window
	from := 0
	if w.After != nil {
		var ok bool
		if from, ok = r.position(reader, people, w.After.Positions[0]); !ok {
			return Unread[*model.Person](w, r.gaps.Errors...)
		}
	}
	to := min(from+w.First, len(people))
	l := Listing[*model.Person]{Connection: &model.Connection[*model.Person]{
		PageInfo:  &model.PageInfo{HasNextPage: to < len(people), HasPreviousPage: w.After != nil},
		Freshness: r.freshness,
	}}
	if from < to {
		anchors := r.anchors(reader, people, from, to)
		id := r.list.ID(r.d.cursorKey)
		for i, p := range reader.records(people[from:to]) {
			at := model.Position{Token: anchors[i], Index: from + i + 1}
			positions := append([]model.Position{at}, r.leftOut...)
			l.Edges = append(l.Edges, &model.Edge[*model.Person]{Position: model.Cursor{List: id, Positions: positions}, Node: p})
		}
	}
	var total *int
	if r.gaps.Empty() {
		total = new(len(people))
	}
	l.finish(w, total, r.gaps)
	return l
}

// peopleTables caches the latest tables of people. It is safe for concurrent use.
type peopleTables struct {
	mu     sync.Mutex
	latest []*cachedTable
}

type cachedTable struct {
	ids   []any
	once  sync.Once
	table *peopleTable
}

// maxPeopleTables bounds the tables that are cached. One of 400,000 users takes 4 MB.
const maxPeopleTables = 2

// table returns the table of some sources. It is cached if they are all users.
func (t *peopleTables) table(sources []peopleSource, all bool) *peopleTable {
	if !all {
		return newPeopleTable(sources)
	}
	var ids []any
	for _, s := range sources {
		ids = append(ids, s.provider.Connection(), s.ID)
	}
	t.mu.Lock()
	i := slices.IndexFunc(t.latest, func(r *cachedTable) bool { return slices.Equal(r.ids, ids) })
	if i < 0 {
		t.latest = append(t.latest[max(0, len(t.latest)+1-maxPeopleTables):], &cachedTable{ids: ids})
		i = len(t.latest) - 1
	}
	r := t.latest[i]
	t.mu.Unlock()
	r.once.Do(func() { r.table = newPeopleTable(sources) })
	return r.table
}
