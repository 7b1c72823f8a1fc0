package apierror

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/providers"
)

// FromError returns the GraphQL error for an error of a resolver or of the
// executor, with the path of ctx unless err has one, and the location of the field to
// which the path leads, if that is the field of ctx.
func FromError(ctx context.Context, err error) *gqlerror.Error {
	result := &gqlerror.Error{Path: graphql.GetPath(ctx), Extensions: map[string]any{}}
	var known *gqlerror.Error
	if errors.As(err, &known) {
		if known.Path != nil {
			result.Path = known.Path
		}
		result.Locations = known.Locations
	}
	var vendor *providers.Error
	switch {
	case errors.As(err, &vendor):
		fromProvider(result, vendor)
	case errors.Is(err, model.ErrRepresentation):
		result.Message, result.Extensions["code"] = model.ErrRepresentation.Error(), BadUserInput
	case errors.Is(err, model.ErrDateTime):
		fromArgument(ctx, result, model.ErrDateTime)
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		result.Message, result.Extensions["code"] = "the operation took too long", Timeout
	case known != nil && known.Err == nil && known.Rule != "":
		result.Message, result.Extensions["code"] = known.Message, ValidationFailed
	case known != nil && known.Extensions["code"] != nil:
		result.Message, result.Extensions = known.Message, known.Extensions
	case isInputError(known):
		result.Message, result.Extensions["code"] = known.Message, BadUserInput
	default:
		result.Message, result.Extensions["code"] = internalMessage, Internal
		result.Extensions["requestId"] = requestID(ctx)
	}
	if result.Locations == nil {
		result.Locations = location(ctx, result.Path)
	}
	return result
}

// location returns where the document has the field of ctx, nil if the path leads to another
// field.
func location(ctx context.Context, path ast.Path) []gqlerror.Location {
	field := graphql.GetFieldContext(ctx)
	for field != nil && field.Field.Field == nil { // an element of a list
		field = field.Parent
	}
	if field == nil || field.Field.Position == nil {
		return nil
	}
	for _, element := range slices.Backward(path) {
		if name, ok := element.(ast.PathName); ok {
			if string(name) != field.Field.Alias {
				return nil
			}
			return []gqlerror.Location{{Line: field.Field.Position.Line, Column: field.Field.Position.Column}}
		}
	}
	return nil
}

func fromProvider(result *gqlerror.Error, e *providers.Error) {
	result.Extensions["code"] = vendorCodes[e.Kind]
	if e.Provider == nil {
		result.Message = e.Detail
		return
	}
	result.Message = e.Error()
	result.Extensions["provider"] = e.Provider.Name
	result.Extensions["vendor"] = e.Provider.Vendor
	if e.HTTPStatus != 0 {
		result.Extensions["httpStatus"] = e.HTTPStatus
	}
	if e.VendorCode != "" {
		result.Extensions["vendorCode"] = e.VendorCode
	}
	if e.RetryAfter > 0 {
		result.Extensions["retryAfter"] = int(math.Ceil(e.RetryAfter.Seconds()))
	}
}

// fromArgument names the argument whose value is invalid. The path of result leads from
// the field of ctx, to which the error belongs, into its arguments.
func fromArgument(ctx context.Context, result *gqlerror.Error, err error) {
	field := graphql.GetPath(ctx)
	argument := result.Path[min(len(field), len(result.Path)):]
	result.Path = field
	result.Message, result.Extensions["code"] = fmt.Sprintf("%s is %s", argument, err), BadUserInput
}

// isInputError reports whether the executor rejected an argument or a variable.
func isInputError(e *gqlerror.Error) bool {
	return e != nil && e.Err == nil && !strings.Contains(e.Message, "internal")
}

// VariableError returns the error for variables that do not fit the operation. The
// path of err leads into the variables, not into the response.
func VariableError(err *gqlerror.Error) *gqlerror.Error {
	return New(BadUserInput, "%s: %s", err.Path, err.Message)
}
