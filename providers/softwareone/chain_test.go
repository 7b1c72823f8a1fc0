package softwareone_test

import (
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/softwareone"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// slowRecorder is a slow transport to a simulator that records how many calls run at the
// same time.
type slowRecorder struct {
	sizeRecorder
	mu                  sync.Mutex
	calls, running, top int
}

func (s *slowRecorder) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.calls, s.running = s.calls+1, s.running+1
	s.top = max(s.top, s.running)
	s.mu.Unlock()
	<-time.After(20 * time.Millisecond)
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.running--
	}()
	return s.sizeRecorder.RoundTrip(r)
}

// The pages of an account's users that are searched for one of them, and those of a user's
// accounts, are read together.
func TestMemberships_ReadPagesTogether(t *testing.T) {
	for name, c := range map[string]struct {
		rows, maxCalls int
		read           func(c providers.Collection[*model.Membership]) int
	}{
		"members": {10, 20, func(c providers.Collection[*model.Membership]) int {
			return len(c.Get(t.Context(), []string{softwareonefake.FirstAccount + "/" + softwareonefake.EverywhereUser}).Objects)
		}},
		"accounts": {1, 12, func(c providers.Collection[*model.Membership]) int {
			page, err := c.Page(t.Context(), listOf(model.TypeUser, softwareonefake.EverywhereUser), "")
			if err != nil {
				t.Error(err)
				return 0
			}
			return len(page.Items)
		}},
	} {
		s := &slowRecorder{sizeRecorder: sizeRecorder{fake: softwareonefake.New(token)}}
		s.fake.NoUserFilter, s.fake.MaxRows, s.fake.Hide = true, c.rows, []string{"User.accounts"}
		p, err := softwareone.New(upstream.Config{
			Provider:  &model.Provider{Name: "s1", Vendor: model.SoftwareOne, BaseURL: "https://api.example/public"},
			Transport: s, MaxConcurrent: 8,
		}, providers.NewSecret(token), softwareone.Options{})
		if err != nil {
			t.Fatal(err)
		}
		n := c.read(p.Collections().Memberships)
		s.mu.Lock()
		if n == 0 || s.top < 2 || s.calls > c.maxCalls {
			t.Errorf("%s: %d memberships, %d calls, of which %d at the same time", name, n, s.calls, s.top)
		}
		s.mu.Unlock()
	}
}
