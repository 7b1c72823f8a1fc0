package activityinfo_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/providers"
)

func TestVendorCode_FromBody(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		kind   providers.Kind
		code   string
	}{
		{401, `{"code":"AUTHENTICATION_REQUIRED"}`, providers.Unauthenticated, "AUTHENTICATION_REQUIRED"},
		{403, `{"code":"FORBIDDEN","message":"no"}`, providers.Forbidden, "FORBIDDEN"},
		{404, `{"code":"NOT_FOUND","request":{}}`, providers.NotFound, "NOT_FOUND"},
		{410, `{"code":"DELETED"}`, providers.NotFound, "DELETED"},
		{400, `{"code":"ROLE_NOT_FOUND"}`, providers.BadResponse, "ROLE_NOT_FOUND"},
		{403, `{"code":7}`, providers.Forbidden, ""},
		{403, `{"code":null}`, providers.Forbidden, ""},
		{403, `["code"]`, providers.Forbidden, ""},
		{403, `"FORBIDDEN"`, providers.Forbidden, ""},
		{403, `{"code":"anna@acme.example has no access"}`, providers.Forbidden, ""},
		{403, `{"code":"` + strings.Repeat("A", 300) + `"}`, providers.Forbidden, ""},
		{403, `<html>Forbidden</html>`, providers.Forbidden, ""},
		{403, ``, providers.Forbidden, ""},
	} {
		p, _ := connect(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		err, ok := p.Check(t.Context()).(*providers.Error) //nolint:errorlint // the contract wants this type itself
		if !ok || err.Kind != c.kind || err.VendorCode != c.code || err.HTTPStatus != c.status {
			t.Errorf("%d %.40s: %#v", c.status, c.body, err)
		}
	}
}
