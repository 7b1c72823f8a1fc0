package table

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"
)

// textWriter writes aligned columns.
type textWriter struct {
	w    io.Writer
	rows []Row
}

// Row implements Writer.
func (t *textWriter) Row(row Row) error {
	t.rows = append(t.rows, row)
	return nil
}

// Close implements Writer.
func (t *textWriter) Close(any) error {
	aligned := tabwriter.NewWriter(t.w, 0, 0, 2, ' ', tabwriter.StripEscape)
	for _, row := range t.rows {
		for i, v := range row {
			end := "\t"
			if i == len(row)-1 {
				end = "\n"
			}
			fmt.Fprint(aligned, Printable(TextOf(v)), end)
		}
	}
	return aligned.Flush()
}

// Printable replaces what a terminal would take for more than a character of one line:
// control characters, and marks that change the direction of text.
func Printable(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) || r == unicode.ReplacementChar {
			return '�'
		}
		return r
	}, text)
}

// markdownWriter writes a table of GitHub-flavored Markdown.
type markdownWriter struct{ w io.Writer }

func newMarkdown(w io.Writer, columns []string) (Writer, error) {
	m := &markdownWriter{w}
	if err := m.Row(header(columns)); err != nil {
		return nil, err
	}
	_, err := io.WriteString(w, "|"+strings.Repeat("---|", len(columns))+"\n")
	return m, err
}

var markdownEscapes = strings.NewReplacer(
	`\`, `\\`, "|", `\|`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "~", `\~`,
	"&", "&amp;", "<", "&lt;", ">", "&gt;",
)

// Row implements Writer.
func (m *markdownWriter) Row(row Row) error {
	var b strings.Builder
	for _, v := range row {
		b.WriteString("| ")
		b.WriteString(markdownEscapes.Replace(Printable(TextOf(v))))
		b.WriteByte(' ')
	}
	b.WriteString("|\n")
	_, err := io.WriteString(m.w, b.String())
	return err
}

// Close implements Writer. The format has no place for a report.
func (*markdownWriter) Close(any) error { return nil }
