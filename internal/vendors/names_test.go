package vendors_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/providers"
)

// vendorList is a list of one user: the row, the list around it, and the names of members of
// both; rows is "" for a list that is an array.
type vendorList struct{ vendor, row, list, id, name, rows string }

// with returns the response with another row.
func (l vendorList) with(row string) string { return strings.Replace(l.list, "%", row, 1) }

// Parsers differ in which of two members with one name they take, and in whether the case of
// names matters. A row or a list with a name twice is a bad response, never a row with one of
// the values. A name in another case is another name.
func TestPage_MemberNames(t *testing.T) {
	softwareone := `{"id":"7","name":"Anna","email":"a@example.com"}`
	for _, l := range []vendorList{
		{"softwareone", softwareone, `{"$meta":{"pagination":{"offset":0,"limit":100,"total":1}},"data":[%]}`, `"id":`, `"name":`, `"data":`},
		{"softwareone", softwareone, `{"data":[%],"$meta":{"pagination":{"offset":0,"limit":100,"total":1}}}`, `"id":`, `"name":`, `"data":`},
		{"activityinfo", `{"userId":"7","name":"Anna","email":"a@example.com"}`, "[%]", `"userId":`, `"name":`, ""},
		{"activeplatform", `{"id":"7","first_name":"Anna","email":"a@example.com"}`, "[%]", `"id":`, `"first_name":`, ""},
		{"blendvision", `{"id":"7","first_name":"Anna","username":"a@example.com"}`, `{"accounts":[%],"pagination":{"total_items":1}}`, `"id":`, `"first_name":`, `"accounts":`},
	} {
		t.Run(l.vendor, func(t *testing.T) {
			upper := strings.ToUpper(l.id) + `"8"`
			for what, row := range map[string]string{
				"as documented":          l.row,
				"an unread name twice":   strings.Replace(l.row, "{", `{"zz":1,"zz":2,`, 1),
				"another case, in front": strings.Replace(l.row, "{", "{"+upper+",", 1),
				"another case, behind":   strings.Replace(l.row, "}", ","+upper+"}", 1),
			} {
				users, errs := readUsers(t, l.vendor, l.with(row))
				if len(errs) > 0 || len(users) != 1 || users[0].VendorID != "7" {
					t.Errorf("%s: %d users, %v", what, len(users), errs)
				}
			}
			invalid := map[string]string{
				"id, in front":       l.with(strings.Replace(l.row, "{", "{"+l.id+`"8",`, 1)),
				"id, behind":         l.with(strings.Replace(l.row, "}", ","+l.id+`"8"}`, 1)),
				"id, the same":       l.with(strings.Replace(l.row, "}", ","+l.id+`"7"}`, 1)),
				"id, escaped":        l.with(strings.Replace(l.row, "}", ","+strings.Replace(l.id, `d":`, `\u0064":`, 1)+`"8"}`, 1)),
				"name, in front":     l.with(strings.Replace(l.row, "{", "{"+l.name+`"Bo",`, 1)),
				"name, null":         l.with(strings.Replace(l.row, "}", ","+l.name+"null}", 1)),
				"id in another case": l.with(strings.Replace(l.row, l.id, strings.ToUpper(l.id), 1)),
			}
			if l.rows != "" {
				invalid["rows, in front"] = strings.Replace(l.with(l.row), l.rows, l.rows+"[],"+l.rows, 1)
				invalid["rows, behind"] = strings.Replace(l.with(l.row), "}]", "}],"+l.rows+"[]", 1)
				invalid["rows, null"] = strings.Replace(l.with(l.row), "}]", "}],"+l.rows+"null", 1)
				invalid["pagination"] = strings.Replace(l.with(l.row), `"total`, `"total_items":9,"total_items":1,"total":9,"total`, 1)
			}
			for what, body := range invalid {
				users, errs := readUsers(t, l.vendor, body)
				if len(users) > 0 || len(errs) == 0 || providers.KindOf(errs[0]) != providers.BadResponse {
					t.Errorf("%s: %d users, %v; want the kind BadResponse", what, len(users), errs)
				}
			}
		})
	}
}

// readUsers returns the users of the first page, and of the first members of a tenant, from a
// vendor that always responds with this body.
func readUsers(t *testing.T, vendor, body string) (users []*model.User, errs []error) {
	t.Helper()
	for _, v := range vendors.All() {
		if v.Word() != vendor {
			continue
		}
		simulator := v.Simulate("the-token")
		transport := roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{
				StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}},
				Body: io.NopCloser(strings.NewReader(body)), ContentLength: -1,
			}, nil
		})
		p, err := vendors.Open(parse(t, v, "http://127.0.0.1:1"+simulator.BasePath, "token: the-token", simulator.Options), upstream.Config{Transport: transport})
		if err != nil {
			t.Fatal(err)
		}
		if vendor == "activityinfo" {
			q := providers.Query{Parent: providers.Parent{Type: model.TypeAccount, IDs: []string{"7"}}}
			page, err := p.Collections().Memberships.Page(t.Context(), q, "")
			if err != nil {
				return nil, []error{err}
			}
			for _, m := range page.Items {
				users = append(users, m.User)
			}
			return users, page.Errors
		}
		page, err := p.Collections().Users.Page(t.Context(), providers.Query{}, "")
		if err != nil {
			return nil, []error{err}
		}
		return page.Items, page.Errors
	}
	t.Fatalf("no vendor %s", vendor)
	return nil, nil
}
