package blendvision_test

import (
	"errors"
	"net/http"
	"testing"

	"github.com/accountgraph/accountgraph/providers"
)

func TestVendorCode_FromBody(t *testing.T) {
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
		p := connect(t, func(*http.Request) (int, string) { return http.StatusForbidden, body }, "o")
		var e *providers.Error
		if err := p.Check(t.Context()); !errors.As(err, &e) || e.Kind != providers.Forbidden || e.HTTPStatus != 403 || e.VendorCode != want {
			t.Errorf("%.40q: %+v, want %q", body, e, want)
		}
	}
}

func TestProvider_ErrorKinds(t *testing.T) {
	for status, want := range map[int]providers.Kind{
		400: providers.BadResponse, 401: providers.Unauthenticated, 403: providers.Forbidden, 404: providers.NotFound,
	} {
		p := connect(t, func(*http.Request) (int, string) { return status, `{"code":3,"message":"no","details":[]}` }, "o")
		if err := p.Check(t.Context()); providers.KindOf(err) != want {
			t.Errorf("%d: %v", status, err)
		}
	}
}
