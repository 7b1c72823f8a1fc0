package auth_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/accountgraph/accountgraph/internal/auth"
)

// issuer is a fake token issuer. As a RoundTripper it serves its JWKS.
type issuer struct {
	mu      sync.Mutex
	keys    []jose.JSONWebKey
	fails   bool
	body    string // replaces the JWKS
	fetches atomic.Int32
	hold    chan struct{} // if not nil, responses wait until it is closed
}

var _ http.RoundTripper = (*issuer)(nil)

func (i *issuer) RoundTrip(r *http.Request) (*http.Response, error) {
	i.fetches.Add(1)
	if i.hold != nil {
		<-i.hold
	}
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.fails {
		return nil, errors.New("s3cr3t: connection refused")
	}
	text := i.body
	if text == "" {
		text = i.set()
	}
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader(text)), Header: http.Header{}, Request: r}, nil
}

// set returns the JWKS with the public keys.
func (i *issuer) set() string {
	public := jose.JSONWebKeySet{}
	for _, key := range i.keys {
		public.Keys = append(public.Keys, key.Public())
	}
	text, _ := json.Marshal(public)
	return string(text)
}

func (i *issuer) publish(keys ...jose.JSONWebKey) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = keys
}

func (i *issuer) fail(fails bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.fails = fails
}

// rsaKey and ecKey are generated once because that is slow.
var (
	rsaKey = sync.OnceValue(func() *rsa.PrivateKey { return must(rsa.GenerateKey(rand.Reader, 2048)) })
	ecKey  = sync.OnceValue(func() *ecdsa.PrivateKey { return must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader)) })
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func newKey(id string, private crypto.PrivateKey) jose.JSONWebKey {
	return jose.JSONWebKey{Key: private, KeyID: id, Use: "sig"}
}

// validClaims are the claims of a valid token.
func validClaims() map[string]any {
	now := time.Now()
	return map[string]any{
		"iss": "https://login.example", "aud": []string{"other", "graph"}, "sub": "s3cr3t-subject",
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(), "scope": "openid personal:read",
	}
}

// sign returns a signed token. Its header has the kid unless id is empty.
func sign(t testing.TB, key any, id string, algorithm jose.SignatureAlgorithm, claims any) string {
	t.Helper()
	options := (&jose.SignerOptions{}).WithType("JWT")
	if id != "" {
		options = options.WithHeader("kid", id)
	}
	return signWith(t, jose.SigningKey{Algorithm: algorithm, Key: key}, options, claims)
}

func signWith(t testing.TB, key jose.SigningKey, options *jose.SignerOptions, claims any) string {
	t.Helper()
	text, err := json.Marshal(claims)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(key, options)
	if err != nil {
		t.Fatal(err)
	}
	return must(must(signer.Sign(text)).CompactSerialize())
}

// config configures an Authenticator for tokens of this issuer.
func (i *issuer) config(t testing.TB) auth.Config {
	t.Helper()
	return auth.Config{
		JWT: &auth.JWT{
			Issuer: "https://login.example", Audience: "graph", URL: "https://login.example/keys?s3cr3t", Transport: i,
			Algorithms: []string{"RS256", "ES256"}, Leeway: 30 * time.Second, ScopesClaim: "scope",
		},
		Log: slog.New(slog.DiscardHandler),
	}
}

func open(t testing.TB, c auth.Config) *auth.Authenticator {
	t.Helper()
	a, err := auth.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// authenticateToken authenticates a request with a bearer token.
func authenticateToken(a *auth.Authenticator, token string) (*auth.Caller, error) {
	return a.Authenticate(context.Background(), http.Header{"Authorization": {"Bearer " + token}})
}
