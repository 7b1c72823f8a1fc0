package auth

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/accountgraph/accountgraph/providers"
)

// JWT configures the verification of JSON Web Tokens. A valid token is signed by
// the issuer, is for the audience, and has an expiry.
type JWT struct {
	Issuer, Audience string
	// URL or File locates the issuer's JSON Web Key Set (JWKS). Exactly one is set.
	URL, File string
	// Algorithms are the accepted signature algorithms.
	Algorithms []string
	// Leeway is the accepted clock skew for exp, nbf and iat.
	Leeway time.Duration
	// ScopesClaim is the name of the claim with the scopes: a space-separated string
	// or an array.
	ScopesClaim string
	// Transport fetches the URL; nil means http.DefaultTransport.
	Transport http.RoundTripper
}

// jwtVerifier turns valid tokens into callers. Safe for concurrent use.
type jwtVerifier struct {
	config     JWT
	algorithms []jose.SignatureAlgorithm
	keys       *keys
}

func newJWTVerifier(c JWT, log *slog.Logger) (*jwtVerifier, error) {
	keys, err := newKeys(c, log)
	if err != nil {
		return nil, err
	}
	t := &jwtVerifier{config: c, keys: keys}
	for _, a := range c.Algorithms {
		t.algorithms = append(t.algorithms, jose.SignatureAlgorithm(a))
	}
	return t, nil
}

// caller returns the caller of the bearer token in the Authorization headers. Every
// error is an *Error.
func (t *jwtVerifier) caller(ctx context.Context, headers []string) (*Caller, error) {
	if len(headers) != 1 {
		return nil, errTokenRequired
	}
	scheme, text, _ := strings.Cut(headers[0], " ")
	if !strings.EqualFold(scheme, "Bearer") || text == "" {
		return nil, errTokenRequired
	}
	token, err := jwt.ParseSigned(text, t.algorithms)
	if err != nil || len(token.Headers) != 1 {
		return nil, errInvalidToken
	}
	var claims jwt.Claims
	var all map[string]json.RawMessage
	if !t.verify(ctx, token, &claims, &all) {
		return nil, errInvalidToken
	}
	return t.callerFromClaims(claims, all)
}

// verify decodes the claims of a token and reports whether one of the issuer's keys
// signed it.
func (t *jwtVerifier) verify(ctx context.Context, token *jwt.JSONWebToken, claims ...any) bool {
	header := token.Headers[0]
	for _, key := range t.keys.find(ctx, header.KeyID) {
		if key.Algorithm != "" && key.Algorithm != header.Algorithm {
			continue // RFC 7517: alg restricts the key to one algorithm
		}
		if token.Claims(key.Key, claims...) == nil {
			return true
		}
	}
	return false
}

// callerFromClaims validates verified claims and returns their caller. claims holds
// the registered claims, all of them by name.
func (t *jwtVerifier) callerFromClaims(claims jwt.Claims, all map[string]json.RawMessage) (*Caller, error) {
	expected := jwt.Expected{Issuer: t.config.Issuer, AnyAudience: jwt.Audience{t.config.Audience}}
	switch err := claims.ValidateWithLeeway(expected, t.config.Leeway); {
	case errors.Is(err, jwt.ErrExpired):
		return nil, errExpiredToken
	case err != nil, claims.Expiry == nil:
		return nil, errInvalidToken
	}
	scopes, ok := scopesOf(all[t.config.ScopesClaim])
	if !ok {
		return nil, errInvalidToken
	}
	caller := &Caller{Subject: providers.NewSecret(claims.Subject), ClientID: clientID(all), Scopes: scopes}
	return caller.identified(), nil
}

// clientID returns the client that a token was issued to: the claim client_id of RFC
// 9068, or azp of OpenID Connect.
func clientID(all map[string]json.RawMessage) providers.Secret {
	for _, name := range []string{"client_id", "azp"} {
		var id string
		if json.Unmarshal(all[name], &id) == nil && id != "" {
			return providers.NewSecret(id)
		}
	}
	return providers.Secret{}
}

// scopesOf parses a scopes claim: a space-separated string or an array of strings. A
// missing claim means no scopes. ok is false for any other type.
func scopesOf(claim json.RawMessage) (scopes []string, ok bool) {
	if claim == nil {
		return nil, true
	}
	var text string
	if json.Unmarshal(claim, &text) == nil {
		return strings.Fields(text), true
	}
	return scopes, json.Unmarshal(claim, &scopes) == nil
}
