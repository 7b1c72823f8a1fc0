package directory_test

import (
	"testing"

	"github.com/accountgraph/accountgraph/internal/directory"
)

func TestNormalizeEmail(t *testing.T) {
	for email, want := range map[string]string{
		"Person@ACME.example":    "person@acme.example",
		" person@acme.example ":  "person@acme.example",
		"ZOE\u0308@acme.example": "zoë@acme.example",
		"zoë@STRAẞE.example":     "zoë@straße.example",
		"person@strasse.example": "person@strasse.example",
		"İnfo@acme.example":      "i\u0307nfo@acme.example",
		"ΠΑΥΛΟΣ@example.com":     "παυλοσ@example.com",
		"παυλος@example.com":     "παυλοσ@example.com",
		"παυλοσ@example.com":     "παυλοσ@example.com",
		"\tΠΑΎΛΟΣ@ΆΘΩΣ.gr\u00a0": "παύλοσ@άθωσ.gr",
		"":                       "",
	} {
		if got := directory.NormalizeEmail(email); got != want {
			t.Errorf("NormalizeEmail(%q) = %q, want %q", email, got, want)
		}
	}
}

// A normalized address is its own normal form: a person's email finds the person.
func FuzzNormalizeEmail(f *testing.F) {
	for _, email := range []string{"Person@ACME.example", "ΠΑΥΛΟΣ@example.com", "İnfo@acme.example", "ZOE\u0308@acme.example", "\u1fb3\u0345", "ǅ@x"} {
		f.Add(email)
	}
	f.Fuzz(func(t *testing.T, email string) {
		once := directory.NormalizeEmail(email)
		if twice := directory.NormalizeEmail(once); twice != once {
			t.Errorf("%q is normalized as %q, and that as %q", email, once, twice)
		}
	})
}
