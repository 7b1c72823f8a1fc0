package persisted_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/persisted"
)

// rejectBad rejects documents that contain "bad".
func rejectBad(d persisted.Document) error {
	if strings.Contains(d.Text, "bad") {
		return errors.New("it is bad")
	}
	return nil
}

const name = "query Name($id: ID!) { user(id: $id) { name } }"

func TestParse_Formats(t *testing.T) {
	for format, file := range map[string]string{
		"hashes":      fmt.Sprintf(`{%q: %q, "sha1-of-two": "query Two { two }"}`, persisted.Hash(name), name),
		"plain":       fmt.Sprintf("\n{ \"1\": %q,\n \"sha1-of-two\": \"query Two { two }\" }\n", name),
		"Apollo":      fmt.Sprintf(`{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "1", "name": "Name", "type": "query", "body": %q}, {"id": "sha1-of-two", "name": "Two", "type": "query", "body": "query Two { two }"}]}`, name),
		"Apollo with": fmt.Sprintf(`{"operations": [{"id": "1", "clientName": "web", "body": %q}, {"id": "1", "clientName": "phone", "body": %[1]q}, {"id": "sha1-of-two", "body": "query Two { two }"}], "version": 1, "format": "apollo-persisted-query-manifest", "more": {}}`, name),
	} {
		d, err := persisted.Parse("a.json", []byte(file), rejectBad)
		if err != nil {
			t.Errorf("%s: %v", format, err)
			continue
		}
		for id, want := range map[string]string{
			"sha1-of-two": "query Two { two }", persisted.Hash(name): name, persisted.Hash("query Two { two }"): "query Two { two }",
			persisted.Sum(name): "", "": "", "SHA1-OF-TWO": "",
		} {
			if got, found := d.Find(id); got != want || found != (want != "") {
				t.Errorf("%s: %q is %q, %t, want %q", format, id, got, found, want)
			}
		}
	}
}

// TestHash uses the example of the GraphQL over HTTP specification.
func TestHash(t *testing.T) {
	const want = "sha256:71f7dc5758652baac68e4a10c50be732b741c892ade2883a99358f52b555286b"
	if got := persisted.Hash("query($id:ID!){user(id:$id){name}}"); got != want {
		t.Error(got)
	}
}

func TestParse_CallsCheckForEachDocument(t *testing.T) {
	var seen []persisted.Document
	_, err := persisted.Parse("a.json", []byte(`{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "1", "name": "A", "type": "mutation", "body": "a"}, {"id": "2", "body": "b"}]}`),
		func(d persisted.Document) error { seen = append(seen, d); return nil })
	if diff := cmp.Diff([]persisted.Document{{ID: "1", Name: "A", Kind: "mutation", Text: "a"}, {ID: "2", Text: "b"}}, seen); diff != "" || err != nil {
		t.Error(diff, err)
	}
}

