package main

import (
	"fmt"
	"os"
	"strings"
)

// independent keeps one bad representation from failing others, in the file that
// resolves them. As generated, an
// unknown type has no place in the list, and of all representations of one type
// the first chooses the resolver and any key that is not text fails them all.
// What is not right is taken out before representations are grouped by type, with
// an error at its own index.
func independent(federation string) error {
	text, err := os.ReadFile(federation)
	if err != nil {
		return err
	}
	for _, change := range []struct{ from, to string }{
		{`		typeName, ok := rep["__typename"].(string)
		if !ok {
			// If there is no __typename, we just skip the representation;
			// we just won't be resolving these unknown types.
			ec.Error(ctx, errors.New("__typename must be an existing string"))
			continue
		}
`, `		typeName, err := model.Represented(rep)
		if err != nil {
			ec.Error(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), err)
			continue
		}
`},
		{`	"github.com/99designs/gqlgen/plugin/federation/fedruntime"
`, `	"github.com/99designs/gqlgen/plugin/federation/fedruntime"

	"github.com/accountgraph/accountgraph/graph/model"
`},
	} {
		if strings.Count(string(text), change.from) != 1 {
			return fmt.Errorf("%s: gqlgen writes it otherwise now; look at it again. Not found once:\n%s", federation, change.from)
		}
		text = []byte(strings.Replace(string(text), change.from, change.to, 1))
	}
	return os.WriteFile(federation, text, 0o644) //nolint:gosec // source code is for reading
}
