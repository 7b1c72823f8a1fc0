package process_test

import (
	"os"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

func TestReview_Leavers(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	config := writeFile(t, "a.yaml", v.Config())
	leavers := writeFile(t, "leavers.csv", "\ufeffName;E-Mail\r\nA; PERSON123@Acme.example \r\nB;nobody@acme.example\r\n")
	p := start(t, nil, "review", "leavers", "--config", config, "--leavers", leavers)
	if code := p.exit(); code != 0 || !strings.Contains(p.stdout.String(), "CAN_SIGN_IN  PERSON123@Acme.example") || !strings.Contains(p.stdout.String(), "NO_LOGIN     nobody@acme.example") {
		t.Errorf("exit %d\n%s%s", code, &p.stdout, &p.stderr)
	}
	v.Vendor("activeplatform").Control.Add(fakevendor.Fault{Path: "/", Status: 500})
	for _, format := range []string{"html", "json", "csv"} {
		path, list := outFile(t, "leavers."+format)
		p := start(t, nil, "review", "leavers", "--config", config, "--leavers", leavers, "--retry-for", "0s", "--format", format, "--out", path)
		if code := p.exit(); code != 3 || !strings.Contains(p.stderr.String(), "activeplatform") || !strings.Contains(p.stderr.String(), "NOT COMPLETE") {
			t.Errorf("%s: exit %d\n%s", format, code, &p.stderr)
		}
		text, err := os.ReadFile(path)
		if err != nil || strings.Contains(string(text), "NO_LOGIN") || !strings.Contains(string(text), "NOT_KNOWN") {
			t.Errorf("%s: %v\n%s", format, err, text)
		}
		if names, hasReport := list(), format != "json"; len(names) == 2 != hasReport {
			t.Errorf("%s: %v", format, names)
		}
	}
}

func TestReview_Invalid(t *testing.T) {
	t.Parallel()
	config := writeFile(t, "a.yaml", startVendors(t).Config())
	broken := writeFile(t, "leavers.txt", "a@x.example\nBob\n")
	for _, test := range []struct{ args, want string }{
		{"shoes", "must be one of"},
		{"leavers", "--leavers names the file"},
		{"leavers --leavers /nowhere", "no such file"},
		{"leavers --leavers " + broken, "line 2 has no address"},
		{"leavers --providers blendvision --leavers " + broken, "leavers are looked for at all providers"},
		{"stale --leavers " + broken, "--leavers is for"},
		{"stale --stale 90", "must be an age such as 90d"},
		{"stale --stale=-3d", "must be an age such as 90d"},
		{"stale --providers nobody", "there is no provider"},
	} {
		p := start(t, nil, append(append([]string{"review"}, strings.Fields(test.args)...), "--config", config)...)
		if code := p.exit(); code != 2 || !strings.Contains(p.stderr.String(), test.want) || p.stdout.String() != "" {
			t.Errorf("%s: exit %d\n%s%s", test.args, code, &p.stdout, &p.stderr)
		}
	}
}
