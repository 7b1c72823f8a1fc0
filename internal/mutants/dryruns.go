package main

// dryRunControls are those of dry runs.
var dryRunControls = []Control{
	{
		Name:    "a dry run makes no vendor call",
		File:    "internal/upstream/pipeline.go",
		Old:     "if op.DryRun != nil {",
		New:     "if false {",
		Package: "resolvers", Test: "TestDryRun_Stories",
	},
	{
		Name:    "a dry run fetches nothing in the background",
		File:    "internal/operation/operation.go",
		Old:     "return o.DryRun == nil",
		New:     "return true",
		Package: "resolvers", Test: "TestDryRun_KnowsWhatIsCached",
	},
	{
		Name:    "a dry run counts what would be read ahead",
		File:    "internal/operation/operation.go",
		Old:     "ctx = readahead.Uninterrupted(ctx)",
		New:     "_ = readahead.Uninterrupted",
		Package: "internal/operation", Test: "TestWith_DryRun",
	},
	{
		Name:    "a dry run starts no index",
		File:    "internal/directory/index/live.go",
		Old:     "dry != nil {",
		New:     "dry != nil && false {",
		Package: "resolvers", Test: "TestDryRun_StartsNoIndex",
	},
}
