package resolvers_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// pagedUser is a user with the fields of the orders.
type pagedUser struct {
	ID, Name, Email, Status           string
	CreatedAt, UpdatedAt, LastLoginAt string
}

const pagedFields = "id name email status createdAt updatedAt lastLoginAt"

// readPages returns all users after a cursor, page by page, and the cursors between
// the pages.
func readPages(t *testing.T, s *testServer, first int, arguments, after string) (users []pagedUser, cursors []string) {
	t.Helper()
	for total, page := (*int)(nil), 0; ; page++ {
		response := s.query(t, fmt.Sprintf(`query ($after: String) { users(first: %d, after: $after%s) {
			complete totalCount nodes { %s } pageInfo { hasNextPage hasPreviousPage endCursor } } }`, first, arguments, pagedFields), cursorVariable(after))
		var got struct {
			Errors []any
			Data   struct {
				Users struct {
					Complete   bool
					TotalCount *int
					Nodes      []pagedUser
					PageInfo   struct {
						HasNextPage, HasPreviousPage bool
						EndCursor                    string
					}
				}
			}
		}
		if err := json.Unmarshal(response, &got); err != nil || got.Errors != nil {
			t.Fatalf("%v %s", err, response)
		}
		list := got.Data.Users
		if len(list.Nodes) > first || list.PageInfo.HasNextPage && len(list.Nodes) < first || !list.Complete {
			t.Fatalf("a page has %d users of %d; hasNextPage: %t, complete: %t", len(list.Nodes), first, list.PageInfo.HasNextPage, list.Complete)
		}
		if list.PageInfo.HasPreviousPage != (after != "") {
			t.Fatalf("hasPreviousPage is %t after %q", list.PageInfo.HasPreviousPage, after)
		}
		if page > 0 && !cmp.Equal(total, list.TotalCount) {
			t.Fatalf("page %d: total %v, want %v as before", page, list.TotalCount, total)
		}
		total = list.TotalCount
		users = append(users, list.Nodes...)
		if !list.PageInfo.HasNextPage {
			return users, cursors
		}
		after = list.PageInfo.EndCursor
		cursors = append(cursors, after)
	}
}

func cursorVariable(after string) json.RawMessage {
	if after == "" {
		return nil
	}
	variables, _ := json.Marshal(map[string]string{"after": after}) // a string
	return variables
}

// countUsers returns the number of users of all simulated vendors, each read alone.
func countUsers(t *testing.T, s *testServer) (n int) {
	t.Helper()
	for _, v := range s.vendors.All {
		users, _ := readPages(t, s, 100, fmt.Sprintf(", filter: {providers: [%q]}", v.Name), "")
		if len(users) <= 100 {
			t.Errorf("%s has %d users, want more than a page", v.Name, len(users))
		}
		n += len(users)
	}
	return n
}

// TestPagination_PageSizes reads all users with several page sizes.
func TestPagination_PageSizes(t *testing.T) {
	s := newTestServer(t, serverConfig{})
	whole, _ := readPages(t, s, 100, "", "")
	if want := countUsers(t, s); len(whole) != want {
		t.Errorf("%d users, want %d", len(whole), want)
	}
	checkDistinct(t, whole)
	for _, first := range []int{37, 64} {
		if users, _ := readPages(t, s, first, "", ""); !slices.Equal(users, whole) {
			t.Errorf("pages of %d have other users than pages of 100: %d and %d", first, len(users), len(whole))
		}
	}
}

func checkDistinct(t *testing.T, users []pagedUser) {
	t.Helper()
	seen := map[string]bool{}
	for _, u := range users {
		if seen[u.ID] {
			t.Errorf("%s appears twice", u.ID)
		}
		seen[u.ID] = true
	}
}

// TestPagination_Orders reads all users in each order. Users without a value are last.
func TestPagination_Orders(t *testing.T) {
	s := newTestServer(t, serverConfig{})
	want := countUsers(t, s)
	lower := directory.NormalizeEmail // folds the case of names as well
	for field, value := range map[string]func(pagedUser) string{
		"NAME":          func(u pagedUser) string { return lower(u.Name) },
		"EMAIL":         func(u pagedUser) string { return lower(u.Email) },
		"STATUS":        func(u pagedUser) string { return u.Status },
		"CREATED_AT":    func(u pagedUser) string { return u.CreatedAt },
		"UPDATED_AT":    func(u pagedUser) string { return u.UpdatedAt },
		"LAST_LOGIN_AT": func(u pagedUser) string { return u.LastLoginAt },
	} {
		for _, direction := range []string{"ASC", "DESC"} {
			t.Run(field+" "+direction, func(t *testing.T) { checkOrder(t, s, want, 100, field, direction, value) })
		}
	}
}

// TestPagination_VendorSortsMissingTimes reads users of whom some lack the time by which
// the vendor sorts, and which it puts first.
func TestPagination_VendorSortsMissingTimes(t *testing.T) {
	simulated := startVendors(t)
	fake := softwareonefake.New(demo.Token)
	fake.WithoutCreation = true
	simulated.All[0] = demo.Vendor{Name: "softwareone", BaseURL: listen(t, fake) + "/public", Control: &fake.Control}
	s := newTestServer(t, serverConfig{vendors: simulated})
	want := countUsers(t, s)
	for _, direction := range []string{"ASC", "DESC"} {
		for _, first := range []int{100, 43} {
			checkOrder(t, s, want, first, "CREATED_AT", direction, func(u pagedUser) string { return u.CreatedAt })
		}
	}
}

// checkOrder reads all users in an order and checks it.
func checkOrder(t *testing.T, s *testServer, want, first int, field, direction string, value func(pagedUser) string) {
	t.Helper()
	users, _ := readPages(t, s, first, fmt.Sprintf(", orderBy: {field: %s, direction: %s}", field, direction), "")
	checkDistinct(t, users)
	if len(users) != want {
		t.Errorf("%d users, want %d", len(users), want)
	}
	compare := func(a, b pagedUser) int {
		x, y := value(a), value(b)
		switch {
		case (x == "") != (y == ""):
			return strings.Compare(y, x) // without a value: last
		case direction == "DESC":
			return strings.Compare(y, x)
		}
		return strings.Compare(x, y)
	}
	for i := range users[1:] {
		if compare(users[i], users[i+1]) > 0 {
			t.Fatalf("%s %s, at %d: %q before %q", field, direction, i, value(users[i]), value(users[i+1]))
		}
	}
}

// TestPagination_CursorOfAnotherServer continues a list at a server that has not read
// its beginning.
func TestPagination_CursorOfAnotherServer(t *testing.T) {
	s := newTestServer(t, serverConfig{})
	for _, arguments := range []string{"", ", orderBy: {field: NAME}", `, filter: {name: "a"}`} {
		whole, cursors := readPages(t, s, 100, arguments, "")
		if len(cursors) < 4 {
			t.Fatalf("%d pages of%s", len(cursors)+1, arguments)
		}
		for _, page := range []int{0, len(cursors) / 2, len(cursors) - 1} {
			other := newTestServer(t, serverConfig{vendors: s.vendors})
			rest, _ := readPages(t, other, 71, arguments, cursors[page])
			if want := whole[(page+1)*100:]; !slices.Equal(rest, want) {
				t.Errorf("after page %d%s: %d users, want %d", page, arguments, len(rest), len(want))
			}
		}
	}
}
