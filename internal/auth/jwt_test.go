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

// with returns validClaims with changes; nil removes a claim.
func with(changes map[string]any) map[string]any {
	claims := validClaims()
	for name, value := range changes {
		claims[name] = value
		if value == nil {
			delete(claims, name)
		}
	}
	return claims
}

func in(d time.Duration) int64 { return time.Now().Add(d).Unix() }

func TestJWT_Valid(t *testing.T) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("r", rsaKey()), newKey("e", ecKey())}}
	a := open(t, i.config(t))
	for name, test := range map[string]struct {
		token string
		want  []string
	}{
		"RSA":                         {sign(t, rsaKey(), "r", jose.RS256, validClaims()), []string{"openid", "personal:read"}},
		"an elliptic curve":           {sign(t, ecKey(), "e", jose.ES256, validClaims()), []string{"openid", "personal:read"}},
		"one audience":                {sign(t, rsaKey(), "r", jose.RS256, with(map[string]any{"aud": "graph"})), []string{"openid", "personal:read"}},
		"scopes in a list":            {sign(t, rsaKey(), "r", jose.RS256, with(map[string]any{"scope": []string{"a b", "cache:write"}})), []string{"a b", "cache:write"}},
		"no scopes":                   {sign(t, rsaKey(), "r", jose.RS256, with(map[string]any{"scope": nil})), nil},
		"scopes that are null":        {sign(t, rsaKey(), "r", jose.RS256, claimsText(t, `"scope": null`)), nil},
		"empty scopes":                {sign(t, rsaKey(), "r", jose.RS256, with(map[string]any{"scope": ""})), nil},
		"scopes elsewhere":            {sign(t, rsaKey(), "r", jose.RS256, with(map[string]any{"scope": nil, "scp": "personal:read", "Scope": "personal:read"})), nil},
		"just expired":                {sign(t, rsaKey(), "r", jose.RS256, with(map[string]any{"exp": in(-20 * time.Second)})), []string{"openid", "personal:read"}},
		"a clock that is a bit ahead": {sign(t, rsaKey(), "r", jose.RS256, with(map[string]any{"nbf": in(20 * time.Second), "iat": in(20 * time.Second)})), []string{"openid", "personal:read"}},
	} {
		caller, err := authenticateToken(a, test.token)
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

// claimsText returns validClaims as JSON with one more member, verbatim.
func claimsText(t *testing.T, more string) json.RawMessage {
	t.Helper()
	claims := validClaims()
	delete(claims, "scope")
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	return json.RawMessage(strings.TrimSuffix(string(text), "}") + ", " + more + "}")
}

func TestJWT_Invalid(t *testing.T) {
	other := newKey("r", must(newRSAKey()))
	pinned := newKey("pinned", rsaKey())
	pinned.Algorithm = "RS512"
	forEncryption := newKey("enc", rsaKey())
	forEncryption.Use = "enc"
	i := &issuer{keys: []jose.JSONWebKey{newKey("r", rsaKey()), newKey("e", ecKey()), pinned, forEncryption}}
	a := open(t, i.config(t))
	valid := sign(t, rsaKey(), "r", jose.RS256, validClaims())
	parts := strings.Split(valid, ".")
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
		"signed with the public key":    sign(t, publicKey, "r", jose.HS256, validClaims()),
		"signed with the key's modulus": sign(t, rsaKey().N.Bytes(), "r", jose.HS256, validClaims()),
		"another algorithm":             sign(t, rsaKey(), "r", jose.PS256, validClaims()),
		"a key for another algorithm":   sign(t, rsaKey(), "pinned", jose.RS256, validClaims()),
		"a key for encryption":          sign(t, rsaKey(), "enc", jose.RS256, validClaims()),
		"another's key":                 sign(t, other.Key, "r", jose.RS256, validClaims()),
		"the key of another kind":       sign(t, ecKey(), "r", jose.ES256, validClaims()),
		"an unknown key":                sign(t, rsaKey(), "unknown", jose.RS256, validClaims()),
		"no key named, and a choice":    sign(t, rsaKey(), "", jose.RS256, validClaims()),
		"a key that the token brings":   signWith(t, jose.SigningKey{Algorithm: jose.RS256, Key: other}, &jose.SignerOptions{EmbedJWK: true}, validClaims()),
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
		"a critical header":             signWith(t, jose.SigningKey{Algorithm: jose.RS256, Key: rsaKey()}, critical, validClaims()),
		"two tokens":                    valid + " " + valid,
		"two tokens with a comma":       valid + ", Bearer " + valid,
		"a space more":                  " " + valid,
	} {
		caller, err := authenticateToken(a, token)
		var e *auth.Error
		if caller != nil || !errors.As(err, &e) || err.Error() != "the token is not valid" || !e.InvalidToken {
			t.Errorf("%s: %+v, %v", name, caller, err)
		}
	}
	if caller, err := authenticateToken(a, claims(map[string]any{"exp": in(-time.Minute)})); caller != nil || err == nil || err.Error() != "the token has expired" {
		t.Errorf("expired: %+v, %v", caller, err)
	}
	if _, err := authenticateToken(a, valid); err != nil {
		t.Errorf("the valid one: %v", err)
	}
}