func TestParse_Invalid(t *testing.T) {
	const neither = "must be one JSON object that maps ids to documents, or have the format apollo-persisted-query-manifest"
	const other = `must have the format "apollo-persisted-query-manifest", version 1, or be one JSON object that maps ids to documents`
	const fields = "does not match the format: operations must be a list of objects with the strings id, name, type and body"
	for name, test := range map[string]struct {
		file string
		want []string
	}{
		"nothing":                 {"", []string{"is not one JSON object: see line 1"}},
		"no JSON":                 {"{\n\"a\": \"b\"\n\"c\"", []string{"is not one JSON object: see line 3"}},
		"a list":                  {"[]", []string{"is not one JSON object: see line 1"}},
		"two objects":             {"{\"a\": \"b\"}\n{}", []string{"is not one JSON object: see line 2"}},
		"half an object":          {`{"a": "b"`, []string{"is not one JSON object: see line 1"}},
		"no document":             {"{}", []string{"has no document"}},
		"no operation":            {`{"format": "apollo-persisted-query-manifest", "version": 1, "operations": []}`, []string{"has no document"}},
		"documents in lists":      {`{"a": ["b"]}`, []string{neither}},
		"null":                    {`{"a": null}`, []string{neither}},
		"another format":          {`{"format": "relay", "version": 1, "operations": []}`, []string{other}},
		"another version":         {`{"format": "apollo-persisted-query-manifest", "version": 2, "operations": []}`, []string{other}},
		"a map of operations":     {`{"format": "apollo-persisted-query-manifest", "version": 1, "operations": {"a": {}}}`, []string{fields}},
		"a body that is a number": {`{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "a", "body": 1}]}`, []string{fields}},
		"all at once": {`{"1": "a", "2": "bad", "1": "b", "": "c", "a b": "d", "sha256:00": "e", "7": "bad\nlines"}`, []string{
			"2: it is bad",
			"1: the id occurs twice, for different documents",
			"document 4: an id must be 1 to 256 printable ASCII characters without spaces",
			"document 5: an id must be 1 to 256 printable ASCII characters without spaces",
			"sha256:00: the id is not the SHA-256 of the document",
			"7: it is bad",
		}},
		"Apollo's": {`{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "1", "name": "A", "body": "bad"}, {"name": "B", "body": "b"}]}`, []string{
			"1 (A): it is bad",
			"document 2: an id must be 1 to 256 printable ASCII characters without spaces",
		}},
		"a long id": {`{"` + strings.Repeat("x", 257) + `": "a"}`, []string{"document 1: an id must be 1 to 256 printable ASCII characters without spaces"}},
		"too large": {strings.Repeat(" ", 16<<20+1), []string{"is larger than 16777216 bytes"}},
	} {
		d, err := persisted.Parse("a.json", []byte(test.file), rejectBad)
		var e *persisted.Error
		if d != nil || !errors.As(err, &e) {
			t.Errorf("%s: %v, %v", name, d, err)
			continue
		}
		if diff := cmp.Diff("a.json: "+strings.Join(test.want, "\na.json: "), err.Error()); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestLoad(t *testing.T) {
	file := filepath.Join(t.TempDir(), "a.json")
	if err := os.WriteFile(file, []byte(`{"1": "a", "2": "a"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	d, err := persisted.Load(file, rejectBad)
	if err != nil || d.Len() != 2 {
		t.Errorf("%v, %d documents", err, d.Len())
	}
	if _, err := persisted.Load(file+"x", rejectBad); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	var none *persisted.Manifest
	if text, found := none.Find("1"); found || text != "" || none.Len() != 0 || new(persisted.Manifest).Len() != 0 {
		t.Error("a nil or zero manifest is not empty")
	}
}

// FuzzParse checks that the documents of a valid file are found by their ids and
// hashes, and that an invalid file gives an *Error with one line a problem.
func FuzzParse(f *testing.F) {
	for _, file := range []string{
		`{"1": "a", "2": "bad"}`, `{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "1", "name": "A", "type": "query", "body": "a"}]}`,
		`{"a": "b", "a": "c"}`, `{"\u0061": "\ud800"}`, "{\"a\":\n", `{"format": 1}`,
	} {
		f.Add([]byte(file))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var checked []persisted.Document
		d, err := persisted.Parse("a.json", data, func(d persisted.Document) error { checked = append(checked, d); return rejectBad(d) })
		var e *persisted.Error
		if err != nil && (!errors.As(err, &e) || len(e.Problems) == 0 || strings.Count(err.Error(), "\n") != len(e.Problems)-1) {
			t.Fatalf("%v", err)
		}
		if err != nil {
			return
		}
		if d.Len() != len(checked) || d.Len() == 0 {
			t.Errorf("%d documents of %d", d.Len(), len(checked))
		}
		for _, s := range checked {
			for _, id := range []string{s.ID, persisted.Hash(s.Text)} {
				if got, found := d.Find(id); !found || got != s.Text {
					t.Errorf("%q is %q, want %q", id, got, s.Text)
				}
			}
		}
	})
}
