package blendvision_test

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/graph/model"
)

// plainText is a text as the vendor's rows have it: a number or a boolean is its text, and
// anything else is none.
type plainText string

func (t *plainText) UnmarshalJSON(b []byte) error {
	var s *string
	switch {
	case b[0] == '"':
		if json.Unmarshal(b, &s) == nil && s != nil {
			*t = plainText(*s)
		}
	case b[0] == 't' || b[0] == 'f':
		*t = plainText(b)
	default:
		if _, err := strconv.ParseFloat(string(b), 64); err == nil {
			*t = plainText(b)
		}
	}
	return nil
}

type plainRow struct {
	ID        plainText `json:"id"`
	Status    plainText `json:"status"`
	RoleID    plainText `json:"role_id"`
	FirstName plainText `json:"first_name"`
}

// readPlain reads a page of accounts by encoding/json: the rows with an id, and whether the page
// can be read.
func readPlain(body string) (rows []plainRow, ok bool) {
	var list struct {
		Code       plainText         `json:"code"`
		Pagination json.RawMessage   `json:"pagination"`
		Accounts   []json.RawMessage `json:"accounts"`
	}
	if json.Unmarshal([]byte(body), &list) != nil || list.Code != "" && list.Code != "0" {
		return nil, false
	}
	if list.Accounts == nil && (len(list.Pagination) == 0 || string(list.Pagination) == "null") {
		return nil, false
	}
	for _, text := range list.Accounts {
		var row plainRow
		if json.Unmarshal(text, &row) == nil && row.ID != "" {
			rows = append(rows, row)
		}
	}
	return rows, len(rows) > 0 || len(list.Accounts) == 0
}

// hasSimilarNames reports whether an object of the next value of valid JSON has a name in upper
// case, or one that it had before.
func hasSimilarNames(d *json.Decoder) bool {
	token, err := d.Token()
	if delim, ok := token.(json.Delim); err != nil || !ok || delim == ']' || delim == '}' {
		return false
	} else if delim == '{' {
		for names := map[string]bool{}; d.More(); {
			name, err := d.Token()
			text, _ := name.(string)
			folded := strings.ToLower(strings.ToUpper(text))
			if err != nil || folded != text || names[text] || hasSimilarNames(d) {
				return err == nil
			}
			names[text] = true
		}
	} else {
		for d.More() {
			if hasSimilarNames(d) {
				return true
			}
		}
	}
	_, _ = d.Token()
	return false
}

// FuzzAccounts_AsEncodingJSON: the reader of accounts understands what encoding/json does, where names are exact and unique.
func FuzzAccounts_AsEncodingJSON(f *testing.F) {
	sample, err := os.ReadFile("testdata/accounts.json")
	if err != nil {
		f.Fatal(err)
	}
	for _, body := range []string{
		string(sample),
		`{"accounts":[{"id":"1","status":true,"role_id":7,"first_name":"\u00e9"},{"id":2},{"id":""},{"id":null},null,7,[]],"pagination":{"total_items":"9"}}`,
		`{"accounts":null,"pagination":{}}`, `{"accounts":null,"pagination":null}`,
		`{"accounts":[{"id":1e999},{"id":-0.5},{"id":"1"}],"code":"0"}`, `{"accounts":[{"id":"1"}],"code":5}`,
		`{"accounts":{"id":"1"}}`, `{"accounts":[{"id":"1"},]}`, `{"accounts":[{"id":"1"}]} x`, `null`, `[]`, `7`, ``,
	} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		if strings.Count(body, "[")+strings.Count(body, "{") > 90 || !utf8.ValidString(body) {
			return // the reader's bound of depth; what is not UTF-8 is refused before
		}
		if json.Valid([]byte(body)) && hasSimilarNames(json.NewDecoder(strings.NewReader(body))) {
			return // encoding/json takes names in another case, and of equal ones the last
		}
		want, ok := readPlain(body)
		p := connect(t, respondWith(body), "o")
		page, err := p.Collections().Memberships.Page(t.Context(), of(model.TypeOrganization, "o"), "")
		if (err == nil) != ok {
			t.Fatalf("error %v, readable %v", err, ok)
		}
		if !ok {
			return
		}
		var got []plainRow
		for _, m := range page.Items {
			got = append(got, plainRow{
				plainText(m.User.VendorID), plainText(deref(m.User.VendorStatus)), plainText(deref(m.VendorRoleID)), plainText(deref(m.User.FirstName)),
			})
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}
