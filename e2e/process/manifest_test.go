package process_test

import (
	"strings"
	"testing"
)

// The commands read from a server that accepts no documents but those of their manifest.
func TestManifest_Commands(t *testing.T) {
	t.Parallel()
	m := start(t, nil, "manifest", "--columns", "users=id,email,status")
	if code := m.exit(); code != 0 {
		t.Fatalf("exit %d\n%s", code, &m.stderr)
	}
	manifest := writeFile(t, "documents.json", m.stdout.String())
	config := writeFile(t, "a.yaml", listenAnywhere+"documents: {only: true, manifest: "+manifest+"}\n"+startVendors(t).Config())
	server := []string{"--server", "http://" + startServer(t, nil, "--config", config).address, "--rate", "0"}
	leavers := writeFile(t, "leavers.csv", "person123@acme.example\n")
	for _, args := range [][]string{
		{"export", "users"}, {"export", "users", "--columns", "id,email,status"}, {"export", "memberships"}, {"export", "people"},
		{"review", "leavers", "--leavers", leavers}, {"review", "stale"}, {"review", "invitations"}, {"review", "licenses"},
		{"review", "owners"}, {"review", "orphans"}, {"review", "conflicts"},
	} {
		p := start(t, nil, append(args, server...)...)
		if code := p.exit(); code != 0 || p.stdout.String() == "" {
			t.Errorf("%s: exit %d\n%s", strings.Join(args, " "), code, &p.stderr)
		}
	}
	p := start(t, nil, append([]string{"export", "users", "--columns", "id,login"}, server...)...)
	if code := p.exit(); code != 1 || !strings.Contains(p.stderr.String(), "accountgraph manifest") {
		t.Errorf("a document that the server does not have: exit %d\n%s", code, &p.stderr)
	}
}

func TestManifest_Invalid(t *testing.T) {
	t.Parallel()
	for columns, message := range map[string]string{
		"users": "the lists are users,memberships,people", "groups=id": "the lists are users", "users=id,nothing": `no column "nothing"`,
	} {
		p := start(t, nil, "manifest", "--columns", columns)
		if code := p.exit(); code != 2 || !strings.Contains(p.stderr.String(), message) || p.stdout.String() != "" {
			t.Errorf("%s: exit %d\n%s", columns, code, &p.stderr)
		}
	}
}
