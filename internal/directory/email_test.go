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
		"":                       "",
	} {
		if got := directory.NormalizeEmail(email); got != want {
			t.Errorf("NormalizeEmail(%q) = %q, want %q", email, got, want)
		}
	}
}