func TestJWT_MissingToken(t *testing.T) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("r", rsaKey())}}
	a := open(t, i.config(t))
	valid := sign(t, rsaKey(), "r", jose.RS256, validClaims())
	for name, headers := range map[string]http.Header{
		"nothing":         {},
		"an empty header": {"Authorization": {""}},
		"two headers":     {"Authorization": {"Bearer " + valid, "Bearer " + valid}},
		"no scheme":       {"Authorization": {valid}},
		"no token":        {"Authorization": {"Bearer "}},
		"another scheme":  {"Authorization": {"Basic " + valid}},
		"another header":  {"X-Authorization": {"Bearer " + valid}, "Proxy-Authorization": {"Bearer " + valid}},
	} {
		caller, err := a.Authenticate(t.Context(), headers)
		var e *auth.Error
		if caller != nil || !errors.As(err, &e) || err.Error() != "a token is required in the header Authorization: Bearer" || e.InvalidToken {
			t.Errorf("%s: %+v, %v", name, caller, err)
		}
	}
	if _, err := a.Authenticate(t.Context(), http.Header{"Authorization": {"bearer " + valid}}); err != nil {
		t.Errorf("the scheme in small letters: %v", err)
	}
}

func TestJWT_ScopesClaim(t *testing.T) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("r", rsaKey())}}
	c := i.config(t)
	c.JWT.ScopesClaim = "https://graph.example/permissions"
	claims := maps.Clone(validClaims())
	claims["https://graph.example/permissions"] = []string{"cache:write"}
	caller, err := authenticateToken(open(t, c), sign(t, rsaKey(), "", jose.RS256, claims))
	if err != nil || !caller.HasScope(auth.CacheWrite) || caller.HasScope(auth.PersonalRead) {
		t.Errorf("%+v, %v", caller, err)
	}
}

// Of tokens without a subject, the client that they were issued to is the caller.
func TestJWT_ClientID(t *testing.T) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("r", rsaKey())}}
	a := open(t, i.config(t))
	for name, test := range map[string]struct {
		claims map[string]any
		want   string
	}{
		"client_id":          {map[string]any{"sub": nil, "client_id": "app", "azp": "other"}, "app"},
		"authorized party":   {map[string]any{"sub": nil, "azp": "app"}, "app"},
		"of another type":    {map[string]any{"sub": nil, "client_id": 7, "azp": "app"}, "app"},
		"none":               {map[string]any{"sub": nil}, ""},
		"beside the subject": {map[string]any{"client_id": "app"}, "app"},
	} {
		caller, err := authenticateToken(a, sign(t, rsaKey(), "r", jose.RS256, with(test.claims)))
		if err != nil || caller.ClientID.Reveal() != test.want {
			t.Errorf("%s: %+v, %v; want the client %q", name, caller, err, test.want)
		}
	}
}
