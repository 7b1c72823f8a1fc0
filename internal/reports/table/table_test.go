package table_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/accountgraph/accountgraph/internal/reports/table"
)

var columns = []string{"id", "name", "groups", "active"}

var rows = []table.Row{
	{"1", `=HYPERLINK("http://x")`, []string{"a, b", "c"}, true},
	{"2", "two\r\nlines \x1b[31m", []string{}, nil},
	{"3", "'t Hooft <b>|*x*", nil, false},
}

func write(t *testing.T, f table.Format, rows []table.Row) string {
	t.Helper()
	var b bytes.Buffer
	w, err := table.NewWriter(f, &b, columns)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Row(row); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(map[string]bool{"complete": true}); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestNewWriter(t *testing.T) {
	for format, want := range map[table.Format]string{
		table.CSV: "id,name,groups,active\r\n" +
			"1,\"'=HYPERLINK(\"\"http://x\"\")\",\"a, b; c\",true\r\n" +
			"2,\"two\r\nlines \x1b[31m\",,\r\n" +
			"3,'t Hooft <b>|*x*,,false\r\n",
		table.NDJSON: `{"id":"1","name":"=HYPERLINK(\"http://x\")","groups":["a, b","c"],"active":true}
{"id":"2","name":"two\r\nlines \u001b[31m","groups":[],"active":null}
{"id":"3","name":"'t Hooft <b>|*x*","groups":null,"active":false}
{"report":{"complete":true}}
`,
		table.JSON: `{"rows":[
{"id":"1","name":"=HYPERLINK(\"http://x\")","groups":["a, b","c"],"active":true},
{"id":"2","name":"two\r\nlines \u001b[31m","groups":[],"active":null},
{"id":"3","name":"'t Hooft <b>|*x*","groups":null,"active":false}
],"report":{"complete":true}}
`,
		table.Markdown: "| id | name | groups | active |\n|---|---|---|---|\n" +
			"| 1 | =HYPERLINK(\"http://x\") | a, b; c | true |\n" +
			"| 2 | two��lines �\\[31m |  |  |\n" +
			"| 3 | 't Hooft &lt;b&gt;\\|\\*x\\* |  | false |\n",
		table.Text: "id  name                    groups   active\n" +
			"1   =HYPERLINK(\"http://x\")  a, b; c  true\n" +
			"2   two��lines �[31m                 \n" +
			"3   't Hooft <b>|*x*                 false\n",
	} {
		if diff := cmp.Diff(want, write(t, format, rows)); diff != "" {
			t.Errorf("%s: %s", format, diff)
		}
	}
	if text := write(t, table.JSON, nil); text != `{"rows":[],"report":{"complete":true}}`+"\n" {
		t.Errorf("an empty table: %q", text)
	}
}

func TestEscapeFormula(t *testing.T) {
	for text, want := range map[string]string{
		"":             "",
		"Anna":         "Anna",
		"'t Hooft":     "'t Hooft",
		"a=b":          "a=b",
		"=1+1":         "'=1+1",
		"+49":          "'+49",
		"-":            "'-",
		"@SUM(A1)":     "'@SUM(A1)",
		"  =1":         "'  =1",
		"\t=1":         "'\t=1",
		"\ra":          "'\ra",
		"\na":          "'\na",
		"＝1":           "'＝1",
		"'=1":          "''=1",
		"''@x":         "'''@x",
		"\u00a0-2":     "'\u00a0-2",
		"person@x.com": "person@x.com",
	} {
		got := table.EscapeFormula(text)
		if got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
		if back := table.UnescapeFormula(got); back != text {
			t.Errorf("%q is read as %q", got, back)
		}
	}
}

func FuzzEscapeFormula(f *testing.F) {
	for _, text := range []string{"=1", "''=", "' x", "\t", "a"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		escaped := table.EscapeFormula(text)
		if strings.HasPrefix(escaped, "=") || table.UnescapeFormula(escaped) != text {
			t.Errorf("%q: %q", text, escaped)
		}
	})
}

// A reader of the standard library reads the CSV, whatever the values are.
func TestNewWriter_CSV(t *testing.T) {
	records, err := csv.NewReader(strings.NewReader(write(t, table.CSV, rows))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := [][]string{columns, {"1", `'=HYPERLINK("http://x")`, "a, b; c", "true"}, {"2", "two\nlines \x1b[31m", "", ""}, {"3", "'t Hooft <b>|*x*", "", "false"}}
	if diff := cmp.Diff(want, records); diff != "" {
		t.Error(diff)
	}
}

func TestNewReader(t *testing.T) {
	for _, format := range []table.Format{table.CSV, table.NDJSON} {
		r, err := table.NewReader(strings.NewReader("\ufeff" + write(t, format, rows)))
		if err != nil {
			t.Fatal(format, err)
		}
		if diff := cmp.Diff(columns, r.Columns); diff != "" {
			t.Error(format, diff)
		}
		var names []string
		for {
			row, err := r.Next()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil {
				t.Fatal(format, err)
			}
			names = append(names, strings.ReplaceAll(table.TextOf(row[1]), "\r\n", "\n")+"/"+table.TextOf(row[2]))
		}
		if diff := cmp.Diff([]string{`=HYPERLINK("http://x")/a, b; c`, "two\nlines \x1b[31m/", "'t Hooft <b>|*x*/"}, names); diff != "" {
			t.Error(format, diff)
		}
		if report := string(r.Report()); format == table.NDJSON && report != `{"complete":true}` {
			t.Errorf("report %q", report)
		}
	}
}

func TestNewReader_Invalid(t *testing.T) {
	for name, text := range map[string]string{
		"empty": "", "cut": `{"id":"1"`, "other columns": "{\"id\":\"1\"}\n{\"name\":\"1\"}\n", "more columns": "{\"id\":\"1\"}\n{\"id\":\"1\",\"name\":\"1\"}\n", "ragged": "a,b\r\n1\r\n",
	} {
		r, err := table.NewReader(strings.NewReader(text))
		for err == nil {
			_, err = r.Next()
		}
		if errors.Is(err, io.EOF) {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "a.csv")
	if err := os.WriteFile(path, []byte("old"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, commit := range []bool{false, true} {
		f, err := table.Create(path)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.WriteString("new"); err != nil {
			t.Fatal(err)
		}
		if text, err := os.ReadFile(path); string(text) != "old" || err != nil {
			t.Errorf("before the end: %s, %v", text, err)
		}
		if commit {
			if err := f.Commit(); err != nil {
				t.Fatal(err)
			}
		}
		f.Discard()
		if entries, _ := os.ReadDir(folder); len(entries) != 1 {
			t.Errorf("commit %t: %d files are left", commit, len(entries))
		}
	}
	text, _ := os.ReadFile(path)
	info, err := os.Stat(path)
	if err != nil || string(text) != "new" || info.Mode().Perm() != 0o600 {
		t.Errorf("%s, %v, %v", text, info.Mode(), err)
	}
	if _, err := table.Create(folder); err == nil {
		t.Error("a folder is accepted")
	}
}
