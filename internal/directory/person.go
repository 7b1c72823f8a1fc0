package directory

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// NameOf returns the name of the first user of a person that has one.
func NameOf(p *model.Person) *string {
	for _, u := range p.Users {
		if u.Name != nil {
			return u.Name
		}
	}
	return nil
}

// LastLoginOf returns the latest login of a person's users that is known.
func LastLoginOf(p *model.Person) *time.Time {
	var last *time.Time
	for _, u := range p.Users {
		if u.LastLoginAt != nil && (last == nil || u.LastLoginAt.After(*last)) {
			last = u.LastLoginAt
		}
	}
	return last
}

// InvalidField returns the error of the first user of a person of whom the field is invalid;
// nil if there is none.
func InvalidField(p *model.Person, field string) error {
	for _, u := range p.Users {
		if u.IsInvalid(field) {
			return providers.InvalidField(u.Connection(), model.TypeUser, field)
		}
	}
	return nil
}

// ProvidersOf returns the providers of a person's users.
func ProvidersOf(p *model.Person) []*model.Provider {
	var all []*model.Provider
	for _, u := range p.Users {
		if !slices.Contains(all, u.Provider) {
			all = append(all, u.Provider)
		}
	}
	return all
}

// MatchesOf returns, for each user of a person, how it came to the person, and what speaks
// against it.
func MatchesOf(p *model.Person) []*model.PersonMatch {
	matches := make([]*model.PersonMatch, len(p.Users))
	for i, u := range p.Users {
		matches[i] = &model.PersonMatch{User: u, Evidence: model.EvidenceEmail}
		if u.Login != nil && NormalizeEmail(*u.Login) == p.Email {
			matches[i].Evidence = model.EvidenceLogin
		}
		matches[i].Conflict = conflictOf(p, u)
	}
	return matches
}

// conflictOf returns what speaks against a user of a person; nil if nothing does.
func conflictOf(p *model.Person, u *model.User) *model.PersonConflict {
	switch {
	case len(p.Users) < 2:
		return nil
	case hasOtherName(p, u):
		return new(model.ConflictName)
	case hasEnded(u) && slices.ContainsFunc(p.Users, isActive):
		return new(model.ConflictStatus)
	}
	return nil
}

// hasConflict reports whether something speaks against one of a person's users.
func hasConflict(p *model.Person) bool {
	return slices.ContainsFunc(p.Users, func(u *model.User) bool { return conflictOf(p, u) != nil })
}

// hasOtherName reports whether the name of a user shares no word with the name of another
// user of the person, if one has a name.
func hasOtherName(p *model.Person, u *model.User) bool {
	if u.Name == nil {
		return false
	}
	words := nameWords(*u.Name)
	others := 0
	for _, o := range p.Users {
		if o == u || o.Name == nil {
			continue
		}
		if *o.Name == *u.Name {
			return false
		}
		theirs := nameWords(*o.Name)
		if len(theirs) == 0 {
			continue
		}
		others++
		if slices.ContainsFunc(words, func(w string) bool { return slices.Contains(theirs, w) }) {
			return false
		}
	}
	return others > 0 && len(words) > 0
}

// nameWords returns the words of a name, as names are searched.
func nameWords(name string) []string {
	return strings.FieldsFunc(foldName(name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsMark(r) })
}

// hasEnded reports whether a user could sign in once and cannot now.
func hasEnded(u *model.User) bool {
	if u.IsUnknown("status") {
		return false
	}
	switch u.Status {
	case model.UserInactive, model.UserBlocked, model.UserDeleted:
		return true
	}
	return false
}

func isActive(u *model.User) bool { return u.Status == model.UserActive && !u.IsUnknown("status") }
