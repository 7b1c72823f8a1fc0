package activityinfo_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

func TestMilliseconds_Decode(t *testing.T) {
	at := func(text string) *time.Time {
		when, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			t.Fatal(err)
		}
		return &when
	}
	for wire, want := range map[string]*time.Time{
		"1771824213731":      at("2026-02-23T05:23:33.731Z"),
		"1771824213731.0":    at("2026-02-23T05:23:33.731Z"),
		"1771824213731.25":   at("2026-02-23T05:23:33.731Z"),
		"1771824213731.999":  at("2026-02-23T05:23:33.731Z"),
		"1.771824213731E12":  at("2026-02-23T05:23:33.731Z"),
		"1.771824213731e+12": at("2026-02-23T05:23:33.731Z"),
		"1":                  at("1970-01-01T00:00:00.001Z"),
		"253402300799999":    at("9999-12-31T23:59:59.999Z"),
		"null":               nil,
		"0":                  nil,
		"0.0":                nil,
		"-0":                 nil,
		"0.5":                nil,
		"-62135596800000":    nil,
		"253402300800000":    nil,
		"1e300":              nil,
		"1e999":              nil,
		`""`:                 nil,
		`"2026-02-23"`:       nil,
		`"1771824213731"`:    nil,
		"true":               nil,
		"{}":                 nil,
		"[1]":                nil,
	} {
		got, err := members(t, `[{"userId":"1","lastLoginTime":`+wire+`}]`)
		if err != nil {
			t.Errorf("%s: %v", wire, err)
			continue
		}
		if at := got[0].User.LastLoginAt; !reflect.DeepEqual(at, want) {
			t.Errorf("%s: %v, want %v", wire, at, want)
		}
	}
}

func TestName_Decode(t *testing.T) {
	for wire, want := range map[string]*string{
		`"Anna"`: new("Anna"), `"17"`: new("17"), `17`: new("17"), `-1.50`: new("-1.50"),
		`""`: nil, `null`: nil, `true`: nil, `{"first":"Anna"}`: nil, `["Anna"]`: nil,
	} {
		got, err := members(t, `[{"userId":"1","name":`+wire+`,"email":`+wire+`,"billingAccountRole":`+wire+`,"userLicenseType":`+wire+`}]`)
		if err != nil {
			t.Errorf("%s: %v", wire, err)
			continue
		}
		u := got[0].User
		if !reflect.DeepEqual(u.Name, want) || !reflect.DeepEqual(u.Email, want) || !reflect.DeepEqual(got[0].VendorRole, want) {
			t.Errorf("%s: %+v", wire, got[0])
		}
	}
}

func TestNumber_Decode(t *testing.T) {
	for wire, want := range map[string]string{
		"190780004": "190780004", "4294967297": "4294967297", "9007199254740993": "9007199254740993",
		"9223372036854775807": "9223372036854775807", `"9007199254740993"`: "9007199254740993",
	} {
		p, _ := connect(t, responses{
			"/resources/databases":               `[{"billingAccountId":` + wire + `}]`,
			"/resources/billingAccounts/" + want: `{"id":` + wire + `}`,
		})
		page, err := p.Collections().Accounts.Page(t.Context(), providers.Query{}, "")
		if err != nil || len(page.Items) != 1 || page.Items[0].VendorID != want {
			t.Errorf("%s: %v, %v", wire, page, err)
		}
		if got := p.Collections().Accounts.Get(t.Context(), []string{want}).Objects[want]; got == nil || got.ID != model.ID("ai:Account:"+want) {
			t.Errorf("%s: Get = %v", wire, got)
		}
	}
	for _, wire := range []string{"1e9", "1.0", "1.9078000E8", "9223372036854775808", "true", `"SUB000"`, "{}"} {
		p, _ := connect(t, responses{"/resources/databases": `[{"billingAccountId":` + wire + `}]`})
		if _, err := p.Collections().Accounts.Page(t.Context(), providers.Query{}, ""); providers.KindOf(err) != providers.BadResponse {
			t.Errorf("%s: %v, want BadResponse", wire, err)
		}
	}
	for _, body := range []string{`{"id":5}`, `{"id":null}`, `{"name":"Acme"}`, `[]`, "null"} {
		p, _ := connect(t, responses{"/resources/databases": "[]", "/resources/billingAccounts/4": body}, "4")
		if _, err := p.Collections().Accounts.Page(t.Context(), providers.Query{}, ""); providers.KindOf(err) != providers.BadResponse {
			t.Errorf("account 4 as %s: %v, want BadResponse", body, err)
		}
	}
}
