package jsonscan_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/jsonscan"
)

// page is a list as the vendor sends it; the benchmark reads some members of
// each object.
var page = "[" + strings.Repeat(`{"id": "USR-1123-5271", "name": "Anna Søndergaard", "email": "anna@acme.example", "status": "Active",
	"firstName": "Anna", "lastName": "Søndergaard", "href": "/accounts/users/USR-1123-5271", "revision": 12,
	"phone": {"prefix": "+45", "number": "12345678"}, "settings": {"cultureCode": "da-DK", "languageCode": "da"},
	"audit": {"created": {"at": "2025-03-14T09:26:53.589Z", "by": {"id": "USR-0001", "name": "Root", "icon": "/icons/1.png"}}}},`, 99) + "{}]"

type person struct {
	ID     string
	Name   *string
	Email  *string
	Status *string
	Phone  *phone
	Audit  *audit
}

type phone struct{ Prefix, Number *string }

type audit struct{ Created *struct{ At *string } }

func (p *person) read(r *jsonscan.Reader) {
	for name := range r.ObjectKeys {
		switch name {
		case "id":
			p.ID = r.String()
		case "name":
			p.Name = r.StringPtr()
		case "email":
			p.Email = r.StringPtr()
		case "status":
			p.Status = r.StringPtr()
		case "phone":
			p.Phone = &phone{}
			for name := range r.ObjectKeys {
				switch name {
				case "prefix":
					p.Phone.Prefix = r.StringPtr()
				case "number":
					p.Phone.Number = r.StringPtr()
				}
			}
		case "audit":
			p.Audit = &audit{}
			for name := range r.ObjectKeys {
				if name != "created" {
					continue
				}
				p.Audit.Created = &struct{ At *string }{}
				for name := range r.ObjectKeys {
					if name == "at" {
						p.Audit.Created.At = r.StringPtr()
					}
				}
			}
		}
	}
}

// BenchmarkPage compares the Reader with encoding/json.
func BenchmarkPage(b *testing.B) {
	b.Run("jsonscan", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		b.ReportAllocs()
		for b.Loop() {
			r := jsonscan.New(page)
			people := make([]person, 0, 100)
			for range r.Array {
				var p person
				p.read(r)
				people = append(people, p)
			}
			if r.End() != nil || len(people) != 100 {
				b.Fatal("the page was not read")
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		b.ReportAllocs()
		for b.Loop() {
			var people []person
			if json.Unmarshal([]byte(page), &people) != nil || len(people) != 100 {
				b.Fatal("the page was not read")
			}
		}
	})
}
