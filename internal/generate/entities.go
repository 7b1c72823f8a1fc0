package main

import (
	"fmt"
	"os"
	"strings"
)

// entityTypes is how many types a gateway can ask for.
const entityTypes = 9

// independent keeps one bad representation from failing others, in the file that
// resolves them. As generated, an
// unknown type has no place in the list, and of all representations of one type
// the first chooses the resolver and any key that is not text fails them all.
// What is not right is taken out before representations are grouped by type, with
// an error at its own index. Nor does an error take an entity away of which the
// rest is there.
func independent(federation string) error {
	text, err := os.ReadFile(federation)
	if err != nil {
		return err
	}
	for _, change := range []struct {
		times    int
		from, to string
	}{
		{1, `		typeName, ok := rep["__typename"].(string)
		if !ok {
			// If there is no __typename, we just skip the representation;
			// we just won't be resolving these unknown types.
			ec.Error(ctx, errors.New("__typename must be an existing string"))
			continue
		}
`, `		typeName, err := model.CheckRepresentation(rep)
		if err != nil {
			ec.Error(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), err)
			continue
		}
`},
		{entityTypes, `entityErrs[i])
					continue
`, `entityErrs[i])
`},
		{1, `	"github.com/99designs/gqlgen/plugin/federation/fedruntime"
`, `	"github.com/99designs/gqlgen/plugin/federation/fedruntime"

	"github.com/accountgraph/accountgraph/graph/model"
`},
	} {
		if found := strings.Count(string(text), change.from); found != change.times {
			return fmt.Errorf("%s: gqlgen writes it otherwise now, or there is another entity; look at it again. Found %d times, not %d:\n%s",
				federation, found, change.times, change.from)
		}
		text = []byte(strings.ReplaceAll(string(text), change.from, change.to))
	}
	return os.WriteFile(federation, text, 0o644) //nolint:gosec // source code is for reading
}
