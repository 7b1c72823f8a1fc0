package server

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/telemetry"
	"github.com/accountgraph/accountgraph/providers"
)

// The values of Result.
const (
	resultOK      = "ok"
	resultFailed  = "failed"
	resultSkipped = "skipped"
)

// CheckResult is what Check has found. As JSON it is what `accountgraph check --json` prints; its
// fields do not change their meaning.
type CheckResult struct {
	// OK is whether nothing has failed.
	OK bool `json:"ok"`
	// Configuration has the problems of the configuration. If there are any, nothing else was
	// tested.
	Configuration []ConfigurationProblem `json:"configuration"`
	// Providers are in the order of the configuration.
	Providers []ProviderResult `json:"providers"`
	// JWKS and Redis are nil if they are not configured.
	JWKS  *ServiceResult `json:"jwks"`
	Redis *ServiceResult `json:"redis"`
}

// ConfigurationProblem is one problem of a configuration. Line and Key are 0 and "" if it has none.
type ConfigurationProblem struct {
	Line    int    `json:"line"`
	Key     string `json:"key"`
	Message string `json:"message"`
}

// Failure tells why something has failed. The zero value is that it has not.
type Failure struct {
	// Code is an outcome of the metric accountgraph_vendor_calls_total, such as unauthenticated;
	// "" for what is no vendor call.
	Code string `json:"code,omitempty"`
	// HTTPStatus is that of the response; 0 without a response.
	HTTPStatus int `json:"httpStatus,omitempty"`
	// Message is for people.
	Message string `json:"message,omitempty"`
}

// ProviderResult is the result of one provider.
type ProviderResult struct {
	Name    string `json:"name"`
	Vendor  string `json:"vendor"`
	BaseURL string `json:"baseURL"`
	// Result is ok, failed, or skipped for a provider without a configured credential.
	Result    string `json:"result"`
	ElapsedMS int64  `json:"elapsedMs"`
	Failure
	// Settings are the values of settings that were tested.
	Settings []SettingResult `json:"settings"`
}

// SettingResult is the result of one value of a setting.
type SettingResult struct {
	Key    string `json:"key"`
	Value  string `json:"value"`
	Result string `json:"result"`
	Failure
}

// ServiceResult is the result of the JWKS or of Redis.
type ServiceResult struct {
	// Target is the URL, the file or the hosts, without a credential.
	Target string `json:"target"`
	Result string `json:"result"`
	Failure
}

func newFailure(err error) Failure {
	var e *providers.Error
	if !errors.As(err, &e) {
		return Failure{Message: err.Error()}
	}
	text := e.Error()
	if e.Provider != nil {
		text = strings.TrimPrefix(text, e.Provider.Name+": ")
	}
	if e.Reason != "" {
		text += ": " + e.Reason
	}
	return Failure{Code: telemetry.Outcome(e.Kind), HTTPStatus: e.HTTPStatus, Message: text}
}

func newSettingResult(c providers.SettingCheck) SettingResult {
	r := SettingResult{Key: c.Key, Value: c.Value, Result: resultOK}
	if c.Err != nil {
		r.Result, r.Failure = resultFailed, newFailure(c.Err)
	}
	return r
}

func newServiceResult(target string, err error) *ServiceResult {
	r := &ServiceResult{Target: target, Result: resultOK}
	if err != nil {
		r.Result, r.Failure = resultFailed, newFailure(err)
	}
	return r
}

// ConfigurationResult returns the result of a configuration that cannot be used.
func ConfigurationResult(err error) CheckResult {
	r := CheckResult{Providers: []ProviderResult{}}
	var e *config.Error
	if !errors.As(err, &e) {
		r.Configuration = []ConfigurationProblem{{Message: err.Error()}}
		return r
	}
	for _, p := range e.Problems {
		r.Configuration = append(r.Configuration, ConfigurationProblem{Line: p.Line, Key: p.Key, Message: p.Text})
	}
	return r
}

// Err says in one line what has failed; it is nil if nothing has.
func (r CheckResult) Err() error {
	var failed []string
	number := 0
	for _, p := range r.Providers {
		if p.Result == resultFailed {
			number++
		}
	}
	switch number {
	case 0:
	case 1:
		failed = append(failed, "1 provider failed")
	default:
		failed = append(failed, fmt.Sprintf("%d providers failed", number))
	}
	if r.JWKS != nil && r.JWKS.Result == resultFailed {
		failed = append(failed, "the JWKS cannot be read")
	}
	if r.Redis != nil && r.Redis.Result == resultFailed {
		failed = append(failed, "the cache cannot use Redis")
	}
	if len(failed) == 0 {
		return nil
	}
	return errors.New(strings.Join(failed, "; "))
}

// Write writes the result as one JSON document, or for people.
func (r CheckResult) Write(w io.Writer, asJSON bool) error {
	if asJSON {
		return r.writeJSON(w)
	}
	return r.writeText(w)
}

func (r CheckResult) writeJSON(w io.Writer) error {
	if r.Configuration == nil {
		r.Configuration = []ConfigurationProblem{}
	}
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(r)
}

// writeText writes a table of the providers, and a line each for the JWKS and Redis.
func (r CheckResult) writeText(w io.Writer) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "PROVIDER\tVENDOR\tBASE URL\tTIME\tRESULT")
	for _, p := range r.Providers {
		fmt.Fprintf(table, "%s\t%s\t%s\t%dms\t%s\n", p.Name, p.Vendor, p.BaseURL, p.ElapsedMS, p.text())
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, service := range []struct {
		name   string
		result *ServiceResult
	}{{"JWKS", r.JWKS}, {"Redis", r.Redis}} {
		if s := service.result; s != nil {
			if _, err := fmt.Fprintf(w, "%s %s: %s\n", service.name, s.Target, s.text(s.Result)); err != nil {
				return err
			}
		}
	}
	return nil
}

func (f Failure) text(result string) string {
	if f.Message == "" {
		return result
	}
	return f.Message
}

// text describes the result of a provider: the settings that failed, or else why the call failed.
func (p ProviderResult) text() string {
	if p.Result == resultSkipped {
		return "skipped: uses caller credentials"
	}
	var failed []string
	for _, s := range p.failedSettings() {
		failed = append(failed, s.text())
	}
	if len(failed) > 0 {
		return strings.Join(failed, "; ")
	}
	return p.Failure.text(p.Result)
}

// failedSettings returns the settings that failed.
func (p ProviderResult) failedSettings() (failed []SettingResult) {
	for _, s := range p.Settings {
		if s.Result == resultFailed {
			failed = append(failed, s)
		}
	}
	return failed
}

// text describes a setting that failed.
func (s SettingResult) text() string {
	return fmt.Sprintf("%s %q: %s", s.Key, s.Value, s.Failure.text(s.Result))
}
