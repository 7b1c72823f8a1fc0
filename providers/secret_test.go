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

func TestSecretIsNeverPrinted(t *testing.T) {
	secret := providers.NewSecret("canary")
	held := struct{ Token providers.Secret }{secret}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
		fmt.Fprintf(&out, verb+verb+verb+"\n", secret, &secret, held)
	}
	slog.New(slog.NewJSONHandler(&out, nil)).Info("told", "token", secret, "held", held)
	if err := json.NewEncoder(&out).Encode(held); err != nil {
		t.Fatal(err)
	}
	for _, spelling := range []string{"canary", fmt.Sprintf("%x", "canary"), fmt.Sprintf("%X", "canary"), "99 97 110"} {
		if strings.Contains(out.String(), spelling) {
			t.Errorf("%q is in:\n%s", spelling, &out)
		}
	}
	if secret.Reveal() != "canary" {
		t.Errorf("it reveals %q", secret.Reveal())
	}
}
