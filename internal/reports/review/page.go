package review

import (
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/accountgraph/accountgraph/internal/reports/table"
)

var (
	//go:embed page.html
	pageHTML string
	//go:embed page.css
	pageCSS string
	//go:embed page.js
	pageJS string
)

// policy allows the style and the script of the page, and nothing else: no request leaves
// it, and no value can become a script.
func policy() string {
	return fmt.Sprintf("default-src 'none'; style-src '%s'; script-src '%s'; base-uri 'none'; form-action 'none'", digest(pageCSS), digest(pageJS))
}

func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return "sha256-" + base64.StdEncoding.EncodeToString(sum[:])
}

// WriteHTML writes the result as one page that needs nothing else.
func (r *Result) WriteHTML(w io.Writer) error {
	page, err := template.New("page").Parse(pageHTML)
	if err != nil {
		return err
	}
	rows := make([][]string, len(r.Rows))
	for i, row := range r.Rows {
		for _, value := range row {
			rows[i] = append(rows[i], table.Printable(table.TextOf(value)))
		}
	}
	return page.Execute(w, map[string]any{
		"Policy": policy(), "Style": template.CSS(pageCSS), "Script": template.JS(pageJS),
		"Title": r.Kind.Title, "Report": r.Report, "Columns": columns, "Rows": rows, "Notes": r.notes(),
		"Started": r.Report.StartedAt.Format(time.RFC1123), "Finished": r.Report.FinishedAt.Format(time.RFC1123),
	})
}

// notes are what a reader of the findings should know.
func (r *Result) notes() []string {
	notes := append([]string{}, r.Report.Notes...)
	for _, problem := range r.Report.Problems {
		notes = append(notes, fmt.Sprintf("%s (%s, %d times)", table.Printable(problem.Message), problem.Code, problem.Count))
	}
	for _, list := range r.Report.Lists {
		if list.Complete {
			continue
		}
		var b strings.Builder
		list.WriteSummary(&b)
		for line := range strings.Lines(b.String()) {
			if strings.Contains(line, "NOT COMPLETE") {
				notes = append(notes, strings.TrimSpace(line))
			}
		}
	}
	return notes
}

// WriteSummary writes, for people, how many findings there are and what is missing.
func (r *Result) WriteSummary(w io.Writer) {
	for _, row := range counts(r.Report.Findings) {
		fmt.Fprintln(w, row)
	}
	for _, note := range r.notes() {
		fmt.Fprintln(w, note)
	}
	state := "complete"
	if !r.Report.Complete {
		state = "NOT COMPLETE: findings may be missing"
	}
	fmt.Fprintf(w, "%d findings; %s\n", len(r.Rows), state)
}
