package review_test

import (
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/reports/client"
	"github.com/accountgraph/accountgraph/internal/reports/review"
	"github.com/accountgraph/accountgraph/internal/server"
	"github.com/accountgraph/accountgraph/internal/vendors"
	"github.com/accountgraph/accountgraph/resolvers"
)

// newLicense is a server whose vendor has introduced a license: what was BASIC is OTHER.
type newLicense struct{ server http.RoundTripper }

func (n newLicense) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	swap := strings.NewReplacer(`"BASIC"`, `"OTHER"`, `"OTHER"`, `"BASIC"`).Replace
	text := swap(string(body))
	r.Body, r.ContentLength = io.NopCloser(strings.NewReader(text)), int64(len(text))
	response, err := n.server.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if body, err = io.ReadAll(response.Body); err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(strings.NewReader(strings.ReplaceAll(string(body), `"license":"BASIC"`, `"license":"OTHER"`)))
	return response, nil
}

// A license that the graph does not know may be paid: its members are not left out.
func TestLicenses_Unknown(t *testing.T) {
	t.Parallel()
	cfg, err := config.Parse("test", []byte(startVendors(t).Config()), func(string) (string, bool) { return "", false }, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Options{Config: cfg, Schema: resolvers.New(), Log: slog.New(slog.DiscardHandler), Embedded: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	transport := newLicense{client.HandlerTransport{Handler: s.Handler()}}
	rows, _ := run(t, "licenses", review.Options{Client: client.New(client.Options{URL: client.HandlerURL, Transport: transport}), Stale: age})
	unknown := 0
	for _, row := range rows {
		if row["license"] != "OTHER" {
			continue
		}
		unknown++
		if !strings.Contains(row["evidence"], "may be paid") {
			t.Error(row)
		}
	}
	if unknown == 0 {
		t.Errorf("%d findings, none of an unknown license", len(rows))
	}
}
