package directory_test

import (
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/directory"
)

func TestMatchesOf_Evidence(t *testing.T) {
	for _, c := range []struct {
		login *string
		want  model.PersonEvidence
	}{
		{new("anna@acme.example"), model.EvidenceLogin}, {new(" ANNA@acme.example"), model.EvidenceLogin},
		{new("anna"), model.EvidenceEmail}, {nil, model.EvidenceEmail},
	} {
		u := userWithEmail("a", "1", "Anna@acme.example")
		u.Login = c.login
		p := &model.Person{Email: "anna@acme.example", Users: []*model.User{u}}
		if got := directory.MatchesOf(p); len(got) != 1 || got[0].User != u || got[0].Evidence != c.want || got[0].Conflict != nil {
			t.Errorf("login %v: %+v", c.login, got[0])
		}
	}
}

// What speaks against a match: a name that has nothing in common with the others, and a
// login that has ended where another has not.
func TestMatchesOf_Conflict(t *testing.T) {
	type login struct {
		name   string
		status model.UserStatus
		want   string
	}
	for name, logins := range map[string][]login{
		"alone":                   {{"Anna", "BLOCKED", ""}},
		"same name":               {{"Anna Weiß", "ACTIVE", ""}, {"WEISS, Anna", "ACTIVE", ""}},
		"a word in common":        {{"Anna Weiß", "ACTIVE", ""}, {"A. Weiß", "ACTIVE", ""}},
		"without accents":         {{"Łukasz", "ACTIVE", ""}, {"lukasz k.", "ACTIVE", ""}},
		"another name":            {{"Anna", "ACTIVE", "NAME"}, {"Bo", "ACTIVE", "NAME"}},
		"one of three":            {{"Anna", "ACTIVE", ""}, {"Bo", "ACTIVE", "NAME"}, {"Anna W", "ACTIVE", ""}},
		"no name":                 {{"Anna", "ACTIVE", ""}, {"", "ACTIVE", ""}},
		"no word":                 {{"Anna", "ACTIVE", ""}, {"--", "ACTIVE", ""}},
		"equal, no word":          {{"★", "ACTIVE", ""}, {"★", "ACTIVE", ""}},
		"ended":                   {{"Anna", "ACTIVE", ""}, {"Anna", "INACTIVE", "STATUS"}, {"Anna", "BLOCKED", "STATUS"}, {"Anna", "DELETED", "STATUS"}},
		"all ended":               {{"Anna", "INACTIVE", ""}, {"Anna", "BLOCKED", ""}},
		"invited":                 {{"Anna", "ACTIVE", ""}, {"Anna", "INVITED", ""}},
		"name comes before":       {{"Anna", "ACTIVE", "NAME"}, {"Bo", "DELETED", "NAME"}},
		"another name, all ended": {{"Anna", "DELETED", "NAME"}, {"Bo", "DELETED", "NAME"}},
	} {
		p := &model.Person{Email: "anna@acme.example"}
		for _, l := range logins {
			u := user("a", "1", l.name)
			u.Status = l.status
			p.Users = append(p.Users, u)
		}
		for i, m := range directory.MatchesOf(p) {
			got := ""
			if m.Conflict != nil {
				got = string(*m.Conflict)
			}
			if got != logins[i].want {
				t.Errorf("%s: login %d: %q, want %q", name, i, got, logins[i].want)
			}
		}
	}
}

func TestPerson_CanSignIn(t *testing.T) {
	down := []*model.Provider{connection("b")}
	for name, c := range map[string]struct {
		statuses []model.UserStatus
		missing  []*model.Provider
		hidden   bool
		want     *bool
	}{
		"active":                 {[]model.UserStatus{"BLOCKED", "ACTIVE"}, nil, false, new(true)},
		"none is active":         {[]model.UserStatus{"BLOCKED", "INVITED"}, nil, false, new(false)},
		"active, one is down":    {[]model.UserStatus{"ACTIVE"}, down, false, new(true)},
		"blocked, one is down":   {[]model.UserStatus{"BLOCKED"}, down, false, nil},
		"blocked, one is hidden": {[]model.UserStatus{"BLOCKED"}, nil, true, nil},
	} {
		p := &model.Person{UnavailableProviders: c.missing}
		for _, s := range c.statuses {
			p.Users = append(p.Users, &model.User{Status: s})
		}
		if c.hidden {
			p.Users = append(p.Users, &model.User{Entity: model.Entity{FieldSet: (*model.FieldSet)(nil).Hiding("status")}})
		}
		got := p.CanSignIn()
		if (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}
