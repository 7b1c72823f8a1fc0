package table

import (
	"io"
	"strings"
)

// csvWriter writes RFC 4180 in UTF-8: a header, lines that end with CR LF, quotes where
// they are needed. Values that a spreadsheet would run as a formula are escaped.
type csvWriter struct {
	w    io.Writer
	line strings.Builder
}

func newCSV(w io.Writer, columns []string) (Writer, error) {
	c := &csvWriter{w: w}
	return c, c.Row(header(columns))
}

// Row implements Writer.
func (c *csvWriter) Row(row Row) error {
	c.line.Reset()
	for i, v := range row {
		if i > 0 {
			c.line.WriteByte(',')
		}
		c.write(EscapeFormula(TextOf(v)))
	}
	c.line.WriteString("\r\n")
	_, err := io.WriteString(c.w, c.line.String())
	return err
}

func (c *csvWriter) write(text string) {
	if !strings.ContainsAny(text, "\",\r\n") && text == strings.TrimSpace(text) {
		c.line.WriteString(text)
		return
	}
	c.line.WriteByte('"')
	c.line.WriteString(strings.ReplaceAll(text, `"`, `""`))
	c.line.WriteByte('"')
}

// Close implements Writer. The format has no place for a report.
func (*csvWriter) Close(any) error { return nil }

// EscapeFormula puts an apostrophe before a text that a spreadsheet may take for a formula:
// one whose first character, after spaces and apostrophes, is one of = + - @ or their
// full-width forms, or that begins with a tab, CR or LF.
func EscapeFormula(text string) string {
	if isFormula(text) {
		return "'" + text
	}
	return text
}

// UnescapeFormula is the inverse of EscapeFormula.
func UnescapeFormula(text string) string {
	if rest, found := strings.CutPrefix(text, "'"); found && isFormula(rest) {
		return rest
	}
	return text
}

func isFormula(text string) bool {
	rest := strings.TrimLeft(text, "' \u00a0\u3000")
	return rest != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(rest)[0])
}
