package process_test

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
)

// outFile returns the path of a file in a new folder, and a function that lists the folder.
func outFile(t *testing.T, name string) (path string, list func() []string) {
	t.Helper()
	folder := t.TempDir()
	return filepath.Join(folder, name), func() (names []string) {
		entries, err := os.ReadDir(folder)
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			names = append(names, entry.Name())
		}
		return names
	}
}

func TestExport_File(t *testing.T) {
	t.Parallel()
	config := writeFile(t, "a.yaml", startVendors(t).Config())
	path, list := outFile(t, "users.csv")
	p := start(t, nil, "export", "users", "--config", config, "--out", path)
	if code := p.exit(); code != 0 || p.stdout.String() != "" || !strings.Contains(p.stderr.String(), "rows in all; complete") || strings.Contains(p.stderr.String(), "\x1b") {
		t.Errorf("exit %d\n%s%s", code, &p.stdout, &p.stderr)
	}
	if names := strings.Join(list(), " "); names != "users.csv users.csv.report.json" {
		t.Errorf("files: %s", names)
	}
	for _, name := range []string{path, path + ".report.json"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v, %v", info.Mode(), err)
		}
	}
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	records, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Rows     int
		Complete bool
	}
	text, err := os.ReadFile(path + ".report.json")
	if err != nil || json.Unmarshal(text, &report) != nil || !report.Complete || report.Rows != len(records)-1 || report.Rows == 0 {
		t.Errorf("%d records, %v\n%s", len(records), err, text)
	}
}

// From a running server an export has the same rows as from its configuration.
func TestExport_Server(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	server := startServer(t, nil, "serve", "--config", writeFile(t, "a.yaml", listenAnywhere+v.Config()))
	var texts []string
	for _, from := range [][]string{{"--server", "http://" + server.address}, {"--config", writeFile(t, "b.yaml", v.Config())}} {
		p := start(t, []string{"ACCOUNTGRAPH_TOKEN=ignored"}, append([]string{"export", "users", "--format", "ndjson", "--columns", "id,email,status"}, from...)...)
		if code := p.exit(); code != 0 {
			t.Errorf("exit %d\n%s", code, &p.stderr)
		}
		rows, report, found := strings.Cut(p.stdout.String(), `{"report":`)
		if !found || !strings.Contains(report, `"complete":true`) || strings.Count(rows, "\n") < 900 {
			t.Errorf("%d rows, report %s", strings.Count(rows, "\n"), report)
		}
		texts = append(texts, rows)
	}
	if texts[0] != texts[1] {
		t.Error("the rows differ")
	}
}

func TestExport_Incomplete(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	v.Vendor("blendvision").Control.Add(fakevendor.Fault{Path: "/", Status: 500})
	config := writeFile(t, "a.yaml", v.Config())
	for _, test := range []struct {
		flags []string
		code  int
	}{{nil, 3}, {[]string{"--allow-partial"}, 0}} {
		path, list := outFile(t, "users.ndjson")
		p := start(t, nil, append([]string{"export", "users", "--config", config, "--format", "ndjson", "--retry-for", "0s", "--out", path}, test.flags...)...)
		if code := p.exit(); code != test.code || !strings.Contains(p.stderr.String(), "blendvision: 0 rows, NOT COMPLETE") {
			t.Errorf("exit %d, want %d\n%s", code, test.code, &p.stderr)
		}
		text, err := os.ReadFile(path)
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		last := lines[len(lines)-1]
		if err != nil || len(list()) != 1 || !strings.HasPrefix(last, `{"report":`) || !strings.Contains(last, `"complete":false`) || !strings.Contains(last, "UPSTREAM_UNAVAILABLE") {
			t.Errorf("%v, %v, last record %s", err, list(), last)
		}
	}
}

// An interrupted export leaves the file as it was, and no other file.
func TestExport_Interrupted(t *testing.T) {
	t.Parallel()
	v := startVendors(t)
	control := v.Vendor("activeplatform").Control
	control.Add(fakevendor.Fault{Path: "/", Delay: time.Minute})
	path, list := outFile(t, "users.csv")
	if err := os.WriteFile(path, []byte("before"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := start(t, nil, "export", "users", "--config", writeFile(t, "a.yaml", v.Config()), "--out", path)
	waitFor(t, "a call of the slow vendor", func() bool { return len(control.Calls()) > 0 && len(list()) == 2 })
	p.signal(syscall.SIGINT)
	if code := p.exit(); code != 1 || !strings.Contains(p.stderr.String(), "interrupted; no file was written") {
		t.Errorf("exit %d\n%s", code, &p.stderr)
	}
	if text, err := os.ReadFile(path); string(text) != "before" || err != nil || len(list()) != 1 {
		t.Errorf("%s, %v, %v", text, err, list())
	}
}

func TestExport_Invalid(t *testing.T) {
	t.Parallel()
	config := writeFile(t, "a.yaml", startVendors(t).Config())
	for _, test := range []struct{ args, want string }{
		{"", "expected \"<kind>\""},
		{"shoes", "must be one of"},
		{"users --format xml", "must be one of"},
		{"users --columns id,shoes --config " + config, "there is no column \"shoes\" of users; the columns are id, provider,"},
		{"users --filter {\"shoes\":1} --config " + config, "shoes"},
		{"users --filter [] --config " + config, "--filter: must be a JSON object"},
		{"users --providers nobody --config " + config, "there is no provider \"nobody\""},
		{"users --out /nowhere/a.csv --config " + config, "--out: /nowhere/a.csv cannot be written: no such file or directory"},
		{"users", "there is no configuration accountgraph.yaml"},
		{"users --server graph.example.com", "--server: must be a URL such as https://graph.example.com"},
		{"users --server http://graph.example.com --token t0ken", "a token or header is not sent over http to another host"},
		{"users --rate -1 --config " + config, "--rate"},
	} {
		p := start(t, nil, append([]string{"export"}, strings.Fields(test.args)...)...)
		if code := p.exit(); code != 2 || !strings.Contains(p.stderr.String(), test.want) || p.stdout.String() != "" {
			t.Errorf("%s: exit %d\n%s%s", test.args, code, &p.stdout, &p.stderr)
		}
	}
	p := start(t, nil, "export", "users", "--retry-for", "0s", "--server", unreachable)
	if code := p.exit(); code != 1 || !strings.Contains(p.stderr.String(), "the server cannot be reached: connection refused") {
		t.Errorf("exit %d\n%s", code, &p.stderr)
	}
}
