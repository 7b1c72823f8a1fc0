package server

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/pagecache"
	"github.com/accountgraph/accountgraph/providers"
)

// Check tests a configuration against the vendors, the JWKS and Redis, without serving.
type Check struct {
	config        *config.Config
	providers     []providers.Provider
	authenticator *auth.Authenticator
}

// NewCheck builds what New builds, but without cache and log. Its errors are errors
// of the configuration.
func NewCheck(o Options) (*Check, error) {
	authenticator, err := openAuthenticator(o.Config.Server.Auth, slog.New(slog.DiscardHandler))
	if err != nil {
		return nil, err
	}
	if _, err := openManifest(o.Config, o.Schema); err != nil {
		return nil, err
	}
	if o.Config.Server.TLS.IsSet() {
		if _, err := readCertificate(o.Config.Server.TLS); err != nil {
			return nil, err
		}
	}
	all, err := openProviders(o.Config, nil, o.VendorTransport, observers{})
	if err != nil {
		return nil, err
	}
	return &Check{o.Config, all, authenticator}, nil
}

// Run calls every provider once, and once more for each of its settings that name something of
// the vendor, fetches the JWKS and connects to Redis. A provider without a token is skipped.
func (c *Check) Run(ctx context.Context) CheckResult {
	var r CheckResult
	var wg sync.WaitGroup
	r.Providers = make([]ProviderResult, len(c.providers))
	for i, provider := range c.providers {
		wg.Go(func() { r.Providers[i] = checkProvider(ctx, provider, c.config.Providers[i].Token.Empty()) })
	}
	if jwt := c.config.Server.Auth.JWT; c.authenticator.UsesJWT() {
		wg.Go(func() {
			r.JWKS = newServiceResult(cmp.Or(withoutQuery(jwt.JWKS), jwt.JWKSFile), c.authenticator.Check(ctx))
		})
	}
	if settings := cacheConfig(c.config); !c.config.Cache.Redis.Empty() {
		wg.Go(func() {
			r.Redis = newServiceResult(pagecache.RedisTarget(settings), pagecache.CheckRedis(ctx, settings))
		})
	}
	wg.Wait()
	r.OK = r.Err() == nil
	return r
}

// withoutQuery returns a URL without user, query and fragment, which may hold a credential.
func withoutQuery(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	u.User, u.RawQuery, u.Fragment = nil, "", ""
	return u.String()
}

// checkProvider calls a provider, and tests its settings if the vendor accepts the credential.
func checkProvider(ctx context.Context, p providers.Provider, skip bool) ProviderResult {
	connection := p.Connection()
	r := ProviderResult{
		Name: connection.Name, Vendor: string(connection.Vendor), BaseURL: connection.BaseURL, Result: resultOK, Settings: []SettingResult{},
	}
	if skip {
		r.Result = resultSkipped
		return r
	}
	start := time.Now()
	err := p.Check(ctx)
	if settings, ok := p.(providers.SettingsChecker); ok && (err == nil || isOfOneObject(err)) {
		for _, check := range settings.CheckSettings(ctx) {
			if err == nil || !check.Untested {
				r.Settings = append(r.Settings, newSettingResult(check))
			}
		}
	}
	r.ElapsedMS = time.Since(start).Milliseconds()
	failed := r.failedSettings()
	switch {
	case len(failed) > 0:
		r.Result, r.Failure = resultFailed, failed[0].Failure
		r.Message = failed[0].text()
	case err != nil:
		r.Result, r.Failure = resultFailed, newFailure(err)
		if r.HTTPStatus == http.StatusNotFound {
			r.Message += "; is baseURL right?"
		}
	}
	return r
}

// isOfOneObject reports whether a call may have failed because of the object that it read.
func isOfOneObject(err error) bool {
	var e *providers.Error
	return errors.As(err, &e) && (e.Kind == providers.NotFound || e.Kind == providers.Forbidden || e.Kind == providers.BadResponse)
}
