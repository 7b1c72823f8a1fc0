package scan_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/scan"
)

// page is a list as vendors send it: of each object, some members are wanted.
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

func (p *person) read(r *scan.Reader) {
	for name := range r.Members {
		switch name {
		case "id":
			p.ID = r.Text()
		case "name":
			p.Name = r.TextOrNull()
		case "email":
			p.Email = r.TextOrNull()
		case "status":
			p.Status = r.TextOrNull()
		case "phone":
			p.Phone = &phone{}
			for name := range r.Members {
				switch name {
				case "prefix":
					p.Phone.Prefix = r.TextOrNull()
				case "number":
					p.Phone.Number = r.TextOrNull()
				}
			}
		case "audit":
			p.Audit = &audit{}
			for name := range r.Members {
				if name != "created" {
					continue
				}
				p.Audit.Created = &struct{ At *string }{}
				for name := range r.Members {
					if name == "at" {
						p.Audit.Created.At = r.TextOrNull()
					}
				}
			}
		}
	}
}

// BenchmarkPage reads the same of the same page as encoding/json does.
func BenchmarkPage(b *testing.B) {
	b.Run("scan", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		b.ReportAllocs()
		for b.Loop() {
			r := scan.New(page)
			people := make([]person, 0, 100)
			for range r.Elements {
				var p person
				p.read(r)
				people = append(people, p)
			}
			if r.End() != nil || len(people) != 100 {
				b.Fatal("not read")
			}
		}
	})
	b.Run("encoding/json", func(b *testing.B) {
		b.SetBytes(int64(len(page)))
		b.ReportAllocs()
		for b.Loop() {
			var people []person
			if json.Unmarshal([]byte(page), &people) != nil || len(people) != 100 {
				b.Fatal("not read")
			}
		}
	})
}
