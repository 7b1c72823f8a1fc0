package auth_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/accountgraph/accountgraph/internal/auth"
)

func newRSAKey() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }

// TestKeys_Rotation follows an issuer through key rotation, an outage and recovery.
func TestKeys_Rotation(t *testing.T) {
	first, second := rsaKey(), must(newRSAKey())
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{keys: []jose.JSONWebKey{newKey("1", first)}}
		a := open(t, i.config(t))
		wantValid := func(what, id string, key *rsa.PrivateKey, want bool) {
			t.Helper()
			if _, err := authenticateToken(a, sign(t, key, id, jose.RS256, validClaims())); (err == nil) != want {
				t.Errorf("%s: %v", what, err)
			}
			synctest.Wait()
		}
		wantFetches := func(what string, want int32) {
			t.Helper()
			if got := i.fetches.Swap(0); got != want {
				t.Errorf("%s: %d fetches, want %d", what, got, want)
			}
		}

		synctest.Wait()
		wantFetches("at start", 1)
		wantValid("the first key", "1", first, true)
		wantValid("the first key again", "1", first, true)
		wantFetches("the first tokens", 0)

		time.Sleep(time.Minute)
		i.publish(newKey("1", first), newKey("2", second))
		wantValid("a new key", "2", second, true)
		wantFetches("a new key", 1)

		for range 100 {
			wantValid("unknown kid", "3", second, false)
		}
		wantFetches("unknown kids within minFetchInterval", 0)
		time.Sleep(10 * time.Second)
		for range 100 {
			wantValid("unknown kid", "3", second, false)
		}
		wantFetches("unknown kids after minFetchInterval", 1)

		i.publish(newKey("2", second))
		wantValid("key revoked just now", "1", first, true)
		time.Sleep(11 * time.Minute)
		wantValid("revoked key, first request after refreshAfter", "1", first, true)
		wantValid("revoked key", "1", first, false)
		wantFetches("old keys", 1)

		i.fail(true)
		for range 100 {
			time.Sleep(14 * time.Minute)
			wantValid("the issuer is down", "2", second, true)
		}
		wantFetches("the issuer is down", 100)
		time.Sleep(time.Hour)
		wantValid("issuer down for maxStale", "2", second, false)
		i.fail(false)
		time.Sleep(10 * time.Second)
		wantValid("the issuer is back", "2", second, true)

		i.body = `{"keys": []}`
		time.Sleep(11 * time.Minute)
		wantValid("empty set, first request", "2", second, true)
		wantValid("empty set", "2", second, true)
	})
}

// TestKeys_CoalescesConcurrentFetches: requests that wait for keys share one fetch.
func TestKeys_CoalescesConcurrentFetches(t *testing.T) {
	key := rsaKey()
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{keys: []jose.JSONWebKey{newKey("1", key)}, hold: make(chan struct{})}
		a := open(t, i.config(t))
		token := sign(t, key, "1", jose.RS256, validClaims())
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if _, err := authenticateToken(a, token); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		close(i.hold)
		all.Wait()
		if got := i.fetches.Load(); got != 1 {
			t.Errorf("%d fetches, want 1", got)
		}
	})
}

// TestKeys_FetchTimeout: a request waits for a hanging issuer for fetchTimeout only.
func TestKeys_FetchTimeout(t *testing.T) {
	key := rsaKey()
	synctest.Test(t, func(t *testing.T) {
		c := (&issuer{}).config(t)
		c.JWT.Transport = hanging{}
		a, start := open(t, c), time.Now()
		token := sign(t, key, "1", jose.RS256, validClaims())
		if _, err := authenticateToken(a, token); err == nil || time.Since(start) != 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
	})
}

