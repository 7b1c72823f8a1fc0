package simulation_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/upstream"
)

// caller acts at random, as the seed says.
type caller struct {
	*world
	id   string
	rand *rand.Rand
}

// reader is one operation that reads.
type reader struct {
	site
	owner string
	start time.Time
	// due is when it must have returned.
	due time.Time
	// calls is the number of vendor calls that it may make; calls made so far.
	budget, calls int
	// uncached readers share nothing.
	uncached bool
	// epoch is that of the owner when it started.
	epoch int
}

// readerKey is the key under which a context carries its reader: vendors see who began a
// call.
type readerKey struct{}

func (c *caller) pause() time.Duration {
	if c.rand.IntN(3) == 0 {
		return time.Duration(1 + c.rand.IntN(int(20*time.Millisecond)))
	}
	return time.Duration(1 + c.rand.IntN(int(6*time.Second)))
}

// act runs one operation.
func (c *caller) act() {
	provider := site{providerNames[c.rand.IntN(len(providerNames))], c.rand.IntN(c.plan.replicas)}
	owner := credentials[c.rand.IntN(len(credentials))]
	client := c.clients[clientOf{provider, owner}]
	action, cost := c.rand.IntN(100), 1+c.rand.IntN(60)
	if !c.charge(cost) {
		return
	}
	switch {
	case action < 2:
		c.audit.invalidate(provider, owner, "", func() { client.Invalidate(c.t.Context(), nil) })
	case action < 6:
		id := objectIDs[c.rand.IntN(len(objectIDs))]
		c.audit.invalidate(provider, owner, objectsPath+"/"+id, func() { client.Invalidate(c.t.Context(), client.IDs(model.TypeUser, id)) })
	case action < 10:
		path := paths[c.rand.IntN(len(paths)-1)]
		c.audit.invalidate(provider, owner, path, func() { client.Invalidate(c.t.Context(), client.IDs(model.TypeAccount, path)) })
	case action < 35:
		c.readObjects(client, provider, owner)
	case action < 40:
		c.readPage(client.Uncached(), provider, owner, true)
	default:
		c.readPage(client, provider, owner, false)
	}
}

// charge spends a part of the caller's quota, and sometimes gets it back.
func (c *caller) charge(cost int) bool {
	c.audit.mu.Lock()
	state, allowed := c.limiter.Charge(c.t.Context(), c.id, cost)
	c.audit.charge(c.id, min(cost, c.plan.quota), state, allowed)
	if allowed && c.rand.IntN(10) == 0 {
		c.limiter.Refund(c.t.Context(), c.id, cost)
		c.audit.refund(c.id, min(cost, c.plan.quota))
	}
	c.audit.mu.Unlock()
	return allowed
}

// begin returns the context of an operation, which ends at a deadline, or before it.
func (c *caller) begin(provider site, owner string) (context.Context, context.CancelFunc, *reader) {
	now := time.Now()
	r := &reader{site: provider, owner: owner, start: now, budget: 1 + c.rand.IntN(4), due: now.Add(5 * time.Minute), epoch: c.audit.epoch(provider.provider, owner)}
	ctx := context.WithValue(c.t.Context(), readerKey{}, r)
	ctx = operation.With(ctx, &operation.Operation{CallerID: c.id, Budget: operation.NewCallBudget(r.budget), Trace: operation.NewTrace(), Jobs: operation.NewJobs()})
	limit := time.Duration(1 + c.rand.IntN(int(10*time.Second)))
	switch c.rand.IntN(10) {
	case 0: // no deadline
		return ctx, func() {}, r
	case 1, 2: // the client disconnects
		r.due = now.Add(limit / 20)
		ctx, cancel := context.WithCancel(ctx)
		timer := time.AfterFunc(limit/20, cancel)
		return ctx, func() { timer.Stop(); cancel() }, r
	case 3:
		r.due = now.Add(limit)
	default:
		r.due = now.Add(10 * time.Second)
	}
	ctx, cancel := context.WithDeadline(ctx, r.due)
	return ctx, cancel, r
}

// page is a decoded page.
type page struct{ stamp }

func decodePage(body []byte) (page, error) {
	var p page
	err := json.Unmarshal(body, &p)
	return p, err
}

func (c *caller) readPage(client *upstream.Client, provider site, owner string, uncached bool) {
	path := paths[c.rand.IntN(len(paths)-1)]
	ctx, cancel, r := c.begin(provider, owner)
	defer cancel()
	r.uncached = uncached
	got, err := upstream.Read(ctx, client, upstream.Request{Path: path, Tags: client.IDs(model.TypeAccount, path)}, decodePage)
	c.audit.returned(r)
	if err != nil {
		c.audit.checkError(r, path, err)
		return
	}
	c.audit.checkValue(r, path, got.Value.stamp, got.Freshness)
}

// objects are read two at a time.
var objects = upstream.BatchRequest[*model.User]{
	Kind: "object", PerCall: 2,
	Request: func(ids []string) (upstream.Request, error) {
		return upstream.Request{Path: objectsPath, Query: strings.Join(ids, ",")}, nil
	},
	Rows: func(body []byte) (map[string]json.RawMessage, error) {
		var rows map[string]json.RawMessage
		return rows, json.Unmarshal(body, &rows)
	},
	Decode: func(row []byte) (*model.User, error) {
		var s stamp
		if err := json.Unmarshal(row, &s); err != nil {
			return nil, err
		}
		text := string(row)
		id := strings.TrimPrefix(s.Path, objectsPath+"/")
		return &model.User{Entity: model.NewEntity(&model.Provider{Name: s.Provider}, model.TypeUser, id), Name: &text}, nil
	},
}

func (c *caller) readObjects(client *upstream.Client, provider site, owner string) {
	var ids []string
	for range 1 + c.rand.IntN(5) {
		ids = append(ids, objectIDs[c.rand.IntN(len(objectIDs))])
	}
	ctx, cancel, r := c.begin(provider, owner)
	defer cancel()
	got := objects.Get(ctx, client, ids)
	c.audit.returned(r)
	for _, id := range ids {
		user, err := got.Objects[id], got.Failed[id]
		switch {
		case err != nil:
			c.audit.checkError(r, objectsPath, err)
		case user != nil:
			var s stamp
			if err := json.Unmarshal([]byte(*user.Name), &s); err != nil {
				c.audit.fail("an object is damaged: %v", err)
			}
			c.audit.checkValue(r, objectsPath+"/"+id, s, model.Freshness{Stale: true})
		case id != "none":
			c.audit.fail("%s of %s: the object %s is neither found nor failed", owner, provider, id)
		}
	}
	if _, ok := got.Objects["none"]; ok {
		c.audit.fail("an object that does not exist was found")
	}
}
