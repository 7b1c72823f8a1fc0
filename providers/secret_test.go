package providers_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/providers"
)

func TestSecret_IsRedacted(t *testing.T) {
	const value = "s3cret"
	secret := providers.NewSecret(value)
	nested := struct{ Token providers.Secret }{secret}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
		fmt.Fprintf(&out, verb+verb+verb+"\n", secret, &secret, nested)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("message", "token", secret, "nested", nested)
	if err := json.NewEncoder(&out).Encode(nested); err != nil {
		t.Fatal(err)
	}
	for _, form := range []string{value, fmt.Sprintf("%x", value), fmt.Sprintf("%X", value), strings.Trim(fmt.Sprint([]byte(value)), "[]")} {
		if strings.Contains(out.String(), form) {
			t.Errorf("output contains %q:\n%s", form, &out)
		}
	}
	if got := secret.Reveal(); got != value {
		t.Errorf("Reveal() = %q, want %q", got, value)
	}
}
