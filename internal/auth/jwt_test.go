package auth_test

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/auth"
)

// with is the good claims with others in their place; nil takes one out.
func with(changes map[string]any) map[string]any {
	claims := good()
	for name, value := range changes {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	return claims
}

func in(d time.Duration) int64 { return time.Now().Add(d).Unix() }

func TestTokensThatAreBelieved(t *testing.T) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("r", rsaKey()), newKey("e", ecKey())}}
	gate := open(t, i.config(t))
	for name, test := range map[string]struct {
		token string
		want  []string
	}{
		"RSA":                         {sign(t, rsaKey(), "r", jose.RS256, good()), []string{"openid", "personal:read"}},
		"an elliptic curve":           {sign(t, ecKey(), "e", jose.ES256, good()), []string{"openid", "personal:read"}},
		"one audience":                {sign(t, rsaKey(), "r", jose.RS256, with(map[string]any{"aud": "graph"})), []string{"openid", "personal:read"}},
		"scopes in a list":            {sign(t, rsaKey(), "r", jose.RS256, with(map[string]any{"scope": []string{"a b", "cache:write"}})), []string{"a b", "cache:write"}},
		"no scopes":                   {sign(t, rsaKey(), "r", jose.RS256, with(map[string]any{"scope": nil})), nil},
		"scopes that are null":        {sign(t, rsaKey(), "r", jose.RS256, claimsText(t, `"scope": null`)), nil},
		"empty scopes":                {sign(t, rsaKey(), "r", jose.RS256, with(map[string]any{"scope": ""})), nil},
		"scopes elsewhere":            {sign(t, rsaKey(), "r", jose.RS256, with(map[string]any{"scope": nil, "scp": "personal:read", "Scope": "personal:read"})), nil},
		"just expired":                {sign(t, rsaKey(), "r", jose.RS256, with(map[string]any{"exp": in(-20 * time.Second)})), []string{"openid", "personal:read"}},
		"a clock that is a bit ahead": {sign(t, rsaKey(), "r", jose.RS256, with(map[string]any{"nbf": in(20 * time.Second), "iat": in(20 * time.Second)})), []string{"openid", "personal:read"}},
	} {
		caller, err := bring(gate, test.token)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if diff := cmp.Diff(test.want, caller.Scopes, cmp.Transformer("empty", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
		if !caller.Trusted || caller.Subject.Reveal() != "s3cr3t-subject" {
			t.Errorf("%s: %+v", name, caller)
		}
		if text := fmt.Sprintf("%v %+v %#v", caller, caller, *caller); strings.Contains(text, "s3cr3t") {
			t.Errorf("a subject in %s", text)
		}
	}
}

// claimsText is the good claims with one more, as it is written.
func claimsText(t *testing.T, more string) json.RawMessage {
	t.Helper()
	claims := good()
	delete(claims, "scope")
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return json.RawMessage(strings.TrimSuffix(string(text), "}") + ", " + more + "}")
}

func TestTokensThatAreNotBelieved(t *testing.T) {
	other := newKey("r", must(rsaAgain()))
	pinned := newKey("pinned", rsaKey())
	pinned.Algorithm = "RS512"
	forEncryption := newKey("enc", rsaKey())
	forEncryption.Use = "enc"
	i := &issuer{keys: []jose.JSONWebKey{newKey("r", rsaKey()), newKey("e", ecKey()), pinned, forEncryption}}
	gate := open(t, i.config(t))
	right := sign(t, rsaKey(), "r", jose.RS256, good())
	parts := strings.Split(right, ".")
	publicKey := pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: must(x509.MarshalPKIXPublicKey(rsaKey().Public()))})
	raw := func(text string) string { return base64.RawURLEncoding.EncodeToString([]byte(text)) }
	claims := func(changes map[string]any) string { return sign(t, rsaKey(), "r", jose.RS256, with(changes)) }

	critical := (&jose.SignerOptions{}).WithHeader("kid", "r").WithHeader("crit", []string{"word"}).WithHeader("word", true)

	for name, token := range map[string]string{
		"no token at all":               "x",
		"no signature":                  raw(`{"alg":"none","typ":"JWT"}`) + "." + parts[1] + ".",
		"no signature, in capitals":     raw(`{"alg":"NONE","kid":"r"}`) + "." + parts[1] + ".",
		"the signature cut off":         parts[0] + "." + parts[1] + ".",
		"another signature":             parts[0] + "." + parts[1] + "." + raw("signature"),
		"other claims":                  parts[0] + "." + raw(`{"iss":"https://login.example","aud":"graph","exp":9999999999}`) + "." + parts[2],
		"signed with the public key":    sign(t, publicKey, "r", jose.HS256, good()),
		"signed with the key's modulus": sign(t, rsaKey().N.Bytes(), "r", jose.HS256, good()),
		"another algorithm":             sign(t, rsaKey(), "r", jose.PS256, good()),
		"a key for another algorithm":   sign(t, rsaKey(), "pinned", jose.RS256, good()),
		"a key for encryption":          sign(t, rsaKey(), "enc", jose.RS256, good()),
		"another's key":                 sign(t, other.Key, "r", jose.RS256, good()),
		"the key of another kind":       sign(t, ecKey(), "r", jose.ES256, good()),
		"an unknown key":                sign(t, rsaKey(), "unknown", jose.RS256, good()),
		"no key named, and a choice":    sign(t, rsaKey(), "", jose.RS256, good()),
		"a key that the token brings":   signWith(t, jose.SigningKey{Algorithm: jose.RS256, Key: other}, &jose.SignerOptions{EmbedJWK: true}, good()),
		"another issuer":                claims(map[string]any{"iss": "https://login.example/"}),
		"no issuer":                     claims(map[string]any{"iss": nil}),
		"another audience":              claims(map[string]any{"aud": []string{"graphs", "GRAPH"}}),
		"no audience":                   claims(map[string]any{"aud": nil}),
		"an empty audience":             claims(map[string]any{"aud": []string{}}),
		"not valid yet":                 claims(map[string]any{"nbf": in(time.Minute)}),
		"issued tomorrow":               claims(map[string]any{"iat": in(24 * time.Hour)}),
		"no end":                        claims(map[string]any{"exp": nil}),
		"an end that is null":           sign(t, rsaKey(), "r", jose.RS256, json.RawMessage(`{"iss":"https://login.example","aud":"graph","exp":null}`)),
		"an end that is text":           claims(map[string]any{"exp": "tomorrow"}),
		"an end in capitals":            claims(map[string]any{"exp": nil, "EXP": in(time.Hour)}),
		"two ends":                      sign(t, rsaKey(), "r", jose.RS256, json.RawMessage(`{"iss":"https://login.example","aud":"graph","exp":1,"exp":9999999999}`)),
		"scopes that are a number":      claims(map[string]any{"scope": 7}),
		"scopes that are objects":       claims(map[string]any{"scope": []any{"personal:read", map[string]any{}}}),
		"claims that are a list":        sign(t, rsaKey(), "r", jose.RS256, []string{"iss"}),
		"a critical header":             signWith(t, jose.SigningKey{Algorithm: jose.RS256, Key: rsaKey()}, critical, good()),
		"two tokens":                    right + " " + right,
		"two tokens with a comma":       right + ", Bearer " + right,
		"a space more":                  " " + right,
	} {
		caller, err := bring(gate, token)
		var refusal *auth.Error
		if caller != nil || !errors.As(err, &refusal) || err.Error() != "the token is not accepted" || !refusal.InvalidToken {
			t.Errorf("%s: %+v, %v", name, caller, err)
		}
	}
	if caller, err := bring(gate, claims(map[string]any{"exp": in(-time.Minute)})); caller != nil || err == nil || err.Error() != "the token has expired" {
		t.Errorf("expired: %+v, %v", caller, err)
	}
	if _, err := bring(gate, right); err != nil {
		t.Errorf("the right one: %v", err)
	}
}

