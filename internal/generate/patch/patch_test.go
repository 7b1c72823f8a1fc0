package patch_test

import (
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/generate/patch"
)

// TestTemplates applies all patches to the gqlgen version in go.mod.
func TestTemplates(t *testing.T) {
	templates, err := patch.Templates()
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ template, gone, present string }{
		{"object.gotpl", "", "else if $object.Root"},
		{"type.gotpl", "", "marshalWith(func(w *writer)"},
		{"field.gotpl", "", "if or $object.Root $field.HasDirectives"},
		{"internal!.gotpl", "response.Data = buf.Bytes()", "marshalData(data)"},
		{"internal!.gotpl", "", "ec.callerHasScopes(ctx)"},
		{patch.FederationTemplate, "__typename must be an existing string", "model.CheckRepresentation(rep)"},
	} {
		text := templates[test.template]
		if test.gone != "" && strings.Contains(text, test.gone) {
			t.Errorf("%s has %q", test.template, test.gone)
		}
		if !strings.Contains(text, test.present) {
			t.Errorf("%s lacks %q", test.template, test.present)
		}
	}
}

// TestApply_ChangedTemplate takes the text of each patch out of its template, and
// then has it occur twice. Both errors name the patch and the template.
func TestApply_ChangedTemplate(t *testing.T) {
	for _, p := range patch.All() {
		for text, times := range map[string]string{
			"the text of another version": "occurs 0 times",
			p.Old + p.Old:                 "occurs 2 times",
		} {
			templates := map[string]string{p.Template: text}
			err := patch.Apply([]patch.Patch{p}, templates)
			if err == nil {
				t.Errorf("%s (%s): no error where its text %s", p.Effect, p.Reason, times)
				continue
			}
			for _, want := range []string{p.Effect, p.Reason, p.Template, times, p.Old} {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%s: the error lacks %q: %v", p.Effect, want, err)
				}
			}
			if templates[p.Template] != text {
				t.Errorf("%s (%s): the template was changed", p.Effect, p.Reason)
			}
		}
	}
}

func TestAll_IsComplete(t *testing.T) {
	known := map[string]bool{patch.FederationTemplate: true}
	for _, name := range patch.ExecutorTemplates() {
		known[name] = true
	}
	for _, p := range patch.All() {
		if p.Effect == "" || p.Reason == "" || p.Old == "" || p.Old == p.New || !known[p.Template] {
			t.Errorf("incomplete: %+v", p)
		}
	}
}
