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

// JWT says which tokens are believed: JSON Web Tokens that are signed by one
// issuer, for one audience, and that end.
type JWT struct {
	Issuer, Audience string
	// URL or File is where the issuer's keys are, as a JSON Web Key Set.
	URL, File string
	// Algorithms are those that a signature may have.
	Algorithms []string
	// Leeway is how far clocks may be apart.
	Leeway time.Duration
	// ScopesClaim names the claim that holds the scopes: one text with spaces
	// between them, or a list.
	ScopesClaim string
	// Transport asks the URL; nil stands for http.DefaultTransport.
	Transport http.RoundTripper
}

// jwtVerifier makes callers of tokens.
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

// caller is the one that the token in these headers names.
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

// verify reads the claims of a token that one of the issuer's keys has signed.
func (t *jwtVerifier) verify(ctx context.Context, token *jwt.JSONWebToken, claims ...any) bool {
	header := token.Headers[0]
	for _, key := range t.keys.find(ctx, header.KeyID) {
		if key.Algorithm != "" && key.Algorithm != header.Algorithm {
			continue // a key is for one algorithm
		}
		if token.Claims(key.Key, claims...) == nil {
			return true
		}
	}
	return false
}

// callerFromClaims makes a caller of claims that the issuer has signed.
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
	return &Caller{Subject: providers.NewSecret(claims.Subject), Scopes: scopes}, nil
}

// scopesOf reads a claim with scopes. A token without it has none.
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