type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestKeys_LogsFetchFailureOnce: the log has one line per change of state, without the
// URL.
func TestKeys_LogsFetchFailureOnce(t *testing.T) {
	key := rsaKey()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		i := &issuer{keys: []jose.JSONWebKey{newKey("1", key)}, fails: true}
		c := i.config(t)
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
		a := open(t, c)
		for round := range 6 {
			i.fail(round < 3)
			_, _ = authenticateToken(a, sign(t, key, "unknown", jose.RS256, validClaims()))
			synctest.Wait()
			time.Sleep(10 * time.Second)
		}
		if got := log.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "JWKS fetch failed") || !strings.Contains(got, "JWKS fetch works again") || strings.Contains(got, "s3cr3t") {
			t.Errorf("the log: %s", got)
		}
	})
}

func TestParseKeys_Invalid(t *testing.T) {
	key := newKey("1", rsaKey())
	public := (&issuer{keys: []jose.JSONWebKey{key}}).set()
	private := string(must(key.MarshalJSON()))
	for name, test := range map[string]struct {
		text string
		want bool
	}{
		"a set":                        {public, true},
		"a key of another kind beside": {strings.Replace(public, `"keys":[`, `"keys":[{"kty":"future","kid":"1"},{"kty":"EC","crv":"secp256k1","x":"AA","y":"AA"},7,`, 1), true},
		"a private key":                {`{"keys":[` + private + `]}`, false},
		"a shared secret":              {`{"keys":[{"kty":"oct","kid":"1","k":"c2VjcmV0"}]}`, false},
		"no key":                       {`{"keys":[]}`, false},
		"no set":                       {`{}`, false},
		"no JSON":                      {`<html>Sign in</html>`, false},
		"more than a set can be":       {public + strings.Repeat(" ", 1<<20), false},
	} {
		path := filepath.Join(t.TempDir(), "keys.json")
		if err := os.WriteFile(path, []byte(test.text), 0o600); err != nil {
			t.Fatal(err)
		}
		token := sign(t, rsaKey(), "1", jose.RS256, validClaims())
		c := (&issuer{body: test.text}).config(t)
		if _, err := authenticateToken(open(t, c), token); (err == nil) != test.want {
			t.Errorf("%s at a URL: %v", name, err)
		}
		c.JWT.URL, c.JWT.File = "", path
		a, err := auth.New(c)
		if (err == nil) != test.want {
			t.Errorf("%s in a file: %v", name, err)
		}
		if _, err := authenticateToken(a, token); (err == nil) != test.want {
			t.Errorf("%s in a file, for a caller: %v", name, err)
		}
	}
}

// TestKeys_FileReload: changed keys in a file are used without a restart.
func TestKeys_FileReload(t *testing.T) {
	key := rsaKey()
	path := filepath.Join(t.TempDir(), "keys.json")
	publish := func(id string) {
		text := (&issuer{keys: []jose.JSONWebKey{newKey(id, key)}}).set()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	publish("1")
	synctest.Test(t, func(t *testing.T) {
		c := (&issuer{}).config(t)
		c.JWT.URL, c.JWT.File = "", path
		a := open(t, c)
		time.Sleep(time.Minute)
		publish("2")
		if _, err := authenticateToken(a, sign(t, key, "2", jose.RS256, validClaims())); err != nil {
			t.Error(err)
		}
	})
	c := (&issuer{}).config(t)
	c.JWT.URL, c.JWT.File = "", path+".missing"
	if a, err := auth.New(c); a != nil || err == nil || strings.Contains(err.Error(), path) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// TestKeys_CrossHostRedirect: a redirect of the JWKS URL is not followed.
func TestKeys_CrossHostRedirect(t *testing.T) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("1", rsaKey())}}
	c := i.config(t)
	c.JWT.Transport = redirecting{i}
	if _, err := authenticateToken(open(t, c), sign(t, rsaKey(), "1", jose.RS256, validClaims())); err == nil {
		t.Error("a redirect was followed")
	}
}

type redirecting struct{ to *issuer }

func (r redirecting) RoundTrip(request *http.Request) (*http.Response, error) {
	response, err := r.to.RoundTrip(request)
	if request.URL.Host == "login.example" && err == nil {
		response.StatusCode, response.Header = http.StatusFound, http.Header{"Location": {"https://elsewhere.example/keys"}}
	}
	return response, err
}
