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
		"primary":           "manager,primary_email\nboss@z.example,Anna@x.example\nboss@z.example,bob@y.example\n",
		"German":            "Chef;E-Mail-Adresse\nboss@z.example;Anna@x.example\nboss@z.example;bob@y.example\n",
		"French":            "Chef,Adresse e-mail\nboss@z.example,Anna@x.example\nboss@z.example,bob@y.example\n",
		"mail address":      "boss,Mail address\nboss@z.example,Anna@x.example\nboss@z.example,bob@y.example\n",
		"in parentheses":    "boss,Email (work)\nboss@z.example,Anna@x.example\nboss@z.example,bob@y.example\n",
		"more words":        "Name,Manager,Work Email Address\nA,boss@z.example,Anna@x.example\nB,boss@z.example,bob@y.example\n",
		"employee":          "boss,Employee e-mail\nboss@z.example,Anna@x.example\nboss@z.example,bob@y.example\n",
		"a number in front": "Id,Mail\n7,Anna@x.example\n8,bob@y.example\n",
		"an export's quote": "'=Anna,Anna@x.example\nBob,bob@y.example\n",
	} {
		got, err := review.ReadAddresses(strings.NewReader(text), "")
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if got == nil {
			continue
		}
		if diff := cmp.Diff(want, got.List); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

// A line without an address is an error: to leave it out would hide somebody.
func TestReadAddresses_Invalid(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":                                               "it has no addresses",
		"\ufeff\r\n \r\n":                                "it has no addresses",
		"email\r\n":                                      "it has no addresses",
		"a@x.example\n\nBob\n":                           "line 3 has no address in column 1",
		"email\na@x.example\nbob@\n":                     "line 3 has no address in column 1 (email)",
		"name,email\nA,a@x.example\nBob\n":               "line 3 has no address in column 2 (email)",
		"a@x.example b@x.example\na@x.com\n":             "line 1 has no address in column 1",
		"anna@x.example;person@y.example\n":              "more than one column may be that of the leavers: column 1, column 2; --column names one",
		"Name,Who,Boss\nA,a@x.example,b@x.example\n":     "more than one column may be that of the leavers: column 2 (Who), column 3 (Boss); --column names one",
		"Email,Manager email\na@x.example,b@x.example\n": "more than one column may be that of the leavers: column 1 (Email), column 2 (Manager email); --column names one",
		"Who,Work email\na@x.example,\n":                 "more than one column may be that of the leavers: column 1 (Who), column 2 (Work email); --column names one",
		"name,who\nA,a@x.example\nB,b@x.example\nb@y.example,\n": "more than one column may be that of the leavers: column 1 (name), column 2 (who); --column names one",
		"a@x.example\xff\n": "it is not UTF-8",
	} {
		if got, err := review.ReadAddresses(strings.NewReader(text), ""); err == nil || err.Error() != want {
			t.Errorf("%q: %v, %v, want %s", text, got, err, want)
		}
	}
}

// A column that the caller names is used as it is, and the result says which one it is.
func TestReadAddresses_Column(t *testing.T) {
	t.Parallel()
	const text = "Name,Manager,Work Email,Email\nA,boss@z.example,a@x.example,a@home.example\nB,boss@z.example,b@x.example,b@home.example\n"
	for column, want := range map[string]string{
		"Manager":     "column 2 (Manager): boss@z.example",
		"work email ": "column 3 (Work Email): a@x.example b@x.example",
		"4":           "column 4 (Email): a@home.example b@home.example",
		"5":           `there is no column "5", but column 1 (Name), column 2 (Manager), column 3 (Work Email), column 4 (Email)`,
		"Mail":        `there is no column "Mail", but column 1 (Name), column 2 (Manager), column 3 (Work Email), column 4 (Email)`,
		"Name":        "line 2 has no address in column 1 (Name)",
	} {
		got, err := review.ReadAddresses(strings.NewReader(text), column)
		text := ""
		if err != nil {
			text = err.Error()
		} else {
			text = got.Column + ": " + strings.Join(got.List, " ")
		}
		if text != want {
			t.Errorf("%s: %s, want %s", column, text, want)
		}
	}
}

func FuzzReadAddresses(f *testing.F) {
	f.Add("name;email\nA;a@x.example\n")
	f.Fuzz(func(t *testing.T, text string) {
		addresses, err := review.ReadAddresses(strings.NewReader(text), "")
		if err == nil && len(addresses.List) == 0 {
			t.Error("neither addresses nor an error")
		}
	})
}
