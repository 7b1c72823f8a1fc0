package patch

// isolateRepresentationErrors: gqlgen rejects all representations if one is no object,
// drops a representation without __typename
// from the list, lets the first representation of a type choose the resolver for
// all, and fails all of them for one key that is not text. Checked before they are
// grouped, each invalid representation gets an error at its own index.
var isolateRepresentationErrors = []Patch{{
	Effect: "isolateRepresentationErrors", Template: FederationTemplate,
	Reason: "each representation is checked before they are grouped by type",
	Old: `			typeName, ok := rep["__typename"].(string)
			if !ok {
				// If there is no __typename, we just skip the representation;
				// we just won't be resolving these unknown types.
				ec.Error(ctx, errors.New("__typename must be an existing string"))
				continue
			}
`,
	New: `			typeName, err := model.CheckRepresentation(rep)
			if err != nil {
				ec.Error(graphql.WithPathContext(ctx, graphql.NewPathWithIndex(i)), err)
				continue
			}
`,
}, {
	Effect: "isolateRepresentationErrors", Template: FederationTemplate,
	Reason: "the function of this check is imported",
	Old: `{{ reserveImport "github.com/99designs/gqlgen/plugin/federation/fedruntime" }}
`,
	New: `{{ reserveImport "github.com/99designs/gqlgen/plugin/federation/fedruntime" }}
{{ reserveImport "github.com/accountgraph/accountgraph/graph/model" }}
`,
}, {
	Effect: "isolateRepresentationErrors", Template: FederationTemplate,
	Reason: "an entity that was read in part is kept beside its error",
	Old: `entityErrs[i])
								continue
							}
							{{- if and $entity.IsExplicitRequires`,
	New: `entityErrs[i])
							}
							{{- if and $entity.IsExplicitRequires`,
}, {
	Effect: "isolateRepresentationErrors", Template: "type.gotpl",
	Reason: "a representation that is no object is checked with the others",
	Old: `							res, err := {{ $type.Unmarshaler | call }}(v)
`,
	New: `							{{- if eq $type.GQL.Name "_Any" }}
								if _, isObject := v.(map[string]any); !isObject {
									v = map[string]any{}
								}
							{{- end }}
							res, err := {{ $type.Unmarshaler | call }}(v)
`,
}}
