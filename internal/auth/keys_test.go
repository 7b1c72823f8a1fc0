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

func rsaAgain() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) }

// TestKeysChange goes through the life of an issuer, on a clock of its own.
func TestKeysChange(t *testing.T) {
	first, second := rsaKey(), must(rsaAgain())
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{keys: []jose.JSONWebKey{newKey("1", first)}}
		gate := open(t, i.config(t))
		believes := func(what, id string, key *rsa.PrivateKey, want bool) {
			t.Helper()
			if _, err := bring(gate, sign(t, key, id, jose.RS256, good())); (err == nil) != want {
				t.Errorf("%s: %v", what, err)
			}
			synctest.Wait()
		}
		asked := func(what string, want int32) {
			t.Helper()
			if got := i.asked.Swap(0); got != want {
				t.Errorf("%s: the issuer was asked %d times, not %d", what, got, want)
			}
		}

		synctest.Wait()
		asked("nobody came", 1)
		believes("the first key", "1", first, true)
		believes("the first key again", "1", first, true)
		asked("the first tokens", 0)

		time.Sleep(time.Minute)
		i.publish(newKey("1", first), newKey("2", second))
		believes("a new key", "2", second, true)
		asked("a new key", 1)

		for range 100 {
			believes("a key that nobody knows", "3", second, false)
		}
		asked("keys that nobody knows, at once", 0)
		time.Sleep(10 * time.Second)
		for range 100 {
			believes("a key that nobody knows", "3", second, false)
		}
		asked("keys that nobody knows, later", 1)

		i.publish(newKey("2", second))
		believes("a key that was taken back just now", "1", first, true)
		time.Sleep(11 * time.Minute)
		believes("a key that was taken back, while it is found out", "1", first, true)
		believes("a key that was taken back", "1", first, false)
		asked("old keys", 1)

		i.fail(true)
		for range 100 {
			time.Sleep(14 * time.Minute)
			believes("the issuer is down", "2", second, true)
		}
		asked("the issuer is down", 100)
		time.Sleep(time.Hour)
		believes("the issuer is down for a day", "2", second, false)
		i.fail(false)
		time.Sleep(10 * time.Second)
		believes("the issuer is back", "2", second, true)

		i.answer = `{"keys": []}`
		time.Sleep(11 * time.Minute)
		believes("a set without keys, while it is found out", "2", second, true)
		believes("a set without keys", "2", second, true)
	})
}

// TestManyAskAtOnce holds that one reading serves all who wait for it.
func TestManyAskAtOnce(t *testing.T) {
	key := rsaKey()
	synctest.Test(t, func(t *testing.T) {
		i := &issuer{keys: []jose.JSONWebKey{newKey("1", key)}, hold: make(chan struct{})}
		gate := open(t, i.config(t))
		token := sign(t, key, "1", jose.RS256, good())
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if _, err := bring(gate, token); err != nil {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		close(i.hold)
		all.Wait()
		if got := i.asked.Load(); got != 1 {
			t.Errorf("the issuer was asked %d times", got)
		}
	})
}

// TestAnIssuerThatHangs holds that nobody waits for long, and that who has gone
// does not wait at all.
func TestAnIssuerThatHangs(t *testing.T) {
	key := rsaKey()
	synctest.Test(t, func(t *testing.T) {
		c := (&issuer{}).config(t)
		c.JWT.Transport = hanging{}
		gate, began := open(t, c), time.Now()
		token := sign(t, key, "1", jose.RS256, good())
		if _, err := bring(gate, token); err == nil || time.Since(began) != 5*time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

type hanging struct{}

func (hanging) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// TestTheLogTellsOfTheIssuer holds that it is told once of each change, without the
// address.
func TestTheLogTellsOfTheIssuer(t *testing.T) {
	key := rsaKey()
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		i := &issuer{keys: []jose.JSONWebKey{newKey("1", key)}, fails: true}
		c := i.config(t)
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
		gate := open(t, c)
		for round := range 6 {
			i.fail(round < 3)
			_, _ = bring(gate, sign(t, key, "unknown", jose.RS256, good()))
			synctest.Wait()
			time.Sleep(10 * time.Second)
		}
		if got := log.String(); strings.Count(got, "\n") != 2 || !strings.Contains(got, "cannot be read") || !strings.Contains(got, "read again") || strings.Contains(got, "s3cr3t") {
			t.Errorf("the log: %s", got)
		}
	})
}

func TestWhatIsNoSet(t *testing.T) {
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
		token := sign(t, rsaKey(), "1", jose.RS256, good())
		c := (&issuer{answer: test.text}).config(t)
		if _, err := bring(open(t, c), token); (err == nil) != test.want {
			t.Errorf("%s at a URL: %v", name, err)
		}
		c.JWT.URL, c.JWT.File = "", path
		gate, err := auth.New(c)
		if (err == nil) != test.want {
			t.Errorf("%s in a file: %v", name, err)
		}
		if _, err := bring(gate, token); (err == nil) != test.want {
			t.Errorf("%s in a file, for a caller: %v", name, err)
		}
	}
}

// TestAFileIsReadAgain holds that keys in a file can change, too.
func TestAFileIsReadAgain(t *testing.T) {
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
		gate := open(t, c)
		time.Sleep(time.Minute)
		publish("2")
		if _, err := bring(gate, sign(t, key, "2", jose.RS256, good())); err != nil {
			t.Error(err)
		}
	})
	c := (&issuer{}).config(t)
	c.JWT.URL, c.JWT.File = "", path+".missing"
	if gate, err := auth.New(c); gate != nil || err == nil || strings.Contains(err.Error(), path) {
		t.Errorf("a file that is not there: %v", err)
	}
}

// TestAnIssuerElsewhere holds that keys come from the configured place alone.
func TestAnIssuerElsewhere(t *testing.T) {
	i := &issuer{keys: []jose.JSONWebKey{newKey("1", rsaKey())}}
	c := i.config(t)
	c.JWT.Transport = redirecting{i}
	if _, err := bring(open(t, c), sign(t, rsaKey(), "1", jose.RS256, good())); err == nil {
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
