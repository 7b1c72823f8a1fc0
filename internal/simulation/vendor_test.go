package simulation_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

var providerNames = []string{"acme", "umbrella"}

// paths are the pages of a vendor; objectsPath takes the ids of objects in the query.
var paths = []string{"/a", "/b", "/c", "/d", "/e", "/f", "/g", "/h", objectsPath}

const objectsPath = "/objects"

// objectIDs are the ids that are requested. The vendor has all but the last one.
var objectIDs = []string{"1", "2", "3", "4", "5", "6", "7", "8", "none"}

// vendor is the simulated API of one provider. Everything that it sends is stamped.
type vendor struct {
	site
	plan  *plan
	audit *auditor
}

// stamp tells of a page or an object where it comes from.
type stamp struct {
	Provider, Owner, Path string
	// Issued is when the vendor received the request.
	Issued time.Time
}

// answer is what a vendor sends after a while.
type answer struct {
	status  int
	body    string
	header  http.Header
	latency time.Duration
	// truncated answers end in the middle of the body.
	truncated bool
	err       error
}

// RoundTrip answers a request, or fails it.
func (v *vendor) RoundTrip(r *http.Request) (*http.Response, error) {
	a := &attempt{
		owner: strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "),
		path:  strings.TrimPrefix(r.URL.Path, "/api"), query: r.URL.RawQuery,
		began: time.Now(), ended: r.Context().Done(),
	}
	a.reader, _ = r.Context().Value(readerKey{}).(*reader)
	a.deadline, _ = r.Context().Deadline()
	v.audit.begin(v.site, a)
	with := v.answer(a)
	timer := time.NewTimer(with.latency)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
		v.audit.end(v.site, a, 0)
		return nil, r.Context().Err()
	}
	v.audit.end(v.site, a, with.status)
	if with.err != nil {
		return nil, with.err
	}
	length := int64(len(with.body))
	if with.truncated {
		with.body = with.body[:len(with.body)/2]
	}
	return &http.Response{StatusCode: with.status, Header: with.header, Body: io.NopCloser(strings.NewReader(with.body)), ContentLength: length}, nil
}

// answer decides how the vendor answers a request that it receives now.
func (v *vendor) answer(a *attempt) answer {
	draw := func() float64 { return v.plan.draw("vendor " + v.provider + a.owner + a.path + a.query) }
	mode, refusal := v.plan.condition(v.provider, a)
	if mode == "anything" {
		mode = modes[int(draw()*float64(len(modes)-1))]
	}
	with := answer{
		status: http.StatusOK, header: http.Header{"Content-Type": {"application/json"}},
		latency: 5*time.Millisecond + time.Duration(draw()*float64(200*time.Millisecond)),
	}
	switch {
	case mode == "refusing":
		with.err = errors.New("connection reset by peer")
	case mode == "hanging":
		with.latency = time.Hour
	case mode == "down":
		with.status = []int{500, 502, 503, 504}[int(draw()*4)]
	case mode == "flapping" && draw() < 0.5:
		with.status = http.StatusServiceUnavailable
	case mode == "limiting" && draw() < 0.7:
		with.status = http.StatusTooManyRequests
		v.setRetryAfter(with.header, draw())
	case refusal != "":
		with.status, _ = strconv.Atoi(refusal)
	case mode == "garbled":
		with.header.Set("Content-Type", []string{"application/json", "text/html"}[int(draw()*2)])
		with.body = "[]"
		return with
	default:
		with.body = v.body(a)
		with.truncated = mode == "truncating" && draw() < 0.5
	}
	if mode == "slow" {
		with.latency *= 40
	}
	return with
}

// setRetryAfter sets no header, seconds, or a date by the vendor's clock or the client's.
func (v *vendor) setRetryAfter(h http.Header, draw float64) {
	seconds := int(draw * 8)
	switch seconds % 4 {
	case 0:
	case 1:
		h.Set("Retry-After", strconv.Itoa(seconds))
	case 2:
		h.Set("Date", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
		h.Set("Retry-After", time.Now().Add(time.Hour+time.Duration(seconds)*time.Second).UTC().Format(http.TimeFormat))
	case 3:
		h.Set("Retry-After", v.plan.wallNow().Add(time.Duration(seconds)*time.Second).UTC().Format(http.TimeFormat))
	}
}

// body is the page or the objects that were requested, stamped.
func (v *vendor) body(a *attempt) string {
	s := stamp{Provider: v.provider, Owner: a.owner, Path: a.path, Issued: a.began}
	if a.path != objectsPath {
		return encode(s)
	}
	rows := map[string]stamp{}
	for _, id := range strings.Split(a.query, ",") {
		if id != "none" {
			s.Path = a.path + "/" + id
			rows[id] = s
		}
	}
	return encode(rows)
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// condition is the mode of a vendor, and the status with which it refuses a request.
func (p *plan) condition(provider string, a *attempt) (mode, refusal string) {
	mode = p.during(p.modes[provider])
	if p.recovered.Load() || mode == "" {
		return "healthy", ""
	}
	if refusal = p.during(p.refusals[provider+a.owner]); refusal == "" {
		refusal = p.during(p.refusals[provider+a.path])
	}
	return mode, refusal
}
