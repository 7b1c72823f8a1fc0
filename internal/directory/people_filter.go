package directory

import (
	"slices"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

// PeopleFilter holds conditions that a person must all meet. Zero fields are no condition;
// an empty list that is not nil matches nobody.
type PeopleFilter struct {
	// Emails and EmailDomains are normalized.
	Emails, EmailDomains []string
	Name                 string
	// Providers are names, of which a person has a user at one.
	Providers        []string
	ProvidersAtLeast int
	CanSignIn        *bool
	LastLoginBefore  *time.Time
	NeverLoggedIn    *bool
	Licenses         []model.License
	Roles            []model.MembershipRole
	Conflict         *bool
}

// compared returns the fields of users that the filter compares, beside addresses.
func (f PeopleFilter) compared() (fields []string) {
	if f.Name != "" || f.Conflict != nil {
		fields = append(fields, "name")
	}
	if f.CanSignIn != nil || f.Conflict != nil {
		fields = append(fields, "status")
	}
	if f.LastLoginBefore != nil || f.NeverLoggedIn != nil {
		fields = append(fields, "lastLoginAt")
	}
	return fields
}

// matchesNobody reports whether a person would need one of no values.
func (f PeopleFilter) matchesNobody() bool {
	isEmpty := func(n int, isNil bool) bool { return n == 0 && !isNil }
	return isEmpty(len(f.Emails), f.Emails == nil) || isEmpty(len(f.Providers), f.Providers == nil) ||
		isEmpty(len(f.Licenses), f.Licenses == nil) || isEmpty(len(f.Roles), f.Roles == nil)
}

// comparesLicenses and comparesRoles report whether the filter compares memberships of a
// vendor's users: where each member has the same role, only a filter by this role does.
func (f PeopleFilter) comparesLicenses(v model.Vendor) bool {
	return f.Licenses != nil && v.TellsLicenses()
}

func (f PeopleFilter) comparesRoles(v model.Vendor) bool {
	return f.Roles != nil && (v.TellsRoles() || slices.Contains(f.Roles, model.RoleMember))
}

// answer is whether a person meets a condition. The answer is unknown where it depends on
// what a provider did not tell.
type answer int

const (
	no answer = iota
	unknown
	yes
)

func answerOf(b bool) answer {
	if b {
		return yes
	}
	return no
}

// not returns the answer to the opposite condition.
func (a answer) not() answer { return yes - a }

// wants returns the answer to whether a condition is as wanted.
func (a answer) wants(b bool) answer {
	if b {
		return a
	}
	return a.not()
}

// gapsOfPeople tells what is not known of people beside their users.
type gapsOfPeople struct {
	// users are the providers whose users may be missing.
	users []*model.Provider
	// licenses and roles are those whose memberships may be missing too.
	licenses, roles []*model.Provider
}

// any returns yes if a user meets a condition, unknown if one may meet it, or a user of the
// providers may be missing that would, and else no.
func anyUser(p *model.Person, missing []*model.Provider, meets func(u *model.User) answer) answer {
	best := no
	if len(missing) > 0 {
		best = unknown
	}
	for _, u := range p.Users {
		best = max(best, meets(u))
	}
	return best
}

// accepts returns whether a person meets all conditions but those on addresses, which are
// never unknown.
func (f PeopleFilter) accepts(p *model.Person, g gapsOfPeople, m memberRights) answer {
	if !f.acceptsAddress(p) {
		return no
	}
	result := yes
	for _, condition := range []func() answer{
		func() answer { return f.name(p, g) },
		func() answer { return f.providers(p, g) },
		func() answer { return f.signIn(p, g) },
		func() answer { return f.logins(p, g) },
		func() answer { return f.rights(p, g, m) },
		func() answer { return f.conflict(p, g) },
	} {
		if result = min(result, condition()); result == no {
			return no
		}
	}
	return result
}

func (f PeopleFilter) acceptsAddress(p *model.Person) bool {
	if f.Emails != nil && !slices.Contains(f.Emails, p.Email) {
		return false
	}
	return f.EmailDomains == nil || slices.Contains(f.EmailDomains, domainOf(p.Email))
}

func (f PeopleFilter) name(p *model.Person, g gapsOfPeople) answer {
	if f.Name == "" {
		return yes
	}
	part := foldName(f.Name)
	return anyUser(p, g.users, func(u *model.User) answer {
		switch {
		case u.IsUnknown("name"):
			return unknown
		case u.Name == nil:
			return no
		}
		return answerOf(strings.Contains(foldName(*u.Name), part))
	})
}

func (f PeopleFilter) providers(p *model.Person, g gapsOfPeople) answer {
	result := yes
	if f.Providers != nil {
		isWanted := func(of *model.Provider) bool { return slices.Contains(f.Providers, of.Name) }
		missing := slices.DeleteFunc(slices.Clone(g.users), func(of *model.Provider) bool { return !isWanted(of) })
		result = anyUser(p, missing, func(u *model.User) answer { return answerOf(isWanted(u.Provider)) })
	}
	if f.ProvidersAtLeast <= 0 {
		return result
	}
	has := ProvidersOf(p)
	most := len(has)
	for _, of := range g.users {
		if !slices.Contains(has, of) {
			most++
		}
	}
	switch {
	case len(has) >= f.ProvidersAtLeast:
		return result
	case most >= f.ProvidersAtLeast:
		return min(result, unknown)
	}
	return no
}

func (f PeopleFilter) signIn(p *model.Person, g gapsOfPeople) answer {
	if f.CanSignIn == nil {
		return yes
	}
	return anyUser(p, g.users, func(u *model.User) answer {
		if u.IsUnknown("status") {
			return unknown
		}
		return answerOf(isActive(u))
	}).wants(*f.CanSignIn)
}

// logins answers the conditions on logins, which only a person with a user at a vendor that
// tells logins meets.
func (f PeopleFilter) logins(p *model.Person, g gapsOfPeople) answer {
	if f.LastLoginBefore == nil && f.NeverLoggedIn == nil {
		return yes
	}
	tells := func(of *model.Provider) bool { return of.Vendor.TellsLogins() }
	missing := slices.DeleteFunc(slices.Clone(g.users), func(of *model.Provider) bool { return !tells(of) })
	hasTeller := anyUser(p, missing, func(u *model.User) answer { return answerOf(tells(u.Provider)) })
	hasLogin := anyUser(p, missing, func(u *model.User) answer {
		switch {
		case !tells(u.Provider):
			return no
		case u.IsUnknown("lastLoginAt"):
			return unknown
		}
		return answerOf(u.LastLoginAt != nil)
	})
	result := hasTeller
	if f.NeverLoggedIn != nil {
		result = min(result, hasLogin.wants(!*f.NeverLoggedIn))
	}
	if f.LastLoginBefore != nil {
		isLater := anyUser(p, missing, func(u *model.User) answer {
			if tells(u.Provider) && u.IsUnknown("lastLoginAt") {
				return unknown
			}
			return answerOf(u.LastLoginAt != nil && !u.LastLoginAt.Before(*f.LastLoginBefore))
		})
		result = min(result, hasLogin, isLater.not())
	}
	return result
}

func (f PeopleFilter) rights(p *model.Person, g gapsOfPeople, m memberRights) answer {
	result := yes
	if f.Licenses != nil {
		result = min(result, anyUser(p, g.licenses, func(u *model.User) answer { return answerOf(m.licenses[u.Provider][u.VendorID]) }))
	}
	if f.Roles != nil {
		result = min(result, anyUser(p, g.roles, func(u *model.User) answer { return answerOf(m.roles[u.Provider][u.VendorID]) }))
	}
	return result
}

func (f PeopleFilter) conflict(p *model.Person, g gapsOfPeople) answer {
	if f.Conflict == nil {
		return yes
	}
	result := answerOf(hasConflict(p))
	if result == no && (len(g.users) > 0 || slices.ContainsFunc(p.Users, func(u *model.User) bool { return u.IsUnknown("name") || u.IsUnknown("status") })) {
		result = unknown
	}
	return result.wants(*f.Conflict)
}
