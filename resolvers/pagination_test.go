package resolvers_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/directory"
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
	for {
		response := s.query(t, fmt.Sprintf(`query ($after: String) { users(first: %d, after: $after%s) {
			nodes { %s } pageInfo { hasNextPage hasPreviousPage endCursor } } }`, first, arguments, pagedFields), cursorVariable(after))
		var got struct {
			Errors []any
			Data   struct {
				Users struct {
					Nodes    []pagedUser
					PageInfo struct {
						HasNextPage, HasPreviousPage bool
						EndCursor                    string
					}
				}
			}
		}
		if err := json.Unmarshal(response, &got); err != nil || got.Errors != nil {
			t.Fatalf("%v %s", err, response)
		}
		page := got.Data.Users
		if len(page.Nodes) > first || page.PageInfo.HasNextPage && len(page.Nodes) < first {
			t.Fatalf("a page has %d users of %d; hasNextPage: %t", len(page.Nodes), first, page.PageInfo.HasNextPage)
		}
		if page.PageInfo.HasPreviousPage != (after != "") {
			t.Fatalf("hasPreviousPage is %t after %q", page.PageInfo.HasPreviousPage, after)
		}
		users = append(users, page.Nodes...)
		if !page.PageInfo.HasNextPage {
			return users, cursors
		}
		after = page.PageInfo.EndCursor
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

// allUsers is the number of users of the simulated vendors: 300 of SoftwareOne, 160 of
// ActivityInfo, 280 of ActivePlatform and 190 of BlendVision.
const allUsers = 930

// TestPagination_PageSizes reads all users with several page sizes.
func TestPagination_PageSizes(t *testing.T) {
	s := newTestServer(t, serverConfig{})
	whole, _ := readPages(t, s, 100, "", "")
	if len(whole) != allUsers {
		t.Errorf("%d users, want %d", len(whole), allUsers)
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
			t.Run(field+" "+direction, func(t *testing.T) {
				users, _ := readPages(t, s, 100, fmt.Sprintf(", orderBy: {field: %s, direction: %s}", field, direction), "")
				checkDistinct(t, users)
				if len(users) != allUsers {
					t.Errorf("%d users, want %d", len(users), allUsers)
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
						t.Fatalf("at %d: %q before %q", i, value(users[i]), value(users[i+1]))
					}
				}
			})
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
