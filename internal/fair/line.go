package fair

import (
	"container/list"
	"time"
)

// Job is work of one caller that needs several places of one semaphore, at the same time or
// one after the other, and is worth nothing before it has had all of them. It begins with
// its first place. A job that has begun goes before those that have not, so that work is
// finished rather than begun.
//
// A nil *Job is work that needs one place.
type Job struct {
	// Begin is how long the job may wait for its first place, from its first request on.
	// Then all its requests fail with ErrBegin: they need not wait.
	Begin time.Duration

	// The semaphore guards all that follows.
	begun bool
	// since is when the job began to wait, and until when it ends to.
	since, until time.Time
	// requests are of *request, while the job waits for its first place, and turn is its
	// element in line.jobs.
	requests *list.List
	turn     *list.Element
}

func (j *Job) begin() {
	if j != nil {
		j.begun = true
	}
}

// isNew reports whether a job waits for its first place.
func (j *Job) isNew() bool { return j != nil && !j.begun }

// waits reports whether requests of a new job wait.
func (j *Job) waits() bool { return j.turn != nil }

// fail ends the time in which a new job may begin.
func (j *Job) fail(now time.Time) { j.until = now }

// isLate reports whether a job has waited for its first place as long as it may.
func (j *Job) isLate(now time.Time) bool {
	return j.isNew() && !j.until.IsZero() && !now.Before(j.until)
}

// line is what one caller waits for: at least one request.
type line struct {
	caller string
	turn   *list.Element
	// waiting is the number of all requests.
	waiting int
	// begun are the requests without a job and those of jobs that have begun, of *request.
	begun *list.List
	// jobs are those that have not begun, of *Job, in the order in which they came.
	jobs *list.List
}

type request struct {
	line *line
	job  *Job
	// queue is the list that element is in: line.begun or job.requests.
	queue   *list.List
	element *list.Element
	// result gets nil for a place, or ErrFull.
	result chan error
}

func newLine(caller string) *line {
	return &line{caller: caller, begun: list.New(), jobs: list.New()}
}

// add queues a request.
func (l *line) add(job *Job, now time.Time) *request {
	r := &request{line: l, job: job, queue: l.begun, result: make(chan error, 1)}
	if job.isNew() {
		if job.until.IsZero() {
			job.since, job.until, job.requests = now, now.Add(job.Begin), list.New()
		}
		if job.turn == nil {
			job.turn = l.jobs.PushBack(job)
		}
		r.queue = job.requests
	}
	r.element = r.queue.PushBack(r)
	l.waiting++
	return r
}

// remove takes a request out.
func (l *line) remove(r *request) {
	r.queue.Remove(r.element)
	l.waiting--
	if r.job.isNew() && r.job.requests.Len() == 0 {
		l.leave(r.job)
	}
}

// leave takes a job out of those that have not begun.
func (l *line) leave(j *Job) {
	l.jobs.Remove(j.turn)
	j.turn = nil
}

// next returns the request that gets the next place. Its job begins.
func (l *line) next(now time.Time, newestAfter time.Duration) *request {
	if first := l.begun.Front(); first != nil {
		return first.Value.(*request)
	}
	e := l.jobs.Front()
	if newestAfter > 0 && now.Sub(e.Value.(*Job).since) >= newestAfter {
		e = l.jobs.Back()
	}
	j := e.Value.(*Job)
	l.leave(j)
	j.begin()
	for e := j.requests.Front(); e != nil; e = e.Next() {
		r := e.Value.(*request)
		r.queue, r.element = l.begun, l.begun.PushBack(r)
	}
	j.requests = nil
	return l.begun.Front().Value.(*request)
}

// newest returns the request that has come last: one of a job that has not begun, if there
// are any.
func (l *line) newest() *request {
	if e := l.jobs.Back(); e != nil {
		return e.Value.(*Job).requests.Back().Value.(*request)
	}
	return l.begun.Back().Value.(*request)
}
