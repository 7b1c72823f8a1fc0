package providers

import (
	"context"

	"github.com/accountgraph/accountgraph/graph/model"
)

// FieldReader is a Collection of a vendor that leaves out fields unless a request
// names them. The records of its Get and Page lack these fields.
type FieldReader[T model.Node] interface {
	// GetFields reads records again, in as few calls as the vendor allows, with a
	// request that names those of the fields that the records lack. The results hold all
	// of the fields: one that the vendor still leaves out is hidden from the credential,
	// and has no value. fields are names of the graph.
	GetFields(ctx context.Context, records []T, fields []string) BatchResult[T]
}
