// Package differential computes the answers to queries from the vendors' data alone,
// to compare them with the server's. It reads everything that the vendors have with
// calls of its own, translates it as schema.graphqls documents, generates random
// queries, and checks responses.
//
// It shares no code with what it checks. It is for tests.
package differential

import (
	"slices"
	"strings"
	"time"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Object is an object of the graph. The values of fields are nil, string, bool,
// json.Number, time.Time, *Object, []any, absent or *List.
type Object struct {
	Type, ID string
	// Provider is the name of the provider that has the object, "" if none does.
	Provider string
	Fields   map[string]any
}

// List is a connection with all its rows.
type List struct{ Rows []*Object }

// absent is the value of a plain list that the vendor leaves out: SoftwareOne does so
// with empty lists and with those that it hides. The graph has null or an empty list.
type absent struct{}

func (o *Object) get(field string) any { return o.Fields[field] }

func (o *Object) text(field string) string {
	s, _ := o.get(field).(string)
	return s
}

// World is the whole graph.
type World struct {
	// Providers are in the order of the configuration.
	Providers []*Object
	// Lists are all objects by type, provider by provider, in the vendor's order.
	Lists map[string][]*Object
	byID  map[string]*Object
	// people are the persons by normalized address.
	people map[string]*Object
}

// add returns the object with this id, and adds it to the list of its type if it is new.
func (w *World) add(provider *Object, typ, vendorID string) *Object {
	id := provider.text("name") + ":" + typ + ":" + vendorID
	if o := w.byID[id]; o != nil {
		return o
	}
	o := newObject(provider, typ, vendorID)
	w.byID[id] = o
	w.Lists[typ] = append(w.Lists[typ], o)
	return o
}

func newObject(provider *Object, typ, vendorID string) *Object {
	id := provider.text("name") + ":" + typ + ":" + vendorID
	return &Object{Type: typ, ID: id, Provider: provider.text("name"), Fields: map[string]any{
		"id": id, "provider": provider, "vendorId": vendorID,
	}}
}

// addPeople adds the person of each address, and to each user its person.
func (w *World) addPeople() {
	w.people = map[string]*Object{}
	for _, u := range w.Lists["User"] {
		email := normalize(u.text("email"))
		if email == "" {
			u.Fields["person"] = nil
			continue
		}
		p := w.people[email]
		if p == nil {
			p = &Object{Type: "Person", ID: email, Fields: map[string]any{"email": email, "users": []any{}}}
			w.people[email] = p
		}
		p.Fields["users"] = append(p.Fields["users"].([]any), u)
		u.Fields["person"] = p
	}
	for _, p := range w.people {
		memberships := &List{}
		providers := []any{}
		for _, u := range p.Fields["users"].([]any) {
			user := u.(*Object)
			if p.Fields["name"] == nil {
				p.Fields["name"] = user.get("name")
			}
			if at, ok := user.get("lastLoginAt").(time.Time); ok {
				if latest, ok := p.Fields["lastLoginAt"].(time.Time); !ok || at.After(latest) {
					p.Fields["lastLoginAt"] = at
				}
			}
			if !slices.Contains(providers, user.get("provider")) {
				providers = append(providers, user.get("provider"))
			}
			memberships.Rows = append(memberships.Rows, user.get("memberships").(*List).Rows...)
		}
		p.Fields["memberships"], p.Fields["providers"], p.Fields["unavailableProviders"] = memberships, providers, []any{}
		p.addAccess()
	}
	for _, email := range w.People() {
		w.Lists["Person"] = append(w.Lists["Person"], w.people[email])
	}
}

// People returns the addresses of all persons, sorted.
func (w *World) People() []string {
	var emails []string
	for email := range w.people {
		emails = append(emails, email)
	}
	slices.Sort(emails)
	return emails
}

// normalize returns the form in which addresses are equal.
func normalize(email string) string {
	return norm.NFC.String(strings.ToLower(norm.NFC.String(strings.TrimSpace(email))))
}

// fold returns the form by which names are ordered.
func fold(s string) string { return norm.NFC.String(cases.Fold().String(norm.NFC.String(s))) }

// withoutAccents returns the form in which names are searched. The letters that have no
// accent of their own in Unicode are those of the people and of common names.
func withoutAccents(s string) string {
	s = strings.Map(func(r rune) rune {
		if r >= 0x300 && r < 0x370 {
			return -1
		}
		return r
	}, norm.NFD.String(fold(s)))
	for letter, plain := range map[string]string{"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "ð": "d", "þ": "th", "ħ": "h"} {
		s = strings.ReplaceAll(s, letter, plain)
	}
	return norm.NFC.String(s)
}

// upperSnake returns a vendor's word in upper snake case: InvitationExpired as
// INVITATION_EXPIRED.
func upperSnake(word string) string {
	var b strings.Builder
	for i, r := range word {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte('_')
		}
		b.WriteRune(r)
	}
	return strings.ToUpper(b.String())
}

// enum returns word if it is known, and OTHER if it is not.
func enum(word string, known ...string) string {
	if slices.Contains(known, word) {
		return word
	}
	return "OTHER"
}

// rename maps a vendor's word to a value, and unknown words to OTHER.
func rename(word any, values map[string]string) string {
	text, _ := word.(string)
	if value := values[text]; value != "" {
		return value
	}
	return "OTHER"
}

// instant parses a time, and returns nil for anything else.
func instant(value any) any {
	text, _ := value.(string)
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return nil
	}
	return at.UTC()
}

// text returns a text that is not blank, and nil for anything else.
func text(value any) any {
	if s, ok := value.(string); ok && strings.TrimSpace(s) != "" {
		return s
	}
	return nil
}

// joined returns the texts that are not blank with a separator between them.
func joined(separator string, values ...any) any {
	var parts []string
	for _, v := range values {
		if s, ok := text(v).(string); ok {
			parts = append(parts, s)
		}
	}
	return text(strings.Join(parts, separator))
}
