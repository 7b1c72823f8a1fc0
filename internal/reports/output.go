package reports

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"syscall"

	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// reportSuffix is that of the file with the report of a file whose format has no place for
// it.
const reportSuffix = ".report.json"

// Destination are the flags that say where the rows go, and whether they may lack something.
type Destination struct {
	Out          string `help:"Write to this file instead of standard output; it appears when it is complete." placeholder:"FILE"`
	AllowPartial bool   `help:"Exit with 0 although something is missing."`
}

// result is what a command has read and written.
type result struct {
	complete bool
	// summarize writes it for people.
	summarize func(io.Writer)
	// report returns the report, see output.commit.
	report func(sha256 string) any
}

// end ends the output with the report. The error is errIncomplete if something is missing that
// may not be.
func (d Destination) end(env *Env, out *output, r result) error {
	if err := out.commit(r.report); err != nil {
		return outputError(err)
	}
	r.summarize(env.Stderr)
	if !r.complete && !d.AllowPartial {
		return errIncomplete
	}
	return nil
}

// output writes a table to a file or to standard output.
type output struct {
	table.Writer
	format table.Format
	buffer *bufio.Writer
	sum    hash.Hash
	// file is nil for standard output.
	file *table.File
	path string
}

// newOutput begins a table in the file, or on standard output if there is no path.
func newOutput(stdout io.Writer, path string, format table.Format, columns []string) (*output, error) {
	o := &output{format: format, path: path, sum: sha256.New()}
	w := stdout
	if path != "" {
		file, err := table.Create(path)
		if err != nil {
			return nil, usage("--out: %w", err)
		}
		o.file, w = file, io.MultiWriter(file, o.sum)
	}
	o.buffer = bufio.NewWriterSize(w, 64<<10)
	if format == formatHTML {
		o.Writer = noRows{}
		return o, nil
	}
	writer, err := table.NewWriter(format, o.buffer, columns)
	if err != nil {
		o.discard()
		return nil, err
	}
	o.Writer = writer
	return o, nil
}

// formatHTML is a page, which the command writes into the buffer.
const formatHTML table.Format = "html"

// noRows is the Writer of a format that is not written by rows.
type noRows struct{}

func (noRows) Row(table.Row) error { return nil }
func (noRows) Close(any) error     { return nil }

// commit ends the table with the report, and gives the file its name. report is called with
// the checksum of the table, or with "" if the table contains the report.
func (o *output) commit(report func(sha256 string) any) error {
	embedded := any(nil)
	if o.format.HoldsReport() {
		embedded = report("")
	}
	if err := errors.Join(o.Close(embedded), o.buffer.Flush()); err != nil {
		return err
	}
	if o.file == nil {
		return nil
	}
	if !o.format.HoldsReport() {
		if err := writeReport(o.path+reportSuffix, report(hex.EncodeToString(o.sum.Sum(nil)))); err != nil {
			return err
		}
	}
	return o.file.Commit()
}

// discard removes what was written to a file.
func (o *output) discard() {
	if o.file != nil {
		o.file.Discard()
	}
}

func writeReport(path string, report any) error {
	text, err := json.MarshalIndent(report, "", "  ")
	if err != nil {
		return err
	}
	file, err := table.Create(path)
	if err != nil {
		return err
	}
	if _, err := file.Write(append(text, '\n')); err != nil {
		file.Discard()
		return fmt.Errorf("%s cannot be written: %w", path, err)
	}
	return file.Commit()
}

// outputError describes why rows cannot be written.
func outputError(err error) error {
	if errors.Is(err, syscall.EPIPE) {
		return errors.New("standard output was closed")
	}
	return err
}
