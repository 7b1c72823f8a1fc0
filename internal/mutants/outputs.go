package main

// outputsControls are those of the outputs.
var outputsControls = []Control{
	{
		Name:    "secrets are redacted in text",
		File:    "providers/secret.go",
		Old:     "_, _ = io.WriteString(f, redacted) }",
		New:     "_, _ = io.WriteString(f, s.value) }",
		Package: "providers", Test: "TestSecret_IsRedacted",
	},
	{
		Name:    "secrets are redacted in logs",
		File:    "providers/secret.go",
		Old:     "slog.StringValue(redacted) }",
		New:     "slog.StringValue(s.value) }",
		Package: "providers", Test: "TestSecret_IsRedacted",
	},
	{
		Name:    "the text of an internal error is not logged",
		File:    "internal/apierror/presenter.go",
		Old:     `"type", fmt.Sprintf("%T", errors.Unwrap(err)))`,
		New:     `"type", fmt.Sprintf("%v", errors.Unwrap(err)))`,
		Package: "internal/apierror", Test: "TestErrorPresenter_LogsNoText",
	},
	{
		Name:    "the value of a panic is not logged",
		File:    "internal/apierror/presenter.go",
		Old:     "return func(ctx context.Context, _ any) error {\n\t\tid := requestID(ctx)",
		New:     "return func(ctx context.Context, value any) error {\n\t\tid := fmt.Sprint(value)",
		Package: "internal/apierror", Test: "TestRecoverFunc_LogsNoValue",
	},
	{
		Name:    "the messages of libraries are not logged",
		File:    "internal/telemetry/logger.go",
		Old:     "l.logger.Warn(text, ",
		New:     "l.logger.Warn(text+string(message), ",
		Package: "internal/telemetry", Test: "TestCaptureStandardLog",
	},
	{
		Name:    "the messages of libraries do not fill the log",
		File:    "internal/telemetry/logger.go",
		Old:     "now.Sub(line.written) >= standardLogInterval",
		New:     "true",
		Package: "internal/telemetry", Test: "TestCaptureStandardLog_Repeated",
	},
	{
		Name:    "an unknown error is an internal one",
		File:    "internal/apierror/from.go",
		Old:     "result.Message, result.Extensions[\"code\"] = internalMessage, Internal\n",
		New:     "result.Message, result.Extensions[\"code\"] = err.Error(), Internal\n",
		Package: "internal/apierror", Test: "TestFromError_Codes",
	},
	{
		Name:    "labels of metrics are from a fixed set",
		File:    "internal/telemetry/label.go",
		Old:     "if set[label] {",
		New:     "if true {",
		Package: "internal/telemetry", Test: "TestMetrics_LimitsSeries",
	},
	{
		Name:    "the name of an operation in the log has a maximum length",
		File:    "internal/transport/transport.go",
		Old:     "name[:min(len(name), maxOperationName)]",
		New:     "name[:min(len(name), maxOperationName<<10)]",
		Package: "internal/transport", Test: "TestTransport_OperationName",
	},
	{
		Name:    "a malformed body is not quoted",
		File:    "internal/transport/request.go",
		Old:     `"the body is not valid JSON: %v", err)`,
		New:     `"the body is not valid JSON: %s", body)`,
		Package: "internal/transport", Test: "TestTransport_DoesNotEchoSecrets",
	},
}
