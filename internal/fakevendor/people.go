package fakevendor

import (
	"fmt"
	"strings"
	"time"
)

// Person is one human being. Several simulated vendors have a login of the same
// person.
type Person struct {
	// Number is the person's index in People. The vendors derive their ids from it.
	Number int
	// GivenName is never empty; MiddleName and FamilyName may be.
	GivenName, MiddleName, FamilyName string
	// Email is the address in lower case and composed Unicode form.
	Email string
	// CreatedAt is when the person's first login was created.
	CreatedAt time.Time
	// NeverLoggedIn is true for one person in nine.
	NeverLoggedIn bool
}

// PeopleCount is the length of People.
const PeopleCount = 360

// The numbers of the first and the last person who have a login at every vendor.
const (
	SharedPersonFirst = 120
	SharedPersonLast  = 219
)

// The names contain apostrophes, accents, several scripts, quotes, brackets,
// commas, asterisks and the word Null, which are easily mishandled.
var givenNames = []string{
	"Anna", "José", "Zoë", "Łukasz", "Siân", "Nguyễn", "Mary-Jane", "Ægir", "小龍", "محمد",
	"Renée", "Björn", "D’Arcy", "Ayşe", "İbrahim", "Oleg", "Jean Luc", "Null", "Šárka", "Иван",
}

var familyNames = []string{
	"Smith", "O'Brien", "García Márquez", "van der Berg", "Müller", "Østergård", "李", "Ivanov",
	"Doe", "Đặng", `"Ace" Stone`, "Kim (Berlin)", "Lopez, Jr.", "St. John", "Ωmega", "Null",
	"Weiß", "Star*", "", "Featherstonehaugh-Cholmondeley",
}

var middleNames = []string{"", "J", "", "María", ""}

// People returns all people in the order of their numbers. Every call returns the
// same data.
func People() []Person {
	people := make([]Person, PeopleCount)
	for n := range people {
		people[n] = Person{
			Number:        n,
			GivenName:     givenNames[n%len(givenNames)],
			MiddleName:    middleNames[n%len(middleNames)],
			FamilyName:    familyNames[(n/len(givenNames)+n*7)%len(familyNames)],
			Email:         fmt.Sprintf("person%03d@%s.example", n, []string{"acme", "globex", "initech"}[n%3]),
			CreatedAt:     time.Date(2016, 1, 3, 5, 15, 22, 286e6, time.UTC).Add(time.Duration(n) * 53 * time.Hour),
			NeverLoggedIn: n%9 == 4,
		}
	}
	// One address is not ASCII. EmailAt returns it in composed or decomposed form.
	people[SharedPersonFirst].Email = "zoë.müller@straße.example"
	return people
}

// Name returns the display name.
func (p Person) Name() string {
	return strings.TrimSpace(p.GivenName + " " + p.FamilyName)
}

// Spelling is how a vendor spells the addresses of some people: in another case or
// Unicode form than Person.Email.
type Spelling int

// The spellings. People that one does not concern have the plain address.
const (
	// FourthCapitalized has a capital first letter for every fourth person.
	FourthCapitalized Spelling = iota
	// FourthUpperCase is upper case for every fourth person, but for others.
	FourthUpperCase
	// FifthCapitalized has a capital first letter for every fifth person.
	FifthCapitalized
	// Decomposed has decomposed characters in the address outside ASCII.
	Decomposed
)

// EmailAs returns the address in this spelling.
func (p Person) EmailAs(s Spelling) string {
	switch {
	case p.Number%4 == 1 && s == FourthCapitalized, p.Number%5 == 3 && s == FifthCapitalized:
		return strings.ToUpper(p.Email[:1]) + p.Email[1:]
	case p.Number%4 == 2 && s == FourthUpperCase:
		return strings.ToUpper(p.Email)
	case p.Number == SharedPersonFirst && s == Decomposed:
		return strings.NewReplacer("ë", "e\u0308", "ü", "u\u0308").Replace(p.Email)
	}
	return p.Email
}
