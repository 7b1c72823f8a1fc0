package transport

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/maypok86/otter/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/accountgraph/accountgraph/internal/auth"
	"github.com/accountgraph/accountgraph/internal/persisted"
	"github.com/accountgraph/accountgraph/internal/responsecache"
)

// maxKnown bounds the requests that knownRequests holds: some 4 MB.
const maxKnown = 10_000

// knownRequests holds what serve found out about requests whose responses were cached, by
// their bodies: while the response is cached, the body need not be decoded again. It knows
// nothing that depends on the caller. Safe for concurrent use.
type knownRequests struct {
	byBody *otter.Cache[bodyDigest, knownRequest]
}

type bodyDigest [sha256.Size]byte

type knownRequest struct {
	// operation is the key of the operation, name its name, and hash that of its document.
	operation  responsecache.Key
	name, hash string
	// gatewayField is a field for gateways that it selects, "" without one.
	gatewayField string
	// trusted is the manifest with which the request was resolved.
	trusted *persisted.Manifest
}

func newKnownRequests() *knownRequests {
	return &knownRequests{otter.Must(&otter.Options[bodyDigest, knownRequest]{
		MaximumSize: maxKnown,
		// Maintenance is cheap; run it in the goroutine that adds.
		Executor: func(f func()) { f() },
	})}
}

// find returns what is known of a body.
func (k *knownRequests) find(body bodyDigest, trusted *persisted.Manifest) (knownRequest, bool) {
	known, ok := k.byBody.GetIfPresent(body)
	return known, ok && known.trusted == trusted
}

func (k *knownRequests) add(body bodyDigest, known knownRequest) {
	known.name = strings.Clone(known.name)
	k.byBody.Set(body, known)
}

// serveKnown fills the response to a known request from the response cache. It reports false
// if the request must be decoded.
func (t *transport) serveKnown(res *response, r *http.Request, caller *auth.Caller, body bodyDigest, access *access) (bool, *httpError) {
	known, ok := t.known.find(body, access.documents.Trusted)
	if !ok || describesExecution(r.Header) || known.gatewayField != "" && t.hidesSDL(access) {
		return false, nil
	}
	if err := requireGateway(caller, known.gatewayField); err != nil {
		return true, err
	}
	entry, ok := t.responses.Lookup(cacheKey(caller, r.Header, known.operation))
	if !ok {
		return false, nil
	}
	t.options.ObserveSource(responsecache.Hit)
	res.request.Type, res.request.Name, res.request.DocumentHash = string(ast.Query), known.name, known.hash
	res.request.From = string(responsecache.Hit)
	entry.Value.fresh = entry.FreshFor
	res.succeed(entry.Value)
	return true, nil
}

// cacheKey covers everything that a result depends on.
func cacheKey(caller *auth.Caller, h http.Header, operation responsecache.Key) responsecache.Key {
	return responsecache.NewKey([]byte(caller.Key()), []byte(header(h, cacheTagsHeader)), operation[:])
}

// operationKey identifies an operation with its variables.
func operationKey(query, name string, variables map[string]any) responsecache.Key {
	var text [2 << 10]byte
	return responsecache.NewKey([]byte(query), []byte(name), appendValue(text[:0], variables))
}

// appendValue appends a value of a variable, so that different values differ: the kind, the
// length of what follows where it varies, and the value.
func appendValue(text []byte, value any) []byte {
	counted := func(kind byte, n int) { text = binary.AppendUvarint(append(text, kind), uint64(n)) }
	switch v := value.(type) {
	case nil:
		return append(text, 'n')
	case bool:
		if v {
			return append(text, 't')
		}
		return append(text, 'f')
	case string:
		counted('s', len(v))
		return append(text, v...)
	case int64:
		return binary.BigEndian.AppendUint64(append(text, 'i'), uint64(v))
	case []any:
		counted('l', len(v))
		for _, element := range v {
			text = appendValue(text, element)
		}
		return text
	case map[string]any:
		counted('o', len(v))
		var few [8]string
		names := slices.AppendSeq(few[:0], maps.Keys(v))
		slices.Sort(names)
		for _, name := range names {
			text = binary.AppendUvarint(text, uint64(len(name)))
			text = appendValue(append(text, name...), v[name])
		}
		return text
	case json.Number:
		counted('d', len(v))
		return append(text, v...)
	}
	encoded := marshal(value)
	counted('j', len(encoded))
	return append(text, encoded...)
}
