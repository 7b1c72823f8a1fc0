package operation

import (
	"sync"

	"github.com/accountgraph/accountgraph/internal/fair"
)

// Jobs are what an operation does at each provider, for the queues of their places. A nil
// Jobs has none. Safe for concurrent use.
type Jobs struct {
	mu         sync.Mutex
	byProvider map[string]*fair.Job
}

// NewJobs returns the jobs of an operation that has not begun.
func NewJobs() *Jobs { return &Jobs{byProvider: map[string]*fair.Job{}} }

// At returns the job at the provider with this name: the one that start has returned for it
// first.
func (j *Jobs) At(provider string, start func() *fair.Job) *fair.Job {
	if j == nil {
		return nil
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	job := j.byProvider[provider]
	if job == nil {
		job = start()
		j.byProvider[provider] = job
	}
	return job
}
