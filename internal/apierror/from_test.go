package apierror_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/providers"
)

// secret stands for text that no response and no log may contain.
const secret = "s3cr3t"

func TestFromError_EveryKindHasCode(t *testing.T) {
	for kind := providers.InvalidArgument; kind.String() != providers.Kind(0).String(); kind++ {
		err := apierror.FromError(t.Context(), fmt.Errorf("wrapped: %w", &providers.Error{Kind: kind}))
		if code := apierror.CodeOf(err); code == "" || code == apierror.Internal {
			t.Errorf("%v: code %q", kind, code)
		}
	}
}

func TestFromError_ProviderExtensions(t *testing.T) {
	got := apierror.FromError(t.Context(), &providers.Error{
		Kind: providers.RateLimited, Provider: &model.Provider{Name: "one", Vendor: model.SoftwareOne},
		HTTPStatus: 429, VendorCode: "E7", RetryAfter: 1200 * time.Millisecond,
	})
	want := map[string]any{
		"code": apierror.Code("UPSTREAM_RATE_LIMITED"), "provider": "one", "vendor": model.SoftwareOne,
		"httpStatus": 429, "vendorCode": "E7", "retryAfter": 2,
	}
	if diff := cmp.Diff(want, got.Extensions); diff != "" {
		t.Error(diff)
	}
	if want := "one: rate limited (HTTP 429)"; got.Message != want {
		t.Errorf("%q, want %q", got.Message, want)
	}
}

func TestFromError_Codes(t *testing.T) {
	path := ast.Path{ast.PathName("users")}
	for name, test := range map[string]struct {
		err  error
		code apierror.Code
		text string
	}{
		"deadline":             {context.DeadlineExceeded, apierror.Timeout, "the operation took too long"},
		"a representation":     {fmt.Errorf("wrapped: %w", model.ErrRepresentation), apierror.BadUserInput, model.ErrRepresentation.Error()},
		"a validation rule":    {&gqlerror.Error{Message: "no field x", Rule: "FieldsOnCorrectType", Path: path}, apierror.ValidationFailed, "no field x"},
		"an argument":          {&gqlerror.Error{Message: "first must be at most 100", Path: path}, apierror.BadUserInput, "first must be at most 100"},
		"an error with a code": {apierror.New(apierror.Forbidden, "no"), apierror.Forbidden, "no"},
		"any other":            {errors.New(secret), apierror.Internal, "internal server error"},
		"any other, wrapped":   {gqlerror.Wrap(errors.New(secret)), apierror.Internal, "internal server error"},
	} {
		t.Run(name, func(t *testing.T) {
			got := apierror.FromError(t.Context(), test.err)
			if code := apierror.CodeOf(got); code != test.code || got.Message != test.text {
				t.Errorf("%s %q, want %s %q", code, got.Message, test.code, test.text)
			}
			if (got.Extensions["requestId"] != nil) != (test.code == apierror.Internal) {
				t.Errorf("extensions %v", got.Extensions)
			}
		})
	}
}

// The log names an internal error by type and request id; its text may be personal.
func TestErrorPresenter_LogsNoText(t *testing.T) {
	var log bytes.Buffer
	got := apierror.ErrorPresenter(slog.New(slog.NewTextHandler(&log, nil)))(t.Context(), gqlerror.Wrap(errors.New(secret)))
	id, _ := got.Extensions["requestId"].(string)
	if id == "" || !strings.Contains(log.String(), id) || !strings.Contains(log.String(), "*errors.errorString") {
		t.Errorf("request id %q, log %s", id, &log)
	}
	if strings.Contains(log.String()+got.Error(), secret) {
		t.Errorf("%s %s", &log, got)
	}
}

func TestRecoverFunc_LogsNoValue(t *testing.T) {
	var log bytes.Buffer
	recoverPanic := apierror.RecoverFunc(slog.New(slog.NewTextHandler(&log, nil)))
	var err error
	func() {
		defer func() { err = recoverPanic(t.Context(), recover()) }()
		panic(secret)
	}()
	if !strings.Contains(log.String(), "TestRecoverFunc_LogsNoValue") {
		t.Errorf("the stack is missing: %s", &log)
	}
	if strings.Contains(log.String()+err.Error(), secret) {
		t.Errorf("%s %v", &log, err)
	}
}

// BenchmarkErrorPresenter is what is done for each error in a response.
func BenchmarkErrorPresenter(b *testing.B) {
	present := apierror.ErrorPresenter(slog.New(slog.DiscardHandler))
	for name, err := range map[string]error{
		"vendor":   &providers.Error{Kind: providers.RateLimited, Provider: &model.Provider{Name: "one", Vendor: model.SoftwareOne}, HTTPStatus: 429, VendorCode: "E7"},
		"internal": gqlerror.Wrap(errors.New(secret)),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				_ = present(b.Context(), err)
			}
		})
	}
}
