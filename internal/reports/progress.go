package reports

import (
	"fmt"
	"io"
	"time"

	"github.com/accountgraph/accountgraph/internal/reports/export"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// progress shows on a terminal how far an export is. Elsewhere it shows nothing.
type progress struct {
	// w is nil where there is no terminal.
	w           io.Writer
	now         func() time.Time
	start, last time.Time
}

func newProgress(env *Env) *progress {
	p := &progress{now: env.Now, start: env.Now()}
	if isTerminal(env.Stderr) {
		p.w = env.Stderr
	}
	return p
}

// redraw is the least time between two lines.
const redraw = 100 * time.Millisecond

// show draws the line, unless it was drawn a moment ago.
func (p *progress) show(e export.Progress) {
	now := p.now()
	if p.w == nil || now.Sub(p.last) < redraw {
		return
	}
	p.last = now
	fmt.Fprintf(p.w, "\r\x1b[K%s", progressLine(e, now.Sub(p.start)))
}

// clear removes the line.
func (p *progress) clear() {
	if p.w != nil {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// progressLine describes rows, providers, rate, and the time left of the provider.
func progressLine(e export.Progress, elapsed time.Duration) string {
	rate := float64(e.Rows) / max(elapsed.Seconds(), 0.001)
	line := fmt.Sprintf("%d rows", e.Rows)
	if e.Total > 0 {
		line += fmt.Sprintf(" (%s: %d of %d)", table.Printable(e.Provider), e.ProviderRows, e.Total)
	} else {
		line += fmt.Sprintf(" (%s)", table.Printable(e.Provider))
	}
	line += fmt.Sprintf(", provider %d of %d, %.0f rows/s", e.Index, e.Providers, rate)
	if left := e.Total - e.ProviderRows; e.Total > 0 && left > 0 && rate > 0 {
		line += fmt.Sprintf(", %s left", (time.Duration(float64(left)/rate) * time.Second).Round(time.Second))
	}
	return line
}
