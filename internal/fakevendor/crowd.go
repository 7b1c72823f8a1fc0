package fakevendor

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// CrowdFirst is the number of the first person of a Crowd: it is above those of People.
const CrowdFirst = 1000

// crowdSeed is the seed of all people of crowds.
const crowdSeed = 0x5eed

// Crowd is a number of people besides People, for simulated vendors of any size. A
// person is computed from a seed when it is read, so that a crowd holds none in memory.
type Crowd struct {
	// Count is the number of people.
	Count int

	first int
}

// NewCrowd returns the people that a vendor with so many users has besides the fixed
// ones of its data. The crowds of two vendors of one size share people: quarter is how
// many quarters of that size a crowd begins after the first person.
func NewCrowd(users, fixed, quarter int) Crowd {
	return Crowd{Count: max(0, users-fixed), first: users * quarter / 4}
}

var crowdLocalParts = []string{
	"anna", "jose", "zoe", "lukasz", "sian", "nguyen", "mary-jane", "aegir", "xiaolong", "mohamed",
	"renee", "bjorn", "darcy", "ayse", "ibrahim", "oleg", "jean-luc", "null", "sarka", "ivan",
}

// Person returns the ith person, from 0. The numbers of a crowd are consecutive.
func (c Crowd) Person(i int) Person {
	n := c.first + i
	h := Hash(n)
	given := int(h % uint64(len(givenNames)))
	p := Person{
		Number:        CrowdFirst + n,
		GivenName:     givenNames[given],
		MiddleName:    middleNames[h>>8%uint64(len(middleNames))],
		FamilyName:    familyNames[h>>16%uint64(len(familyNames))],
		CreatedAt:     time.Date(2016, 1, 3, 0, 0, 0, 0, time.UTC).Add(time.Duration(h>>24%300_000_000) * time.Second),
		NeverLoggedIn: h>>32%9 == 4,
	}
	local := crowdLocalParts[given]
	if h>>40%32 == 0 {
		local = strings.ToLower(strings.NewReplacer(" ", "-", "’", "").Replace(p.GivenName))
	}
	domain := fmt.Sprintf("company%d.example", h>>48%40)
	if h>>56%2 == 0 {
		domain = []string{"acme.example", "globex.example", "initech.example", "straße.example"}[h>>57%4]
	}
	p.Email = local + "." + strconv.Itoa(n) + "@" + domain
	return p
}

// Find returns the indices of the people whose address can contain this text: one or none.
// ok is false where the text does not tell.
func (c Crowd) Find(text string) (indices []int, ok bool) {
	local, _, ok := strings.Cut(text, "@")
	dot := strings.LastIndexByte(local, '.')
	if !ok || dot < 0 {
		return nil, false
	}
	n, err := strconv.Atoi(local[dot+1:])
	if err != nil {
		return nil, false
	}
	if i := n - c.first; i >= 0 && i < c.Count {
		indices = append(indices, i)
	}
	return indices, true
}

// Index returns the index of the person with this number. ok is false if that person is
// not of the crowd.
func (c Crowd) Index(number int) (i int, ok bool) {
	i = number - CrowdFirst - c.first
	return i, i >= 0 && i < c.Count
}

// CrowdLogin returns a time in the two years before July 2026, which differs from person
// to person of a crowd.
func CrowdLogin(number int) time.Time {
	return time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC).Add(-time.Duration(Hash(number+7)%63_000_000_000) * time.Millisecond)
}

// Hash returns a pseudo-random number for the nth of something (SplitMix64).
func Hash(n int) uint64 {
	z := uint64(n)*0x9e3779b97f4a7c15 + crowdSeed
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}
