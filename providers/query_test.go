package providers_test

import (
	"testing"

	"github.com/accountgraph/accountgraph/providers"
)

func TestQuery_MayMatch(t *testing.T) {
	wanted := providers.Filter{Emails: []string{"anna@acme.example", "åsa@acme.example"}}
	for _, test := range []struct {
		query providers.Query
		email string
		want  bool
	}{
		{providers.Query{Filter: wanted}, "other@acme.example", true},
		{providers.Query{OnlyMatches: true}, "other@acme.example", true},
		{providers.Query{Filter: wanted, OnlyMatches: true}, "other@acme.example", false},
		{providers.Query{Filter: wanted, OnlyMatches: true}, "", false},
		{providers.Query{Filter: wanted, OnlyMatches: true}, " ANNA@acme.example", true},
		{providers.Query{Filter: wanted, OnlyMatches: true}, "A\u030aSA@acme.example", true},
		{providers.Query{Filter: wanted, OnlyMatches: true}, "ö@acme.example", true},
	} {
		if got := test.query.MayMatch(test.email); got != test.want {
			t.Errorf("%q, only matches %v: %v", test.email, test.query.OnlyMatches, got)
		}
	}
}
