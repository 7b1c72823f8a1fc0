// Package patch holds the changes of gqlgen's templates that the executor needs.
//
// A patch replaces exact template text. An upgrade of gqlgen that changes this text
// makes Apply fail with the name of the patch, instead of generating other code.
package patch

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// FederationTemplate is the template of the federation plugin.
const FederationTemplate = "federation.gotpl"

// ExecutorTemplates returns the names of the templates of the layout single-file, without that
// of interfaces: writer.gotpl has their functions.
func ExecutorTemplates() []string {
	return []string{
		"api!.gotpl", "args.gotpl", "directives_.gotpl", "field.gotpl", "generated!.gotpl",
		"input.gotpl", "internal!.gotpl", "object.gotpl", "type.gotpl",
	}
}

// Patch is one change of one template.
type Patch struct {
	// Effect is what the patch and others achieve together, Reason what this one
	// does.
	Effect, Reason string
	// Template is a file name.
	Template string
	// Old is the exact text that New replaces. It must occur once.
	Old, New string
}

// All returns the patches in the order in which they are applied.
func All() []Patch {
	return slices.Concat(directWriter, bufferPool, scopeFastPath, noInputMap, isolateRepresentationErrors)
}

// Templates returns the texts of gqlgen's templates by file name, with all patches
// applied. It reads them from the gqlgen module that the go.mod of the working
// directory requires.
func Templates() (map[string]string, error) {
	templates := map[string]string{}
	for pkg, names := range map[string][]string{
		"github.com/99designs/gqlgen/codegen":           ExecutorTemplates(),
		"github.com/99designs/gqlgen/plugin/federation": {FederationTemplate},
	} {
		dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", pkg).Output()
		if err != nil {
			return nil, fmt.Errorf("go list %s: %w", pkg, err)
		}
		for _, name := range names {
			text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(dir)), name))
			if err != nil {
				return nil, err
			}
			templates[name] = string(text)
		}
	}
	return templates, Apply(All(), templates)
}

// Apply changes templates, which holds texts by file name. It stops at the first
// patch whose old text does not occur exactly once, and names it.
func Apply(patches []Patch, templates map[string]string) error {
	for _, p := range patches {
		if n := strings.Count(templates[p.Template], p.Old); n != 1 {
			return fmt.Errorf("patch %s (%s) does not apply to gqlgen's template %s: its text occurs %d times, not once; "+
				"adapt the patch to this version of gqlgen. The text is:\n%s", p.Effect, p.Reason, p.Template, n, p.Old)
		}
		templates[p.Template] = strings.Replace(templates[p.Template], p.Old, p.New, 1)
	}
	return nil
}
