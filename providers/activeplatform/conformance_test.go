package activeplatform_test

import (
	"strconv"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers"
	"github.com/accountgraph/accountgraph/providers/activeplatform/activeplatformfake"
	"github.com/accountgraph/accountgraph/providers/providertest"
)

func TestConformance(t *testing.T) { providertest.Run(t, conformanceSubject()) }

func conformanceSubject() providertest.Subject {
	return providertest.Subject{
		New: func(t *testing.T, baseURL, token string, timeout time.Duration) providers.Provider {
			return newProvider(t, baseURL, token, timeout)
		},
		Serve: func(t *testing.T) (string, *fakevendor.Control) {
			fake := activeplatformfake.New(token)
			return serve(t, fake), &fake.Control
		},
		Token:    token,
		Accounts: []string{strconv.Itoa(activeplatformfake.AccountID(0)), strconv.Itoa(activeplatformfake.AccountID(57))},
		Users:    []string{strconv.Itoa(activeplatformfake.UserID(60)), strconv.Itoa(activeplatformfake.UserID(123))},
	}
}
