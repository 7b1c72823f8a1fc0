package softwareone_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// fakeBody returns the first 100 rows of a list of the simulator.
func fakeBody(b *testing.B, path string) string {
	b.Helper()
	r := httptest.NewRequest(http.MethodGet, "/public/v1/accounts/"+path+"&limit=100", nil)
	r.Header.Set("Authorization", "Bearer "+token)
	w := httptest.NewRecorder()
	softwareonefake.New(token).ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		b.Fatalf("%s: status %d", path, w.Code)
	}
	return w.Body.String()
}

// BenchmarkPage reads pages of 100 rows without a network and a cache.
func BenchmarkPage(b *testing.B) {
	const members = softwareonefake.FirstAccount + "/users?select=audit,user.email,user.status,user.firstName,user.lastName,user.lastLoginAt,user.settings"
	users, _ := connect(b, fakeBody(b, "users?select=audit"))
	groups, _ := connect(b, fakeBody(b, "user-groups?select=audit"))
	memberships, _ := connect(b, fakeBody(b, members))
	b.Run("users", func(b *testing.B) { benchmarkPage(b, users.Users, providers.Query{}) })
	b.Run("groups", func(b *testing.B) { benchmarkPage(b, groups.Groups, providers.Query{}) })
	b.Run("memberships", func(b *testing.B) {
		benchmarkPage(b, memberships.Memberships, listOf(model.TypeAccount, softwareonefake.FirstAccount))
	})
}

func benchmarkPage[T model.Node](b *testing.B, c providers.Collection[T], q providers.Query) {
	b.ReportAllocs()
	for b.Loop() {
		if page, err := c.Page(b.Context(), q, ""); err != nil || len(page.Items) != 100 {
			b.Fatal(page, err)
		}
	}
}
