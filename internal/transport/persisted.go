package transport

import (
	"context"
	"encoding/json"
	"net/http"

	"github.com/accountgraph/accountgraph/internal/apierror"
	"github.com/accountgraph/accountgraph/internal/persisted"
)

// Documents configure the persisted documents: those that a request may name
// instead of sending their text.
type Documents struct {
	// Trusted are the documents of a manifest; nil is none.
	Trusted *persisted.Manifest
	// Only rejects every document that is not trusted.
	Only bool
	// Automatic enables automatic persisted queries; it has no effect with Only.
	Automatic bool
}

// persistedDocuments finds the documents that requests name.
type persistedDocuments struct {
	Documents
	// apq is nil without automatic persisted queries.
	apq *apqCache
}

func newPersistedDocuments(d Documents, bytes int) *persistedDocuments {
	p := &persistedDocuments{Documents: d}
	if d.Automatic {
		p.apq = newAPQCache(bytes)
	}
	return p
}

// resolve sets the query of a request that names a document. A request with a name
// and a text is rejected unless the name is the document's own hash.
func (p *persistedDocuments) resolve(ctx context.Context, r *request) *httpError {
	switch {
	case r.documentID != "" && r.hash != "":
		return reject(http.StatusBadRequest, apierror.BadRequest, "send either documentId or extensions.persistedQuery, not both")
	case p.Only && r.Query != "":
		return reject(http.StatusBadRequest, apierror.BadRequest, "only trusted documents are allowed: send a documentId and no query")
	case r.documentID != "" && r.Query != "":
		return reject(http.StatusBadRequest, apierror.BadRequest, "send either documentId or query, not both")
	case r.Query != "":
		return p.checkHash(r)
	case r.documentID == "" && r.hash == "":
		return reject(http.StatusBadRequest, apierror.BadRequest, "query is missing")
	}
	text, ok := p.find(ctx, r)
	switch {
	case ok:
		r.Query = text
		return nil
	// Apollo's clients match both messages: after the first they send documents only,
	// which Only would reject; after the second this document with its hash.
	case r.hash != "" && p.apq == nil && !p.Only:
		return reject(http.StatusBadRequest, apierror.PersistedQueryNotSupported, "PersistedQueryNotSupported")
	}
	return reject(http.StatusBadRequest, apierror.PersistedQueryNotFound, "PersistedQueryNotFound")
}

func (p *persistedDocuments) find(ctx context.Context, r *request) (text string, ok bool) {
	if r.documentID != "" {
		return p.Trusted.Find(r.documentID)
	}
	if text, ok = p.findTrusted(r.hash); ok {
		return text, true
	}
	return p.apq.find(ctx, r.hash)
}

// findTrusted finds what Apollo's clients send as the hash: an id of the manifest or
// a SHA-256.
func (p *persistedDocuments) findTrusted(hash string) (text string, ok bool) {
	if text, ok = p.Trusted.Find(hash); ok {
		return text, true
	}
	return p.Trusted.Find("sha256:" + hash)
}

// checkHash rejects a query that is sent with the hash of another document.
func (p *persistedDocuments) checkHash(r *request) *httpError {
	if r.hash == "" {
		return nil
	}
	text, ok := p.findTrusted(r.hash)
	if ok && text != r.Query || !ok && p.apq != nil && r.hash != persisted.Sum(r.Query) {
		return reject(http.StatusBadRequest, apierror.BadRequest, "sha256Hash does not match the query")
	}
	return nil
}

// register caches the document of an executed request that had its hash.
func (p *persistedDocuments) register(r *request) {
	if p.apq == nil || r.hash == "" {
		return
	}
	if _, ok := p.findTrusted(r.hash); !ok {
		p.apq.register(r.Query)
	}
}

// persistedQueryHash returns the hash of Apollo's extension `persistedQuery`, "" without it.
func persistedQueryHash(extensions map[string]any) (string, *httpError) {
	extension := extensions["persistedQuery"]
	if extension == nil {
		return "", nil
	}
	members, _ := extension.(map[string]any)
	hash, _ := members["sha256Hash"].(string)
	if members["version"] != json.Number("1") || hash == "" {
		return "", reject(http.StatusBadRequest, apierror.BadRequest, "extensions.persistedQuery must have version 1 and a sha256Hash")
	}
	return hash, nil
}
