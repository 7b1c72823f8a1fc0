package resolvers_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// Lists are the same whether SoftwareOne sorts and filters them or rejects that. A total is
// not known if the vendor rejects the filter.
func TestPagination_RejectedPushDowns(t *testing.T) {
	serve := func(set func(f *softwareonefake.Fake)) *testServer {
		simulated := startVendors(t)
		fake := softwareonefake.New(demo.Token)
		fake.WithoutCreation = true
		set(fake)
		simulated.All[0] = demo.Vendor{Name: "softwareone", BaseURL: listen(t, fake) + "/public", Control: &fake.Control}
		return newTestServer(t, serverConfig{vendors: simulated})
	}
	want := serve(func(*softwareonefake.Fake) {})
	servers := map[string]*testServer{
		"orders": serve(func(f *softwareonefake.Fake) { f.RejectOrders = true }),
		"ranges": serve(func(f *softwareonefake.Fake) { f.RejectRanges = true }),
	}
	var all []string
	for _, field := range []string{"CREATED_AT", "UPDATED_AT", "LAST_LOGIN_AT"} {
		for _, direction := range []string{"ASC", "DESC"} {
			all = append(all, fmt.Sprintf(", orderBy: {field: %s, direction: %s}", field, direction))
		}
	}
	for _, filter := range []string{
		`createdAfter: "2016-06-01T00:00:00Z"`, `updatedBefore: "2024-03-01T00:00:00Z"`, `lastLoginAfter: "2025-06-01T00:00:00.0005Z"`, `neverLoggedIn: true`, `neverLoggedIn: false`,
	} {
		all = append(all, fmt.Sprintf(`, filter: {%s}`, filter), fmt.Sprintf(`, filter: {%s}, orderBy: {field: LAST_LOGIN_AT}`, filter))
	}
	for _, arguments := range all {
		first, _ := readPages(t, want, 83, arguments, "")
		total := func(s *testServer) string {
			return string(s.query(t, fmt.Sprintf(`{ users(first: 1%s) { totalCount complete } }`, arguments), nil))
		}
		for name, s := range servers {
			if got, want := total(s), total(want); got != want && !strings.Contains(got, `"totalCount":null,"complete":true`) {
				t.Errorf("rejected %s%s: %s, want %s", name, arguments, got, want)
			}
			if got, _ := readPages(t, s, 83, arguments, ""); !slices.Equal(got, first) {
				t.Errorf("rejected %s%s: %d users, want %d in this order", name, arguments, len(got), len(first))
			}
		}
	}
}
