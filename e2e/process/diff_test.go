package process_test

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// Ten lines of an export are changed; the differences are these ten.
func TestDiff(t *testing.T) {
	t.Parallel()
	config := writeFile(t, "a.yaml", startVendors(t).Config())
	old, _ := outFile(t, "old.ndjson")
	if code := start(t, nil, "export", "memberships", "--config", config, "--format", "ndjson", "--out", old).exit(); code != 0 {
		t.Fatalf("exit %d", code)
	}
	text, err := os.ReadFile(old)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(text), "\n")
	for i, change := range [][2]string{
		{`"status":"ACTIVE"`, `"status":"BLOCKED"`}, {`"role":"MEMBER"`, `"role":"OWNER"`}, {`"license":null`, `"license":"FULL"`}, {`"email":"`, `"email":"new.`},
	} {
		if !strings.Contains(lines[i], change[0]) {
			t.Fatalf("%s is not in %s", change[0], lines[i])
		}
		lines[i] = strings.Replace(lines[i], change[0], change[1], 1)
	}
	lines = slices.Delete(lines, 40, 43)
	for i := range 3 {
		lines = append([]string{strings.Replace(lines[60+2*i], `"id":"`, `"id":"new`, 1)}, lines...)
	}
	current := writeFile(t, "new.ndjson", strings.Join(lines, "\n"))
	for _, test := range []struct {
		files [2]string
		code  int
		want  string
	}{
		{[2]string{old, old}, 0, "0 joined, 0 changed, 0 left\n"},
		{[2]string{old, current}, 4, "3 joined, 4 changed, 3 left\n"},
		{[2]string{current, old}, 4, "3 joined, 4 changed, 3 left\n"},
		{[2]string{old, config}, 2, ""},
		{[2]string{old, "/nowhere"}, 2, "no such file"},
	} {
		p := start(t, nil, "diff", "--format", "ndjson", test.files[0], test.files[1])
		if code := p.exit(); code != test.code || !strings.Contains(p.stderr.String(), test.want) {
			t.Errorf("%v: exit %d, want %d\n%s", test.files, code, test.code, &p.stderr)
		}
		if test.code == 4 && (strings.Count(p.stdout.String(), `{"event":"`) != 10 || strings.Count(p.stdout.String(), `"event":"mover"`) != 4) {
			t.Errorf("%s", &p.stdout)
		}
	}
}
