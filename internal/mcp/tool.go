package mcp

import (
	"errors"
	"strings"
	"unicode"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/validator/rules"

	"github.com/accountgraph/accountgraph/internal/persisted"
)

// tool is one query of a document.
type tool struct {
	sdk.Tool
	handler *Handler
	// document is the text, and operation the name of the query in it.
	document, operation string
	// variables are the names of its variables.
	variables map[string]bool
	bounds    bounds
	// types are those that fragments on root fields select, by the name of the field.
	types map[string][]string
}

// toolsOf returns a tool for each query of a document that has a name.
func (h *Handler) toolsOf(document persisted.Document) (tools []*tool, err error) {
	parsed, errs := gqlparser.LoadQueryWithRules(h.options.Schema, document.Text, rules.NewDefaultRules())
	if len(errs) > 0 {
		return nil, errs[0]
	}
	for _, operation := range parsed.Operations {
		if operation.Operation != ast.Query || operation.Name == "" {
			continue
		}
		name := toolName(operation.Name)
		if len(name) > maxToolName {
			return nil, errors.New("the name of an operation is too long for a tool")
		}
		t := &tool{handler: h, document: document.Text, operation: operation.Name, variables: map[string]bool{}, bounds: boundsOf(operation, h.options.MaxFirst), types: typesOf(operation)}
		for _, v := range operation.VariableDefinitions {
			t.variables[v.Variable] = true
		}
		t.Tool = sdk.Tool{
			Name: name, Description: describe(operation),
			InputSchema:  inputSchema(h.options.Schema, operation.VariableDefinitions, t.bounds),
			OutputSchema: outputSchema(h.options.Schema, operation),
			Annotations:  &sdk.ToolAnnotations{ReadOnlyHint: true, IdempotentHint: true, DestructiveHint: new(false), OpenWorldHint: new(true)},
		}
		tools = append(tools, t)
	}
	return tools, nil
}

// maxToolName bounds the name of a tool.
const maxToolName = 128

// toolName returns the name of an operation in lower case, with underscores between words.
func toolName(operation string) string {
	var b strings.Builder
	runes := []rune(operation)
	for i, r := range runes {
		if unicode.IsUpper(r) && i > 0 && runes[i-1] != '_' && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1])) {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// describe returns the description of an operation: its own, or the comment before it.
func describe(operation *ast.OperationDefinition) string {
	text := strings.TrimSpace(operation.Description)
	if text == "" && operation.Comment != nil {
		var lines []string
		for _, c := range operation.Comment.List {
			lines = append(lines, strings.TrimSpace(strings.TrimPrefix(c.Value, "#")))
		}
		text = strings.TrimSpace(strings.Join(lines, " "))
	}
	if text == "" {
		text = "The query " + operation.Name + "."
	}
	return text
}
