package model

// Person is the users of all providers that share an e-mail address.
type Person struct {
	// Email is normalized.
	Email string
	// Users are in the order of the providers; never empty.
	Users []*User
	// UnavailableProviders are those whose users may be missing.
	UnavailableProviders []*Provider
}

// IsEntity marks a type that a gateway can reference.
func (Person) IsEntity() {}

// LoginCount is the number of users.
func (p *Person) LoginCount() int { return len(p.Users) }

// CanSignIn reports whether a user is active; nil where none is known to be, and users or
// their statuses may be missing.
func (p *Person) CanSignIn() *bool {
	isKnown := len(p.UnavailableProviders) == 0
	for _, u := range p.Users {
		switch {
		case u.Hides("status"):
			isKnown = false
		case u.Status == UserActive:
			return new(true)
		}
	}
	if !isKnown {
		return nil
	}
	return new(false)
}

// PersonMatch is how a user came to a person.
type PersonMatch struct {
	User     *User
	Evidence PersonEvidence
	// Conflict is nil where nothing speaks against the match.
	Conflict *PersonConflict
}

// PersonEvidence is why a user belongs to a person.
type PersonEvidence string

// The values of PersonEvidence.
const (
	EvidenceEmail PersonEvidence = "EMAIL"
	EvidenceLogin PersonEvidence = "LOGIN"
)

// PersonConflict is what speaks against a match.
type PersonConflict string

// The values of PersonConflict.
const (
	ConflictName   PersonConflict = "NAME"
	ConflictStatus PersonConflict = "STATUS"
)

// PersonFilter selects people that match all of its non-nil parts.
type PersonFilter struct {
	Emails           []string
	EmailDomain      *string
	Name             *string
	Providers        []string
	ProvidersAtLeast *int
	CanSignIn        *bool
	LastLoginBefore  *DateTime
	NeverLoggedIn    *bool
	Licenses         []License
	Roles            []MembershipRole
	Conflict         *bool
}

// PersonOrderField is a key that people can be ordered by.
type PersonOrderField string

// The values of PersonOrderField.
const (
	OrderPeopleByEmail       PersonOrderField = "EMAIL"
	OrderPeopleByName        PersonOrderField = "NAME"
	OrderPeopleByLastLoginAt PersonOrderField = "LAST_LOGIN_AT"
	OrderPeopleByProviders   PersonOrderField = "PROVIDERS"
)

// PersonOrder is an order of people.
type PersonOrder struct {
	Field     PersonOrderField
	Direction OrderDirection
}
