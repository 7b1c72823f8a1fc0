package activeplatformfake_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
)

const prefix = "/api/vendor/v1/"

type row struct {
	ID        int    `json:"id"`
	Email     string `json:"email"`
	Status    string `json:"status"`
	CreatedAt string `json:"created_at"`
}

func TestFake_Lists(t *testing.T) {
	for name, c := range map[string]struct {
		path  string
		count int
		first int
	}{
		"default size":     {"users.json?", 20, 2002984},
		"without suffix":   {"users?", 20, 2002984},
		"capped":           {"users.json?per_page=1000", 100, 2002984},
		"second page":      {"users.json?per_page=50&page=2", 50, 2003034},
		"last page":        {"users.json?per_page=100&page=3", 80, 2003184},
		"past the end":     {"users.json?per_page=100&page=4", 0, 0},
		"page zero":        {"users.json?page=0", 20, 2002984},
		"descending":       {"users.json?sorting[reversed]=true", 20, 2003263},
		"by creation":      {"users.json?sorting[field]=created_at&sorting[reversed]=true", 20, 2003263},
		"exact address":    {"users.json?filters[email]=Person061@globex.example", 1, 2002985},
		"lower case":       {"users.json?filters[email]=person061@globex.example", 1, 2002985},
		"part of address":  {"users.json?filters[email]=person061", 0, 0},
		"day of creation":  {"users.json?filters[created_at]=2016-05-15", 1, 2002984},
		"accounts":         {"accounts.json?per_page=100&page=2", 40, 7111},
		"users of account": {"accounts/7011/users.json?", 6, 2002984},
		"accounts of user": {"users/2002984/accounts.json?", 3, 7011},
		"empty account":    {"accounts/7150/users.json?", 0, 0},
		"no accounts":      {"users/2003263/accounts.json?", 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			response := get(t, c.path+"&api_token=right")
			var rows []row
			if err := json.Unmarshal(response.Body.Bytes(), &rows); err != nil || rows == nil {
				t.Fatalf("%d %s: %v", response.Code, response.Body, err)
			}
			if len(rows) != c.count || c.count > 0 && rows[0].ID != c.first {
				t.Errorf("%d rows from %+v, want %d from %d", len(rows), rows[:min(1, len(rows))], c.count, c.first)
			}
		})
	}
}

func TestFake_StatusFilter(t *testing.T) {
	var rows []row
	if err := json.Unmarshal(get(t, "users?filters[status]=inactive&per_page=100&api_token=right").Body.Bytes(), &rows); err != nil {
		t.Fatal(err)
	}
	if len(rows) == 0 || len(rows) == 100 {
		t.Errorf("%d rows", len(rows))
	}
	for _, r := range rows {
		if r.Status != "inactive" || !strings.HasSuffix(r.CreatedAt, "+03:00") {
			t.Errorf("%+v", r)
		}
	}
}

// The content type of errors is not documented, so the fake uses two.
func TestFake_Errors(t *testing.T) {
	contentTypes := map[string]bool{}
	for path, status := range map[string]int{
		"users.json":                             http.StatusUnauthorized,
		"users":                                  http.StatusUnauthorized,
		"users.json?api_token=wrong":             http.StatusUnauthorized,
		"accounts.json?api_token=":               http.StatusUnauthorized,
		"users/1.json?api_token=right":           http.StatusNotFound,
		"users/x.json?api_token=right":           http.StatusNotFound,
		"accounts/1/users.json?api_token=right":  http.StatusNotFound,
		"users/2002984/x.json?api_token=right":   http.StatusNotFound,
		"users/2002984/a/b?api_token=right":      http.StatusNotFound,
		"subscriptions.json?api_token=right":     http.StatusNotFound,
		"../v2/users.json?api_token=right":       http.StatusNotFound,
		"accounts/7011%2Fusers?api_token=right":  http.StatusNotFound,
		"users/2002984/users.json?api_token=rig": http.StatusUnauthorized,
	} {
		response := get(t, path)
		if response.Code != status {
			t.Errorf("%s: %d, want %d", path, response.Code, status)
		}
		contentTypes[response.Header().Get("Content-Type")] = true
	}
	if len(contentTypes) != 2 {
		t.Errorf("content types: %v", contentTypes)
	}
	post := httptest.NewRecorder()
	activeplatformfake.New("right").ServeHTTP(post, httptest.NewRequest(http.MethodPost, prefix+"users.json?api_token=right", nil))
	if post.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: %d", post.Code)
	}
}

func get(t *testing.T, path string) *httptest.ResponseRecorder {
	t.Helper()
	response := httptest.NewRecorder()
	activeplatformfake.New("right").ServeHTTP(response, httptest.NewRequest(http.MethodGet, prefix+path, nil))
	return response
}
