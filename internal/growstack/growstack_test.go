package growstack_test

import (
	"testing"

	"github.com/accountgraph/accountgraph/internal/growstack"
)

// BenchmarkGrow compares goroutines whose calls are deep, with and without room from the start.
func BenchmarkGrow(b *testing.B) {
	for name, grow := range map[string]func(){"none": func() {}, "to 8 kB": growstack.To8KB, "to 16 kB": growstack.To16KB} {
		b.Run(name, func(b *testing.B) {
			done := make(chan int)
			for b.Loop() {
				go func() {
					grow()
					done <- deep(60)
				}()
				<-done
			}
		})
	}
}

// deep calls itself n times.
//
//go:noinline
func deep(n int) int {
	var local [8]int
	if n == 0 {
		return local[0]
	}
	local[n%len(local)] = deep(n - 1)
	return local[n%len(local)] + n
}
