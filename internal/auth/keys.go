package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/accountgraph/accountgraph/internal/network"
	"github.com/accountgraph/accountgraph/internal/singleflight"
)

const (
	// refreshAfter is the age at which keys are fetched again. A revoked key is
	// accepted for up to this long.
	refreshAfter = 10 * time.Minute
	// minFetchInterval is the minimum time between two fetches: an unknown kid
	// triggers at most one fetch per minFetchInterval.
	minFetchInterval = 10 * time.Second
	// maxStale is how long keys are used if they cannot be fetched again.
	maxStale = 24 * time.Hour
	// fetchTimeout limits one fetch.
	fetchTimeout = 5 * time.Second
	// maxSetBytes limits the size of a JWKS.
	maxSetBytes = 1 << 20
)

// keys caches the JWKS of an issuer. It refreshes the set in the background, and
// before it fails a token whose kid is not in the set. Safe for concurrent use.
type keys struct {
	load func(context.Context) ([]byte, error)
	log  *slog.Logger
	// host is that of the URL, for the log; empty for a file.
	host string

	mu          sync.Mutex
	set         []jose.JSONWebKey
	fetchedAt   time.Time // of set
	attemptedAt time.Time // of the last fetch, successful or not
	err         error     // of the last fetch

	fetches singleflight.Group[struct{}, struct{}]
}

func newKeys(c JWT, log *slog.Logger) (*keys, error) {
	k := &keys{log: log}
	if c.URL != "" {
		if parsed, err := url.Parse(c.URL); err == nil {
			k.host = parsed.Host
		}
		k.load = urlLoader(c.URL, c.Transport)
		k.lookup("") // starts the first fetch
		return k, nil
	}
	k.load = func(context.Context) ([]byte, error) { return readFile(c.File) }
	text, err := readFile(c.File)
	if err != nil {
		return nil, err
	}
	set, err := parseKeys(text)
	if err != nil {
		return nil, err
	}
	k.set, k.fetchedAt, k.attemptedAt = set, time.Now(), time.Now()
	return k, nil
}

// find returns the keys with this kid; for an empty kid, the only key of the set. It
// waits for a fetch in flight if there is none.
func (k *keys) find(ctx context.Context, id string) []jose.JSONWebKey {
	if found := k.lookup(id); len(found) > 0 {
		return found
	}
	if _, _, err := k.fetches.Wait(ctx, struct{}{}); err != nil {
		return nil
	}
	return k.lookup(id)
}

// check waits for a fetch in flight and returns the error of the last one.
func (k *keys) check(ctx context.Context) error {
	k.lookup("")
	if _, _, err := k.fetches.Wait(ctx, struct{}{}); err != nil {
		return err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.err
}

// lookup returns the cached keys with this id. If they should be fetched, it starts a
// fetch in the background.
func (k *keys) lookup(id string) []jose.JSONWebKey {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	if now.Sub(k.fetchedAt) > maxStale {
		k.set = nil
	}
	var found []jose.JSONWebKey
	for _, key := range k.set {
		if key.KeyID == id || id == "" && len(k.set) == 1 {
			found = append(found, key)
		}
	}
	if now.Sub(k.attemptedAt) >= minFetchInterval && (len(found) == 0 || now.Sub(k.fetchedAt) >= refreshAfter) {
		k.attemptedAt = now
		k.fetches.Start(context.Background(), []struct{}{{}}, k.refresh)
	}
	return found
}

// refresh fetches the set. If that fails, the cached keys stay in use.
func (k *keys) refresh(ctx context.Context, _ []*singleflight.Call[struct{}, struct{}]) {
	ctx, cancel := context.WithTimeout(ctx, fetchTimeout)
	defer cancel()
	text, err := k.load(ctx)
	var set []jose.JSONWebKey
	if err == nil {
		set, err = parseKeys(text)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case err != nil && k.err == nil:
		message := "JWKS fetch failed, using cached keys"
		if len(k.set) == 0 {
			message = "JWKS fetch failed, no token is accepted until it can be fetched"
		}
		k.log.Warn(message, "host", k.host, "reason", err.Error())
	case err == nil && k.err != nil:
		k.log.Info("JWKS fetch works again")
	}
	k.err = err
	if err == nil {
		k.set, k.fetchedAt = set, time.Now()
	}
}

// parseKeys parses a JWKS. It skips keys that are not for signatures, have an unknown
// type, or are not public, and fails if no key is left.
func parseKeys(text []byte) ([]jose.JSONWebKey, error) {
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(text, &raw) != nil {
		return nil, errors.New("not a JSON Web Key Set")
	}
	var set []jose.JSONWebKey
	for _, member := range raw.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(member) == nil && key.Valid() && key.IsPublic() && (key.Use == "" || key.Use == "sig") {
			set = append(set, key)
		}
	}
	if len(set) == 0 {
		return nil, errors.New("the JSON Web Key Set has no public signature key")
	}
	return slices.Clip(set), nil
}

// urlLoader returns a function that fetches a JWKS. It follows no redirects, and no
// error contains the URL.
func urlLoader(url string, transport http.RoundTripper) func(context.Context) ([]byte, error) {
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return func(ctx context.Context) ([]byte, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, errors.New("the URL is not valid")
		}
		r.Header.Set("Accept", "application/jwk-set+json, application/json")
		response, err := client.Do(r)
		if err != nil {
			return nil, noResponse(err)
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("HTTP status %d", response.StatusCode)
		}
		return readLimited(response.Body)
	}
}

// noResponse describes why there is no response, without the URL.
func noResponse(err error) error {
	if reason := network.Reason(err); reason != "" {
		return errors.New("no response: " + reason)
	}
	return errors.New("no response")
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, errors.New("the file cannot be opened")
	}
	defer func() { _ = file.Close() }()
	return readLimited(file)
}

func readLimited(from io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(from, maxSetBytes+1))
	switch {
	case err != nil:
		return nil, errors.New("reading failed")
	case len(text) > maxSetBytes:
		return nil, fmt.Errorf("larger than %d bytes", maxSetBytes)
	}
	return text, nil
}
