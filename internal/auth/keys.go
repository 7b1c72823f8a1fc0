package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/accountgraph/accountgraph/internal/singleflight"
)

const (
	// refreshAfter is how long keys are used without being read again: what an issuer takes
	// back is believed for so much longer.
	refreshAfter = 10 * time.Minute
	// minFetchInterval is how long a set is left alone after it has been read, whatever tokens
	// come: keys that nobody knows cost the issuer a request a pause.
	minFetchInterval = 10 * time.Second
	// maxStale is how long keys are used that cannot be read again.
	maxStale = 24 * time.Hour
	// fetchTimeout bounds one reading.
	fetchTimeout = 5 * time.Second
	// maxSetBytes bounds a set, in bytes.
	maxSetBytes = 1 << 20
)

// keys are the keys of an issuer. They are read anew behind the requests, and
// before one that needs a key which is not among them.
type keys struct {
	load func(context.Context) ([]byte, error)
	log  *slog.Logger

	mu          sync.Mutex
	set         []jose.JSONWebKey
	fetchedAt   time.Time // when set was read
	attemptedAt time.Time // when it was last tried
	err         error     // why the last reading failed, or nil

	fetches singleflight.Group[struct{}, struct{}]
}

func newKeys(c JWT, log *slog.Logger) (*keys, error) {
	k := &keys{log: log}
	if c.URL != "" {
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

// find returns the keys of this id, and all where a token names none and there is
// no choice.
func (k *keys) find(ctx context.Context, id string) []jose.JSONWebKey {
	if found := k.lookup(id); len(found) > 0 {
		return found
	}
	if _, _, err := k.fetches.Wait(ctx, struct{}{}); err != nil {
		return nil
	}
	return k.lookup(id)
}

// check waits for a reading that is under way, and tells why the last one failed.
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

// refresh reads the set. Where that fails, the keys that are here stay.
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
		k.log.Warn("the keys of callers' tokens cannot be read; those that are known are used on", "reason", err.Error())
	case err == nil && k.err != nil:
		k.log.Info("the keys of callers' tokens are read again")
	}
	k.err = err
	if err == nil {
		k.set, k.fetchedAt = set, time.Now()
	}
}

// parseKeys reads a set. Keys that are not for signatures, that are not known here
// or that are not public are left out; there must be others.
func parseKeys(text []byte) ([]jose.JSONWebKey, error) {
	var raw struct {
		Keys []json.RawMessage `json:"keys"`
	}
	if json.Unmarshal(text, &raw) != nil {
		return nil, errors.New("not a JSON Web Key Set")
	}
	var set []jose.JSONWebKey
	for _, one := range raw.Keys {
		var key jose.JSONWebKey
		if key.UnmarshalJSON(one) == nil && key.Valid() && key.IsPublic() && (key.Use == "" || key.Use == "sig") {
			set = append(set, key)
		}
	}
	if len(set) == 0 {
		return nil, errors.New("no public key for signatures in the JSON Web Key Set")
	}
	return slices.Clip(set), nil
}

// urlLoader asks for a set. Redirects are not followed, and no error has the URL.
func urlLoader(url string, transport http.RoundTripper) func(context.Context) ([]byte, error) {
	client := &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return func(ctx context.Context) ([]byte, error) {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			return nil, errors.New("not a URL")
		}
		r.Header.Set("Accept", "application/jwk-set+json, application/json")
		response, err := client.Do(r)
		if err != nil {
			return nil, errors.New("no answer")
		}
		defer func() { _ = response.Body.Close() }()
		if response.StatusCode != http.StatusOK {
			return nil, fmt.Errorf("HTTP status %d", response.StatusCode)
		}
		return readLimited(response.Body)
	}
}

func readFile(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, errors.New("the file cannot be read")
	}
	defer func() { _ = file.Close() }()
	return readLimited(file)
}

func readLimited(from io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(from, maxSetBytes+1))
	switch {
	case err != nil:
		return nil, errors.New("cut short")
	case len(text) > maxSetBytes:
		return nil, fmt.Errorf("more than %d bytes", maxSetBytes)
	}
	return text, nil
}
