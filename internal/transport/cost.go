package transport

import (
	"context"
	"net/http"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/internal/operation"
	"github.com/accountgraph/accountgraph/internal/pagecache"
)

const (
	// costHeader with the value 1 requests `extensions.cost`.
	costHeader = "Accountgraph-Cost"
	// dryRunHeader with the value 1 requests `extensions.cost` in place of data, without a
	// vendor call.
	dryRunHeader = "Accountgraph-Dry-Run"
)

func isDryRun(h http.Header) bool { return header(h, dryRunHeader) == "1" }

// wantsCost reports whether a response has `extensions.cost`.
func wantsCost(h http.Header) bool { return header(h, costHeader) == "1" || isDryRun(h) }

// operationCost is `extensions.cost`.
type operationCost struct {
	// Objects is what the operation costs of the rate, at most; MaxObjects bounds it.
	Objects     int         `json:"objects"`
	MaxObjects  int         `json:"maxObjects"`
	VendorCalls vendorCalls `json:"vendorCalls"`
}

// vendorCalls are vendor calls of one operation, of all providers. Those in the background
// (stale entries, an index) and retries are not counted.
type vendorCalls struct {
	AtMost int `json:"atMost"`
	// Made is set for an operation that was executed, Now and Exact for a dry run. Now counts
	// the calls that the caches lack, of those that are known before any response. If it is not
	// Exact, it is no bound: others may follow, which depend on the responses; a list that is
	// full needs no call to the providers after those that filled it, and not always the page
	// that is read ahead.
	Made      *int            `json:"made,omitempty"`
	Now       *int            `json:"now,omitempty"`
	Exact     *bool           `json:"exact,omitempty"`
	Providers []providerCalls `json:"providers"`
}

// providerCalls are the vendorCalls of one provider.
type providerCalls struct {
	Provider string `json:"provider"`
	AtMost   int    `json:"atMost"`
	Made     *int   `json:"made,omitempty"`
	Now      *int   `json:"now,omitempty"`
}

// costOf returns the cost of an operation that was executed, or of a dry run.
func (t *transport) costOf(oc *graphql.OperationContext, op *operation.Operation, objects int) operationCost {
	cost := operationCost{Objects: objects, MaxObjects: t.validator.Limits().Cost}
	var calls map[string]int
	total := new(int)
	if op.DryRun == nil {
		calls = madeCalls(op.Trace)
		cost.VendorCalls.Made = total
	} else {
		var exact bool
		calls, exact = op.DryRun.Calls()
		cost.VendorCalls.Now, cost.VendorCalls.Exact = total, &exact
	}
	reached := reachedProviders(oc, t.options.Directory.Providers())
	cost.VendorCalls.Providers = make([]providerCalls, 0, len(reached))
	for _, name := range reached {
		p := providerCalls{Provider: name, AtMost: t.options.CallsPerProvider}
		if n := calls[name]; op.DryRun == nil {
			p.Made = &n
		} else {
			p.Now = &n
		}
		*total += calls[name]
		cost.VendorCalls.AtMost += p.AtMost
		cost.VendorCalls.Providers = append(cost.VendorCalls.Providers, p)
	}
	return cost
}

// madeCalls returns the number of vendor calls by the name of the provider.
func madeCalls(trace *operation.Trace) map[string]int {
	calls := map[string]int{}
	for _, c := range trace.Calls() {
		if c.Source == pagecache.FromVendor {
			calls[c.Provider]++
		}
	}
	return calls
}

// dryRun returns the cost of an operation. A query is executed with what is cached, and its
// data is dropped; a mutation is not executed.
func (t *transport) dryRun(ctx context.Context, oc *graphql.OperationContext, op *operation.Operation, objects int, exec graphql.GraphExecutor) result {
	op.DryRun = operation.NewDryRun()
	if oc.Operation.Operation == ast.Mutation {
		op.DryRun.AddUnknown()
	} else {
		run, ctx := exec.DispatchOperation(operation.With(ctx, op), oc)
		if run(ctx) == nil {
			return canceled()
		}
	}
	return result{data: []byte("{}"), extensions: marshal(map[string]any{"cost": t.costOf(oc, op, objects)})}
}
