package reports

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/accountgraph/accountgraph/internal/reports/export"
	"github.com/accountgraph/accountgraph/internal/reports/table"
)

// progress shows on a terminal how far a command is. Elsewhere it shows nothing. It is safe for
// concurrent use.
type progress struct {
	// w is nil where there is no terminal.
	w    io.Writer
	now  func() time.Time
	stop chan struct{}

	mu sync.Mutex
	// start is when the command began, and last when the line was drawn.
	start, last time.Time
	// latest is how far it is, and first how far it was when the first rows were there, at
	// begun: before that, indexes are built.
	latest, first export.Progress
	begun         time.Time
}

// redraw is the least time between two lines, and tick the most.
const (
	redraw = 100 * time.Millisecond
	tick   = time.Second
)

func newProgress(env *Env) *progress {
	p := &progress{now: env.Now, start: env.Now(), stop: make(chan struct{})}
	if !isTerminal(env.Stderr) {
		return p
	}
	p.w = env.Stderr
	p.draw()
	go func() {
		ticker := time.NewTicker(tick)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				p.draw()
			case <-p.stop:
				return
			}
		}
	}()
	return p
}

// show tells how far the command is.
func (p *progress) show(e export.Progress) {
	if p.w == nil {
		return
	}
	p.mu.Lock()
	if p.begun.IsZero() {
		p.first, p.begun = e, p.now()
	}
	p.latest = e
	p.mu.Unlock()
	p.draw()
}

// draw draws the line, unless it was drawn a moment ago.
func (p *progress) draw() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.now()
	if p.w == nil || now.Sub(p.last) < redraw {
		return
	}
	p.last = now
	if p.begun.IsZero() {
		fmt.Fprintf(p.w, "\r\x1b[Kwaiting for the first rows, %s", now.Sub(p.start).Round(time.Second))
		return
	}
	fmt.Fprintf(p.w, "\r\x1b[K%s", progressLine(p.latest, p.latest.Rows-p.first.Rows, now.Sub(p.begun)))
}

// clear removes the line, and ends the drawing. It is called once.
func (p *progress) clear() {
	close(p.stop)
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.w != nil {
		fmt.Fprint(p.w, "\r\x1b[K")
		p.w = nil
	}
}

// progressLine describes rows, providers, rate, and the time left of the provider. rows are those
// that were read in the elapsed time.
func progressLine(e export.Progress, rows int, elapsed time.Duration) string {
	line := fmt.Sprintf("%d rows", e.Rows)
	switch {
	case e.Total > e.ProviderRows && e.IsEstimate:
		line += fmt.Sprintf(" (%s: %d of about %d)", table.Printable(e.Provider), e.ProviderRows, e.Total)
	case e.Total > 0:
		line += fmt.Sprintf(" (%s: %d of %d)", table.Printable(e.Provider), e.ProviderRows, e.Total)
	default:
		line += fmt.Sprintf(" (%s)", table.Printable(e.Provider))
	}
	line += fmt.Sprintf(", provider %d of %d", e.Index, e.Providers)
	if elapsed < tick || rows == 0 {
		return line
	}
	rate := float64(rows) / elapsed.Seconds()
	line += fmt.Sprintf(", %.0f rows/s", rate)
	if left := e.Total - e.ProviderRows; e.Total > 0 && left > 0 {
		line += fmt.Sprintf(", %s left", (time.Duration(float64(left) / rate * float64(time.Second))).Round(time.Second))
	}
	return line
}
