package softwareone

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/accountgraph/accountgraph/internal/upstream"
	"github.com/accountgraph/accountgraph/providers"
)

const (
	// maxIDsPerCall bounds the ids of one call to the rows that one call can return.
	maxIDsPerCall = pageSize
	// maxIDBytes bounds the ids of one call in bytes of the URL; common servers accept
	// 8 kilobytes.
	maxIDBytes = 6000
)

// isQuotable reports whether RQL can express a value: it has no escape for a quote.
func isQuotable(v string) bool {
	return isText(v) && !(strings.Contains(v, `"`) && strings.Contains(v, "'"))
}

// isText reports whether v can be the value of a JSON string that is not empty.
func isText(v string) bool { return v != "" && utf8.ValidString(v) }

// isUnusual reports whether a quotable value may be read in another way than it is
// meant: a backslash has a meaning in patterns, and other characters may be refused.
func isUnusual(v string) bool {
	return strings.Contains(v, `\`) || strings.ContainsFunc(v, func(r rune) bool { return !unicode.IsPrint(r) })
}

// idSize is the size of an id in a URL. An unusual id takes a whole call, so that it
// cannot fail others.
func idSize(id string) int {
	if isUnusual(id) {
		return maxIDBytes
	}
	return len(quote(id)) + len(",")
}

// queryableIDs returns the ids that can stand in a query, each once, in their order.
func queryableIDs(ids []string) []string { return distinct(ids, isQuotable) }

// allQuotable reports whether each of the ids can stand in a query.
func allQuotable(ids []string) bool {
	return !slices.ContainsFunc(ids, func(id string) bool { return !isQuotable(id) })
}

// distinct returns the ids that are accepted, each once, in their order.
func distinct(ids []string, accept func(string) bool) []string {
	seen := make(map[string]bool, len(ids))
	var all []string
	for _, id := range ids {
		if accept(id) && !seen[id] {
			seen[id] = true
			all = append(all, id)
		}
	}
	return all
}

// chunkIDs splits ids into those of single calls.
func chunkIDs(ids []string) (chunks [][]string) {
	from, size := 0, 0
	for i, id := range ids {
		n := idSize(id)
		if i > from && (i-from == maxIDsPerCall || size+n > maxIDBytes) {
			chunks = append(chunks, ids[from:i])
			from, size = i, 0
		}
		size += n
	}
	if from < len(ids) {
		chunks = append(chunks, ids[from:])
	}
	return chunks
}

// get reads objects by their ids: all quotable ids by batch, and each other one by
// single, whose request has the id in its path.
func get[T any](ctx context.Context, c *upstream.Client, ids []string, batch, single upstream.BatchRequest[T]) providers.BatchResult[T] {
	result := batch.Get(ctx, c, queryableIDs(ids))
	others := distinct(ids, func(id string) bool { return isText(id) && !isQuotable(id) })
	if len(others) == 0 {
		return result
	}
	rest := single.Get(ctx, c, others)
	for id, object := range rest.Objects {
		result.Objects[id] = object
	}
	for id, err := range rest.Failed {
		result.Failed[id] = err
	}
	return result
}

// withOmitted returns a row together with names in the $meta.omitted of its list: an
// array of both, or the row alone without names.
func withOmitted(row json.RawMessage, omitted []string) json.RawMessage {
	if len(omitted) == 0 {
		return row
	}
	names, _ := json.Marshal(omitted) // cannot fail: strings
	return slices.Concat(json.RawMessage("["), names, json.RawMessage(","), row, json.RawMessage("]"))
}

// splitOmitted undoes withOmitted.
func splitOmitted(stored []byte) (row []byte, omitted []string, err error) {
	if len(stored) == 0 || stored[0] != '[' {
		return stored, nil, nil
	}
	var parts [2]json.RawMessage
	if err := json.Unmarshal(stored, &parts); err != nil {
		return nil, nil, err
	}
	return parts[1], omitted, json.Unmarshal(parts[0], &omitted)
}