func TestWhatIsNoToken(t *testing.T) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("r", rsaKey())}}
	gate := open(t, i.config(t))
	right := sign(t, rsaKey(), "r", jose.RS256, good())
	for name, headers := range map[string]http.Header{
		"nothing":         {},
		"an empty header": {"Authorization": {""}},
		"two headers":     {"Authorization": {"Bearer " + right, "Bearer " + right}},
		"no scheme":       {"Authorization": {right}},
		"no token":        {"Authorization": {"Bearer "}},
		"another scheme":  {"Authorization": {"Basic " + right}},
		"another header":  {"X-Authorization": {"Bearer " + right}, "Proxy-Authorization": {"Bearer " + right}},
	} {
		caller, err := gate.Authenticate(t.Context(), headers)
		var refusal *auth.Error
		if caller != nil || !errors.As(err, &refusal) || err.Error() != "this needs a token, in the header Authorization: Bearer" || refusal.InvalidToken {
			t.Errorf("%s: %+v, %v", name, caller, err)
		}
	}
	if _, err := gate.Authenticate(t.Context(), http.Header{"Authorization": {"bearer " + right}}); err != nil {
		t.Errorf("the scheme in small letters: %v", err)
	}
}

func TestAnotherClaim(t *testing.T) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("r", rsaKey())}}
	c := i.config(t)
	c.JWT.ScopesClaim = "https://graph.example/permissions"
	claims := maps.Clone(good())
	claims["https://graph.example/permissions"] = []string{"cache:write"}
	caller, err := bring(open(t, c), sign(t, rsaKey(), "", jose.RS256, claims))
	if err != nil || !caller.HasScope(auth.CacheWrite) || caller.HasScope(auth.PersonalRead) {
		t.Errorf("%+v, %v", caller, err)
	}
}
