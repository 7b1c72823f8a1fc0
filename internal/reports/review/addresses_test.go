package review_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/reports/review"
)

func TestReadAddresses(t *testing.T) {
	t.Parallel()
	want := []string{"Anna@x.example", "bob@y.example"}
	for name, text := range map[string]string{
		"lines":             "Anna@x.example\nbob@y.example\n",
		"spaces and BOM":    "\ufeff  Anna@x.example \r\n\r\n\tbob@y.example\u00a0",
		"a header":          "E-Mail\nAnna@x.example\nbob@y.example\n",
		"another header":    "Wer ging\nAnna@x.example\nbob@y.example\n",
		"repeated":          "Anna@x.example\nANNA@X.EXAMPLE\nbob@y.example",
		"CSV":               "name,email,manager\r\nAnna,Anna@x.example,boss@z.example\r\n\"B, ob\", bob@y.example ,boss@z.example\r\n",
		"CSV, manager":      "manager,work email\r\nboss@z.example,Anna@x.example\r\nboss@z.example,bob@y.example\r\n",
		"without header":    "Anna,Anna@x.example\nBob,bob@y.example\n",
		"semicolons":        "Name;Mail\nAnna;Anna@x.example\nBob;bob@y.example\n",
		"tabs":              "Name\tMail\nAnna\tAnna@x.example\nBob\tbob@y.example\n",
		"names":             "Anna A <Anna@x.example>\n<bob@y.example>\n",
		"an export's quote": "'=Anna,Anna@x.example\nBob,bob@y.example\n",
	} {
		got, err := review.ReadAddresses(strings.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A line without an address is an error: to leave it out would hide somebody.
func TestReadAddresses_Invalid(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                   "it has no addresses",
		"\ufeff\r\n \r\n":                    "it has no addresses",
		"email\r\n":                          "it has no addresses",
		"a@x.example\n\nBob\n":               "line 3 has no address",
		"email\na@x.example\nbob@\n":         "line 3 has no address",
		"name,email\nA,a@x.example\nBob\n":   "line 3 has no address",
		"a@x.example b@x.example\na@x.com\n": "line 1 has no address",
		"a@x.example\xff\n":                  "it is not UTF-8",
	} {
		if got, err := review.ReadAddresses(strings.NewReader(text)); err == nil || err.Error() != want {
			t.Errorf("%q: %v, %v, want %s", text, got, err, want)
		}
	}
}

func FuzzReadAddresses(f *testing.F) {
	f.Add("name;email\nA;a@x.example\n")
	f.Fuzz(func(t *testing.T, text string) {
		addresses, err := review.ReadAddresses(strings.NewReader(text))
		if err == nil && len(addresses) == 0 {
			t.Error("neither addresses nor an error")
		}
	})
}
