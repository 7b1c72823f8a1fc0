package accept_test

import (
	"testing"

	"github.com/accountgraph/accountgraph/internal/accept"
)

func TestParse(t *testing.T) {
	got := accept.Parse([]string{`Text/HTML;Q=0.5;charset=utf-8, , nonsense;;`, `*/*;q=high,application/json`})
	want := []accept.Range{{Type: "text/html", Quality: 0.5}, {Type: "*/*", Quality: 0}, {Type: "application/json", Quality: 1}}
	if len(got) != len(want) {
		t.Fatalf("got %v, want %v", got, want)
	}
	for i, r := range got {
		if r.Type != want[i].Type || r.Quality != want[i].Quality {
			t.Errorf("range %d: got %s with quality %v, want %s with %v", i, r.Type, r.Quality, want[i].Type, want[i].Quality)
		}
	}
	if got[0].Params["charset"] != "utf-8" {
		t.Errorf("parameters of the first range: got %v", got[0].Params)
	}
}
