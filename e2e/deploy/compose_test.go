package deploy_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/compose-spec/compose-go/v2/cli"
)

const composeFolder = root + "/deploy/compose"

// The compose file is valid, each file that it mounts is there, ports are on loopback, and the
// configuration can be used with the variables of the example.
func TestCompose(t *testing.T) {
	example, err := os.ReadFile(composeFolder + "/accountgraph.env.example")
	if err != nil {
		t.Fatal(err)
	}
	environment := composeFolder + "/accountgraph.env"
	if _, err := os.Stat(environment); err != nil {
		if err := os.WriteFile(environment, example, 0o600); err != nil {
			t.Fatal(err)
		}
		defer os.Remove(environment)
	}
	options, err := cli.NewProjectOptions([]string{composeFolder + "/compose.yaml"}, cli.WithProfiles([]string{"gateway"}),
		cli.WithEnv([]string{"REDIS_PASSWORD=p", "ROUTER_SECRET=s", "SOFTWAREONE_TOKEN=t"}))
	if err != nil {
		t.Fatal(err)
	}
	project, err := options.LoadProject(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, secret := range map[string]string{"redis": "REDIS_PASSWORD", "gateway": "ROUTER_SECRET"} {
		if got := project.Services[name].Environment; len(got) != 1 || got[secret] == nil {
			t.Errorf("%s has %v, and needs only %s", name, got, secret)
		}
	}
	names := project.ServiceNames()
	slices.Sort(names)
	if want := []string{"accountgraph", "gateway", "grafana", "prometheus", "redis"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	for name, service := range project.Services {
		for _, volume := range service.Volumes {
			if _, err := os.Stat(volume.Source); err != nil && !strings.HasSuffix(volume.Source, "/supergraph.graphql") {
				t.Errorf("%s: %v", name, err)
			}
		}
		for _, port := range service.Ports {
			if port.HostIP != "127.0.0.1" {
				t.Errorf("%s: port %s is open to other hosts", name, port.Published)
			}
		}
		if name != "accountgraph" && !regexp.MustCompile(`:v?\d+\.\d+`).MatchString(service.Image) {
			t.Errorf("%s: %s has no version", name, service.Image)
		}
	}
	if grace := project.Services["accountgraph"].StopGracePeriod; grace == nil || time.Duration(*grace) < 13*time.Second {
		t.Errorf("the server is killed after %v", grace)
	}
	text, err := os.ReadFile(composeFolder + "/accountgraph.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var variables []string
	for _, found := range regexp.MustCompile(`(?m)^(\w+)=`).FindAllStringSubmatch(string(example), -1) {
		variables = append(variables, found[1])
	}
	checkConfiguration(t, string(text), variables)
}
