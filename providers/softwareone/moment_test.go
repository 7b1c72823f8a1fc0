package softwareone_test

import (
	"slices"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
)

var timeFields = []string{"audit", "createdAt", "updatedAt", "lastLoginAt", "invitedAt", "joinedAt", "lastAccessAt"}

// invalidFields returns the invalid fields of a record with times.
func invalidFields(n model.Node) []string {
	return slices.DeleteFunc(slices.Clone(timeFields), func(field string) bool { return !n.IsInvalid(field) })
}

// A time of the audit that is no time makes its own field and the audit invalid, and no other
// time.
func TestUsers_InvalidTimes(t *testing.T) {
	const good = `"2026-02-02T10:00:00Z"`
	for object, want := range map[string][]string{
		`"audit":{"created":{"at":` + good + `},"updated":{"at":null}}`:                nil,
		`"audit":{"created":{"at":"x"},"updated":{"at":` + good + `}}`:                 {"audit", "createdAt"},
		`"audit":{"created":{"at":` + good + `},"updated":{"at":7}}`:                   {"audit", "updatedAt"},
		`"audit":{"created":"x"}`:                                                      {"audit", "createdAt"},
		`"audit":"x"`:                                                                  {"audit", "createdAt", "updatedAt"},
		`"audit":{"login":{"at":"x"}}`:                                                 {"lastLoginAt"},
		`"lastLoginAt":` + good + `,"audit":{"login":{"at":"x"}}`:                      nil,
		`"lastLoginAt":"x","audit":{"login":{"at":` + good + `}}`:                      {"lastLoginAt"},
		`"lastLoginAt":"0001-01-01T00:00:00Z","audit":{"created":{"at":"0001-01-01"}}`: nil,
	} {
		c, _ := connect(t, rowsOf(`{"id":"USR-1",`+object+`}`))
		u := get(t, c.Users, "USR-1")
		if got := invalidFields(u); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", object, got, want)
		}
		if u.IsInvalid("lastLoginAt") && u.LastLoginAt != nil {
			t.Errorf("%s: last login %s", object, u.LastLoginAt)
		}
	}
}

func TestMemberships_InvalidTimes(t *testing.T) {
	for object, want := range map[string][]string{
		`"audit":{"access":{"at":"x"}}`:                    {"audit", "lastAccessAt"},
		`"audit":{"joined":{"at":"x"}}`:                    {"audit", "joinedAt"},
		`"audit":{"invitationAcceptedAt":"x"}`:             {"joinedAt"},
		`"audit":{"invited":{"at":"x"}}`:                   {"invitedAt"},
		`"lastLoginAt":"x"`:                                {"lastAccessAt"},
		`"audit":{"access":{"at":"2026-02-02T10:00:00Z"}}`: nil,
	} {
		c, _ := connect(t, rowsOf(`{"id":"USR-1",`+object+`}`))
		page, err := c.Memberships.Page(t.Context(), listOf(model.TypeAccount, "ACC-1"), "")
		m := onlyRow(t, page, err)
		if got := invalidFields(m); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", object, got, want)
		}
		if got := invalidFields(m.User); len(got) > 0 {
			t.Errorf("%s: the user has invalid %q", object, got)
		}
	}
}
