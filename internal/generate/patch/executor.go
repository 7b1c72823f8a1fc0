package patch

// sequentialFields: by the time an object is marshalled, the loaders hold the data
// of its fields, so that a goroutine a field only costs time. disableConcurrency
// switches the goroutines off; the patches drop what only they need.
var sequentialFields = []Patch{{
	Effect: "sequentialFields", Template: "object.gotpl",
	Reason: "objects other than roots are written by sequentialObject",
	Old: `	out := graphql.NewFieldSet(fields)
	deferredFieldSet`,
	New: `	{{- if not $object.Root }}
	out := newSequentialObject(fields)
	{{- else }}
	out := graphql.NewFieldSet(fields)
	deferredFieldSet`,
}, {
	Effect: "sequentialFields", Template: "object.gotpl",
	Reason: "a sequentialObject has no goroutines to start",
	Old: `	out.Dispatch(ctx)
	if out.Invalids`,
	New: `	{{- if $object.Root }}
	out.Dispatch(ctx)
	{{- end }}
	if out.Invalids`,
}}

// removeDefer: a field that is resolved in sequence cannot be deferred, so that the
// bookkeeping of @defer has no effect in objects other than roots.
var removeDefer = []Patch{{
	Effect: "removeDefer", Template: "object.gotpl",
	Reason: "only roots have a set of deferred fields",
	Old: `	deferLabelToView := make(map[string]*graphql.FieldSetView)
`,
	New: `	deferLabelToView := make(map[string]*graphql.FieldSetView)
	{{- end }}
`,
}, {
	Effect: "removeDefer", Template: "object.gotpl",
	Reason: "only roots dispatch deferred fields",
	Old: `	atomic.AddInt32(&ec.Deferred, int32(min(len(deferLabelToView), math.MaxInt32)))

	ec.ProcessDeferredGroup(graphql.DeferredGroup{
		Defers:   deferLabelToView,
		Path:     graphql.GetPath(ctx),
		FieldSet: deferredFieldSet,
		Context:  ctx,
	})
`,
	New: `	{{- if $object.Root }}

	atomic.AddInt32(&ec.Deferred, int32(min(len(deferLabelToView), math.MaxInt32)))

	ec.ProcessDeferredGroup(graphql.DeferredGroup{
		Defers:   deferLabelToView,
		Path:     graphql.GetPath(ctx),
		FieldSet: deferredFieldSet,
		Context:  ctx,
	})
	{{- end }}
`,
}}

// sequentialLists: gqlgen starts a goroutine an element and has no setting for it;
// a worker_limit bounds them, but keeps them.
var sequentialLists = []Patch{{
	Effect: "sequentialLists", Template: "type.gotpl",
	Reason: "lists are marshalled by a loop",
	Old:    `graphql.MarshalSliceConcurrently(ctx, len(v), {{ $.Config.Exec.WorkerLimit }}, {{ $.Config.OmitPanicHandler }}, func(`,
	New:    `marshalSliceSequentially(ctx, len(v), func(`,
}}

// directLeafFields: ResolveField allocates a field context and calls middleware,
// which a value in a struct does not need.
var directLeafFields = []Patch{{
	Effect: "directLeafFields", Template: "field.gotpl",
	Reason: "a leaf in a struct is marshalled without ResolveField",
	Old: `	{{- else}}
		return graphql.{{ $field.ResolveFieldFunc }}(
`,
	New: `	{{- else if isDirectLeaf $field }}
		return {{$.ECDot}}{{ $field.TypeReference.MarshalFunc }}(ctx, {{$.ECArg}}field.Selections, {{ $field.GoReceiverName }}.{{ $field.GoFieldName }}{{ if $field.IsMethod }}(){{ end }})
	{{- else}}
		return graphql.{{ $field.ResolveFieldFunc }}(
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
	Effect: "scopeFastPath", Template: "field.gotpl",
	Reason: "a leaf in a struct is marshalled directly for callers with the scopes",
	Old: `		return graphql.{{ $field.ResolveFieldFunc }}(
`,
	New: `		{{- if isScopedLeaf $field }}
		if ec.hasScopes {
			return {{$.ECDot}}{{ $field.TypeReference.MarshalFunc }}(ctx, {{$.ECArg}}field.Selections, {{ $field.GoReceiverName }}.{{ $field.GoFieldName }})
		}
		{{- end }}
		return graphql.{{ $field.ResolveFieldFunc }}(
`,
}, {
	Effect: "scopeFastPath", Template: "field.gotpl",
	Reason: "other fields skip the directive for callers with the scopes",
	Old: `				{{- if $field.HasDirectives -}}
				directive0 := next
`,
	New: `				{{- if $field.HasDirectives -}}
				{{- if and (isScoped $field) (not (isScopedLeaf $field)) }}
				if ec.hasScopes {
					return next
				}
				{{- end }}
				directive0 := next
`,
}, {
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
