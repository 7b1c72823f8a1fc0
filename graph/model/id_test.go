package model_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/accountgraph/accountgraph/graph/model"
)

func TestParseID_ValidAndInvalid(t *testing.T) {
	for text, parts := range map[string][3]string{
		"softwareone:User:USR-1234-5678":        {"softwareone", "User", "USR-1234-5678"},
		"activityinfo:Account:190780004":        {"activityinfo", "Account", "190780004"},
		"a:Organization:5a1c-:with:colons":      {"a", "Organization", "5a1c-:with:colons"},
		"a:Membership:ACC-1/USR-1":              {"a", "Membership", "ACC-1/USR-1"},
		"a:Module:with a space and 小":           {"a", "Module", "with a space and 小"},
		"a:User:" + strings.Repeat("x", 2048-7): {"a", "User", strings.Repeat("x", 2048-7)},
		"a:User:no\u200bspace\u3000\\":          {"a", "User", "no\u200bspace\u3000\\"},
		"ü:Seller::":                            {"ü", "Seller", ":"},
		"a:User:\x01\n":                         {"a", "User", "\x01\n"},
		"a:Group:1":                             {"a", "Group", "1"}, "a:Buyer:1": {"a", "Buyer", "1"},
	} {
		id, err := model.ParseID(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
			continue
		}
		if id != model.NewID(parts[0], parts[1], parts[2]) || id.Provider() != parts[0] || id.Type() != parts[1] || id.VendorID() != parts[2] {
			t.Errorf("parts of %q: %q, %q, %q", text, id.Provider(), id.Type(), id.VendorID())
		}
	}
	for _, text := range []string{
		"", ":", "::", "a", "a:User", "a:User:", ":User:1", "a::1", "a:user:1", "a:Person:1", "a:Role:1", "a: User:1",
		"a\n:User:1", "a\x00:User:1", "a:User\n:1", "a:User:\xff", "a:Membership:1", "a:Membership:/1", "a:Membership:1/", "a:Membership:/",
		"a:User:" + strings.Repeat("x", 2048),
	} {
		if id, err := model.ParseID(text); err != model.ErrID || id != "" {
			t.Errorf("ParseID(%q) = %q, %v", text, id, err)
		}
	}
}

func TestJoinMembership_RoundTrip(t *testing.T) {
	for _, c := range [][3]string{{"ACC-1", "USR-1", "ACC-1/USR-1"}, {"1", "2/3", "1/2/3"}} {
		joined := model.JoinMembership(c[0], c[1])
		if tenant, user := model.SplitMembership(joined); joined != c[2] || tenant != c[0] || user != c[1] {
			t.Errorf("SplitMembership(%q) = %q, %q", joined, tenant, user)
		}
	}
	if tenant, user := model.SplitMembership("ACC-1"); tenant != "" || user != "" {
		t.Errorf("without a slash: %q, %q", tenant, user)
	}
}

// A valid id is equal to NewID of its parts.
func FuzzParseID(f *testing.F) {
	for _, seed := range []string{"softwareone:User:USR-1234-5678", "a:Membership:1/2", "a:User:b:c", "::", "a:Membership:/", "é:Buyer:小龍\u0301"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		id, err := model.ParseID(text)
		if err != nil {
			return
		}
		provider, typ, vendorID := id.Parts()
		if string(id) != text || model.NewID(provider, typ, vendorID) != id {
			t.Errorf("%q is parsed as %q: %q, %q, %q", text, id, provider, typ, vendorID)
		}
		if provider == "" || vendorID == "" || strings.Contains(provider, ":") || !utf8.ValidString(text) || len(text) > 2048 {
			t.Errorf("%q is accepted", text)
		}
		if tenant, user := model.SplitMembership(vendorID); typ == model.TypeMembership && (tenant == "" || user == "") {
			t.Errorf("%q is accepted without a tenant or a user", text)
		}
	})
}
