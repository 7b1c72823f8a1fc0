package patch

// directWriter: gqlgen builds a tree of values and writes it at the end, with a field context
// and a function for each field, and a goroutine for each element of a list. By the time an
// object is written, the loaders hold the data of its fields: the functions of writer.gotpl
// append the JSON of a root field to one buffer. Only roots keep gqlgen's functions.
var directWriter = []Patch{{
	Effect: "directWriter", Template: "type.gotpl",
	Reason: "objects, and lists of them, are written by the functions of writer.gotpl",
	Old: `			{{- if or $type.IsPtrToSlice $type.IsPtrToIntf }}
				if v == nil {
`,
	New: `			{{- if isComposite $type }}
				return marshalWith(func(w *writer) bool { return ec.{{ writeFunc $type }}(ctx, w, sel, v) })
			{{- else if or $type.IsPtrToSlice $type.IsPtrToIntf }}
				if v == nil {
`,
}, {
	Effect: "directWriter", Template: "object.gotpl",
	Reason: "only roots have sets of values",
	Old: `{{- else }}

func {{$.FuncReceiver}}_{{$object.Name}}(ctx context.Context, {{$.ECFuncParam}}sel ast.SelectionSet{{ if`,
	New: `{{- else if $object.Root }}

func {{$.FuncReceiver}}_{{$object.Name}}(ctx context.Context, {{$.ECFuncParam}}sel ast.SelectionSet{{ if`,
}, {
	Effect: "directWriter", Template: "field.gotpl",
	Reason: "the fields of objects have no value; those with a directive keep the function that calls it",
	Old: `
func {{$.FuncReceiver}}_{{$object.Name}}_{{$field.Name}}(ctx context.Context, {{$.ECFuncParam}}field`,
	New: `
{{- if or $object.Root $field.HasDirectives }}

func {{$.FuncReceiver}}_{{$object.Name}}_{{$field.Name}}(ctx context.Context, {{$.ECFuncParam}}field`,
}, {
	Effect: "directWriter", Template: "field.gotpl",
	Reason: "the end of that function",
	Old: `			{{ $field.TypeReference.GQL.NonNull }},
		)
	{{- end }}
}
`,
	New: `			{{ $field.TypeReference.GQL.NonNull }},
		)
	{{- end }}
}
{{- end }}
`,
}}

// bufferPool: a response of a megabyte grows its buffer about twenty times.
var bufferPool = []Patch{{
	Effect: "bufferPool", Template: "internal!.gotpl",
	Reason: "the data of a query is written by marshalData",
	Old: `			var buf bytes.Buffer
			data.MarshalGQL(&buf)
			response.Data = buf.Bytes()
`,
	New: `			response.Data = marshalData(data)
`,
}}

// scopeFastPath: the fields of objects all require the same scopes (objectScopes
// checks this), so that one call of the directive decides for an operation.
var scopeFastPath = []Patch{{
	Effect: "scopeFastPath", Template: "internal!.gotpl",
	Reason: "the scopes are checked when an operation starts",
	Old: `	ec := newExecutionContext(opCtx, e, make(chan graphql.DeferredResult))
	inputUnmarshalMap`,
	New: `	ec := newExecutionContext(opCtx, e, make(chan graphql.DeferredResult))
	ec.hasScopes = ec.callerHasScopes(ctx)
	inputUnmarshalMap`,
}, {
	Effect: "scopeFastPath", Template: "internal!.gotpl",
	Reason: "the result is kept for the operation",
	Old: `	*graphql.ExecutionContextState[ResolverRoot, DirectiveRoot, ComplexityRoot]
}
`,
	New: `	*graphql.ExecutionContextState[ResolverRoot, DirectiveRoot, ComplexityRoot]
	// hasScopes is the result of callerHasScopes. False means that each field
	// calls the directive.
	hasScopes bool
}
`,
}}

// noInputMap: a map of functions an operation, which only graphql.UnmarshalInputFromContext of
// hand-written input types reads. There are none.
var noInputMap = []Patch{{
	Effect: "noInputMap", Template: "internal!.gotpl",
	Reason: "the map is not built",
	Old: `	inputUnmarshalMap := graphql.BuildUnmarshalerMap(
		{{- range $input := .Inputs -}}
			{{ if not $input.HasUnmarshal }}
				{{$.ECDot}}unmarshalInput{{ $input.Name }},
			{{- end }}
		{{- end }}
	)
`,
}, {
	Effect: "noInputMap", Template: "internal!.gotpl",
	Reason: "queries have no such map",
	Old: `				ctx = graphql.WithUnmarshalerMap(ctx, inputUnmarshalMap)
				{{ if .AllDirectives.LocationDirectives "QUERY" -}}
`,
	New: `				{{ if .AllDirectives.LocationDirectives "QUERY" -}}
`,
}, {
	Effect: "noInputMap", Template: "internal!.gotpl",
	Reason: "mutations have no such map",
	Old: `			ctx = graphql.WithUnmarshalerMap(ctx, inputUnmarshalMap)
			{{ if .AllDirectives.LocationDirectives "MUTATION" -}}
`,
	New: `			{{ if .AllDirectives.LocationDirectives "MUTATION" -}}
`,
}}
