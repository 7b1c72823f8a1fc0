package fakevendor

import (
	"fmt"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
)

// Person is one human of the cast. The same human has logins at several vendors.
type Person struct {
	// Number is the person's place in the cast, from 0; vendors make their ids
	// of it.
	Number int
	// IsSet is never empty; Middle and Family may be.
	IsSet, Middle, Family string
	// Email is the address in its plain form.
	Email string
	// Born is when the person's first login was created.
	Born time.Time
	// NeverLoggedIn is true for about one in nine.
	NeverLoggedIn bool
}

// Size is the number of people in the cast.
const Size = 360

// Everywhere are the first and the last number of those people who have a login
// at every vendor.
const (
	SharedPersonFirst = 120
	SharedPersonLast  = 219
)

// Awkward on purpose: apostrophes, accents, scripts, a word that means
// something to a database, quotes, brackets, a comma, a star.
var given = []string{
	"Anna", "José", "Zoë", "Łukasz", "Siân", "Nguyễn", "Mary-Jane", "Ægir", "小龍", "محمد",
	"Renée", "Björn", "D’Arcy", "Ayşe", "İbrahim", "Oleg", "Jean Luc", "Null", "Šárka", "Иван",
}

var family = []string{
	"Smith", "O'Brien", "García Márquez", "van der Berg", "Müller", "Østergård", "李", "Ivanov",
	"Doe", "Đặng", `"Ace" Stone`, "Kim (Berlin)", "Lopez, Jr.", "St. John", "Ωmega", "Null",
	"Weiß", "Star*", "", "Featherstonehaugh-Cholmondeley",
}

var middle = []string{"", "J", "", "María", ""}

// People returns the cast, always the same, in the order of their numbers.
func People() []Person {
	people := make([]Person, Size)
	for n := range people {
		people[n] = Person{
			Number:        n,
			IsSet:         given[n%len(given)],
			Middle:        middle[n%len(middle)],
			Family:        family[(n/len(given)+n*7)%len(family)],
			Email:         fmt.Sprintf("person%03d@%s.example", n, []string{"acme", "globex", "initech"}[n%3]),
			Born:          time.Date(2016, 1, 3, 5, 15, 22, 286e6, time.UTC).Add(time.Duration(n) * 53 * time.Hour),
			NeverLoggedIn: n%9 == 4,
		}
	}
	// One address outside ASCII, to be found in either Unicode form.
	people[SharedPersonFirst].Email = "zoë.müller@straße.example"
	return people
}

// Name is the display name.
func (p Person) Name() string {
	return strings.TrimSpace(p.IsSet + " " + p.Family)
}

// EmailAt is the address as this vendor has it: the same address, but people
// typed it in their own way.
func (p Person) EmailAt(v model.Vendor) string {
	switch {
	case p.Number%4 == 1 && v == model.ActivePlatform:
		return strings.ToUpper(p.Email[:1]) + p.Email[1:]
	case p.Number%4 == 2 && v == model.BlendVision:
		return strings.ToUpper(p.Email)
	case p.Number == SharedPersonFirst && v == model.ActivityInfo:
		// The same letters, decomposed.
		return strings.NewReplacer("ë", "e\u0308", "ü", "u\u0308").Replace(p.Email)
	case p.Number%5 == 3 && v == model.SoftwareOne:
		return "P" + p.Email[1:]
	}
	return p.Email
}

// Company is the name of the nth company that vendors bill.
func Company(n int) string {
	names := []string{"Acme", "Globex", "Initech", "Søndergaard & Søn", "O’Hara (Holding)", "株式会社サンプル", "Null", "Müller, Weiß"}
	name := names[n%len(names)]
	if n >= len(names) {
		name = fmt.Sprintf("%s %d", name, n/len(names)+1)
	}
	return name
}
