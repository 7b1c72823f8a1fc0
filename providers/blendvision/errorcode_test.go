package blendvision_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/accountgraph/accountgraph/providers"
)

func TestErrorBodies(t *testing.T) {
	for body, want := range map[string]string{
		`{"code":1}`: "CANCELLED", `{"code":2}`: "UNKNOWN", `{"code":3}`: "INVALID_ARGUMENT", `{"code":4}`: "DEADLINE_EXCEEDED",
		`{"code":5}`: "NOT_FOUND", `{"code":6}`: "ALREADY_EXISTS", `{"code":7}`: "PERMISSION_DENIED", `{"code":8}`: "RESOURCE_EXHAUSTED",
		`{"code":9}`: "FAILED_PRECONDITION", `{"code":10}`: "ABORTED", `{"code":11}`: "OUT_OF_RANGE", `{"code":12}`: "UNIMPLEMENTED",
		`{"code":13}`: "INTERNAL", `{"code":14}`: "UNAVAILABLE", `{"code":15}`: "DATA_LOSS", `{"code":16}`: "UNAUTHENTICATED",
		`{"code":3,"message":"string","details":[{"@type":"string"}]}`: "INVALID_ARGUMENT",
		`{"code":0,"message":"string","details":[]}`:                   "",
		`{"code":17}`: "17", `{"code":-1}`: "-1", `{"code":99999999999}`: "", `{"code":1.5}`: "", `{"code":"3"}`: "",
		`{"message":"only"}`: "", `{}`: "", `null`: "", `[]`: "", `"3"`: "", `3`: "", ``: "", `<html>3</html>`: "", "\xff\x00": "",
	} {
		p := answering(t, func(*http.Request) (int, string) { return http.StatusForbidden, body }, "o")
		var e *providers.Error
		if err := p.Check(t.Context()); !errors.As(err, &e) || e.Kind != providers.Forbidden || e.HTTPStatus != 403 || e.VendorCode != want {
			t.Errorf("%.40q: %+v, want %q", body, e, want)
		}
	}
}

func TestKinds(t *testing.T) {
	for status, want := range map[int]providers.Kind{
		400: providers.BadResponse, 401: providers.Unauthenticated, 403: providers.Forbidden, 404: providers.NotFound,
	} {
		p := answering(t, func(*http.Request) (int, string) { return status, `{"code":3,"message":"no","details":[]}` }, "o")
		if err := p.Check(t.Context()); providers.KindOf(err) != want {
			t.Errorf("%d: %v", status, err)
		}
	}
}

func TestAnswersThatCannotBeUnderstood(t *testing.T) {
	for _, body := range []string{
		// An error with HTTP 200.
		`{"code":7,"message":"permission denied","details":[]}`,
		`{"code":"7","message":"permission denied"}`,
		`{"code":13,"message":"x","accounts":[],"roles":[],"organizations":[],"organization":{"id":"o"},"pagination":{}}`,
		// Another shape.
		`{}`, `[]`, `null`, `"x"`, `{"account":[{"id":"1"}]}`, `{"accounts":null,"roles":null,"organizations":null,"organization":null}`,
		`{"accounts":{},"roles":{},"organizations":{},"organization":[]}`,
		`{"accounts":[1],"roles":[1],"organizations":[1],"organization":1}`,
		// Rows without an id, with another sort of id, or without anything.
		`{"accounts":[{"email":"a@x"}],"roles":[{"name":"x"}],"organizations":[{"name":"x"}],"organization":{"name":"x"}}`,
		`{"accounts":[{"id":1}],"roles":[{"id":1}],"organizations":[{"id":1}],"organization":{"id":1}}`,
		`{"accounts":[null],"roles":[null],"organizations":[null],"organization":null}`,
		`{"accounts":[{"id":"1"},{"id":"2"}`,
		`{"accounts":[{"id":"1"}]} {}`,
	} {
		p := answering(t, always(body), "o")
		c := p.Collections()
		_, users := c.Users.Page(t.Context(), providers.Query{}, "")
		_, below := c.Organizations.Page(t.Context(), of("Organization", "o"), "")
		_, organizations := c.Organizations.Page(t.Context(), providers.Query{}, "")
		_, roles := c.Roles(t.Context(), "o")
		for name, err := range map[string]error{
			"Check": p.Check(t.Context()), "users": users, "below": below, "organizations": organizations, "roles": roles,
			"user":         c.Users.Get(t.Context(), []string{"1"}).Failed["1"],
			"membership":   c.Memberships.Get(t.Context(), []string{"o/1"}).Failed["o/1"],
			"organization": c.Organizations.Get(t.Context(), []string{"o"}).Failed["o"],
		} {
			if providers.KindOf(err) != providers.BadResponse {
				t.Errorf("%s from %s: %v, want BadResponse", name, body, err)
			}
		}
	}
}

func TestTimesThatCannotBeUnderstood(t *testing.T) {
	for _, text := range []string{`"yesterday"`, `1722268288`, `{}`, `"2024-07-29"`, `"2024-13-01T00:00:00Z"`, `true`} {
		p := answering(t, always(fmt.Sprintf(`{"accounts":[{"id":"1","created_at":%s}]}`, text)), "o")
		if _, err := p.Collections().Users.Page(t.Context(), providers.Query{}, ""); providers.KindOf(err) != providers.BadResponse {
			t.Errorf("created_at %s: %v, want BadResponse", text, err)
		}
	}
}
