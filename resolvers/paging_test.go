package resolvers_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/directory"
	"github.com/accountgraph/accountgraph/internal/transport"
)

// paged is what the paging tests read of each user.
type paged struct {
	ID, Name, Email, Status           string
	CreatedAt, UpdatedAt, LastLoginAt string
}

const pagedFields = "id name email status createdAt updatedAt lastLoginAt"

// pages reads all users behind a cursor, page by page, and the cursors between.
func pages(t *testing.T, s *stage, first int, arguments, after string) (users []paged, cursors []string) {
	t.Helper()
	for {
		answer := s.ask(t, fmt.Sprintf(`query ($after: String) { users(first: %d, after: $after%s) {
			nodes { %s } pageInfo { hasNextPage hasPreviousPage endCursor } } }`, first, arguments, pagedFields), cursorVariable(after))
		var got struct {
			Errors []any
			Data   struct {
				Users struct {
					Nodes    []paged
					PageInfo struct {
						HasNextPage, HasPreviousPage bool
						EndCursor                    string
					}
				}
			}
		}
		if err := json.Unmarshal(answer, &got); err != nil || got.Errors != nil {
			t.Fatalf("%v %s", err, answer)
		}
		page := got.Data.Users
		if len(page.Nodes) > first || page.PageInfo.HasNextPage && len(page.Nodes) < first {
			t.Fatalf("a page of %d of %d, and more: %t", len(page.Nodes), first, page.PageInfo.HasNextPage)
		}
		if page.PageInfo.HasPreviousPage != (after != "") {
			t.Fatalf("hasPreviousPage is %t behind %q", page.PageInfo.HasPreviousPage, after)
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

// everybody is how many users the simulated vendors have: 300 at SoftwareOne, 160
// at ActivityInfo, 280 at ActivePlatform and 190 at BlendVision.
const everybody = 930

// Small pages and large ones lead through the same users, each once, whatever
// pages the vendors give.
func TestPagesHoldEveryUserOnce(t *testing.T) {
	s := newStage(t)
	whole, _ := pages(t, s, 100, "", "")
	if len(whole) != everybody {
		t.Errorf("%d users, want %d", len(whole), everybody)
	}
	once(t, whole)
	for _, first := range []int{37, 64} {
		if users, _ := pages(t, s, first, "", ""); !slices.Equal(users, whole) {
			t.Errorf("pages of %d hold other users than pages of 100: %d and %d", first, len(users), len(whole))
		}
	}
}

func once(t *testing.T, users []paged) {
	t.Helper()
	seen := map[string]bool{}
	for _, u := range users {
		if seen[u.ID] {
			t.Errorf("%s comes twice", u.ID)
		}
		seen[u.ID] = true
	}
}

// Each order holds every user once, in order, those without a value last.
func TestPagesInOrder(t *testing.T) {
	s := newStage(t)
	lower := directory.NormalizeEmail // does for names, too
	for field, value := range map[string]func(paged) string{
		"NAME":          func(u paged) string { return lower(u.Name) },
		"EMAIL":         func(u paged) string { return lower(u.Email) },
		"STATUS":        func(u paged) string { return u.Status },
		"CREATED_AT":    func(u paged) string { return u.CreatedAt },
		"UPDATED_AT":    func(u paged) string { return u.UpdatedAt },
		"LAST_LOGIN_AT": func(u paged) string { return u.LastLoginAt },
	} {
		for _, direction := range []string{"ASC", "DESC"} {
			t.Run(field+" "+direction, func(t *testing.T) {
				users, _ := pages(t, s, 100, fmt.Sprintf(", orderBy: {field: %s, direction: %s}", field, direction), "")
				once(t, users)
				if len(users) != everybody {
					t.Errorf("%d users, want %d", len(users), everybody)
				}
				inOrder := func(a, b paged) int {
					x, y := value(a), value(b)
					switch {
					case (x == "") != (y == ""):
						return strings.Compare(y, x) // none is last
					case direction == "DESC":
						return strings.Compare(y, x)
					}
					return strings.Compare(x, y)
				}
				for i := range users[1:] {
					if inOrder(users[i], users[i+1]) > 0 {
						t.Fatalf("at %d: %q before %q", i, value(users[i]), value(users[i+1]))
					}
				}
			})
		}
	}
}

// A cursor holds at another server: nothing but the cursor is needed to go on.
func TestCursorsSurviveRestart(t *testing.T) {
	s := newStage(t)
	for _, arguments := range []string{"", ", orderBy: {field: NAME}", `, filter: {name: "a"}`} {
		whole, cursors := pages(t, s, 100, arguments, "")
		if len(cursors) < 4 {
			t.Fatalf("%d pages of%s", len(cursors)+1, arguments)
		}
		for _, page := range []int{0, len(cursors) / 2, len(cursors) - 1} {
			other := newStageWith(t, s.vendors, transport.Options{}, as)
			rest, _ := pages(t, other, 71, arguments, cursors[page])
			if want := whole[(page+1)*100:]; !slices.Equal(rest, want) {
				t.Errorf("behind page %d%s: %d users, want %d", page, arguments, len(rest), len(want))
			}
		}
	}
}
