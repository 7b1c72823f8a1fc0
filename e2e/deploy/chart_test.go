// Package deploy_test checks the files of deploy/ with the libraries of Helm, Kubernetes and
// Compose. It is a separate module: these libraries are larger than the program.
package deploy_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"helm.sh/helm/v3/pkg/chart/loader"
	"helm.sh/helm/v3/pkg/chartutil"
	"helm.sh/helm/v3/pkg/engine"
	"helm.sh/helm/v3/pkg/lint"
	"helm.sh/helm/v3/pkg/lint/support"
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	"sigs.k8s.io/yaml"
)

const (
	root  = "../.."
	chart = root + "/deploy/helm/accountgraph"
)

// everything switches on what the chart has.
const everything = `
imagePullSecrets: [{name: registry}]
tls: {secretName: tls}
privateCA: {configMap: ca}
documents: {configMap: documents}
serviceMonitor: {enabled: true, labels: {release: prometheus}}
serviceAccount: {annotations: {a: b}}
podAnnotations: {a: b}
podLabels: {team: identity}
env: [{name: HTTPS_PROXY, value: "http://proxy:3128"}]
nodeSelector: {kubernetes.io/os: linux}
tolerations: [{key: a, operator: Exists}]
topologySpreadConstraints: [{maxSkew: 1, topologyKey: zone, whenUnsatisfiable: ScheduleAnyway, labelSelector: {matchLabels: {a: b}}}]
affinity: {podAntiAffinity: {}}
networkPolicy: {egress: [{ports: [{port: 3128}]}]}
autoscaling: {enabled: false}
`

// render returns the objects of the chart by their kinds, strictly decoded where Kubernetes has
// them.
func render(t *testing.T, values string) map[string]any {
	t.Helper()
	c, err := loader.Load(chart)
	if err != nil {
		t.Fatal(err)
	}
	given, err := chartutil.ReadValues([]byte(values))
	if err != nil {
		t.Fatal(err)
	}
	all, err := chartutil.ToRenderValues(c, given, chartutil.ReleaseOptions{Name: "graph", Namespace: "identity"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	files, err := engine.Engine{Strict: true}.Render(c, all)
	if err != nil {
		t.Fatal(err)
	}
	objects := map[string]any{}
	for name, text := range files {
		if strings.TrimSpace(text) == "" || strings.HasSuffix(name, ".tpl") {
			continue
		}
		var head struct {
			APIVersion string `json:"apiVersion"`
			Kind       string `json:"kind"`
		}
		if err := yaml.Unmarshal([]byte(text), &head); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, text)
		}
		object := newObject(head.APIVersion + " " + head.Kind)
		if object == nil {
			t.Errorf("%s: %s %s is no known kind", name, head.APIVersion, head.Kind)
			continue
		}
		if err := yaml.UnmarshalStrict([]byte(text), object); err != nil {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
		objects[head.Kind] = object
	}
	return objects
}

func newObject(kind string) any {
	switch kind {
	case "v1 ConfigMap":
		return &corev1.ConfigMap{}
	case "v1 Service":
		return &corev1.Service{}
	case "v1 ServiceAccount":
		return &corev1.ServiceAccount{}
	case "apps/v1 Deployment":
		return &appsv1.Deployment{}
	case "autoscaling/v2 HorizontalPodAutoscaler":
		return &autoscalingv2.HorizontalPodAutoscaler{}
	case "policy/v1 PodDisruptionBudget":
		return &policyv1.PodDisruptionBudget{}
	case "networking.k8s.io/v1 NetworkPolicy":
		return &networkingv1.NetworkPolicy{}
	case "monitoring.coreos.com/v1 ServiceMonitor":
		return &map[string]any{}
	}
	return nil
}

func TestChart_Lints(t *testing.T) {
	for _, message := range lint.All(chart, nil, "identity", true).Messages {
		if message.Severity > support.InfoSev {
			t.Error(message)
		}
	}
}

func TestChart_Kinds(t *testing.T) {
	always := []string{"ConfigMap", "Deployment", "NetworkPolicy", "PodDisruptionBudget", "Service", "ServiceAccount"}
	for values, more := range map[string]string{"": "HorizontalPodAutoscaler", everything: "ServiceMonitor"} {
		want := slices.Sorted(slices.Values(append(slices.Clone(always), more)))
		if got := slices.Sorted(maps.Keys(render(t, values))); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
}

// The pods have no more rights than the program needs, end after the server has, and take
// secrets from Secrets alone.
func TestChart_Pods(t *testing.T) {
	for _, values := range []string{"", everything} {
		objects := render(t, values)
		d := objects["Deployment"].(*appsv1.Deployment)
		pod := d.Spec.Template.Spec
		container := pod.Containers[0]
		security := container.SecurityContext
		if !*pod.SecurityContext.RunAsNonRoot || !*security.ReadOnlyRootFilesystem || *security.AllowPrivilegeEscalation || len(security.Capabilities.Drop) != 1 || *pod.AutomountServiceAccountToken {
			t.Errorf("%+v %+v", pod.SecurityContext, security)
		}
		// limits.shutdownDelay of the values, limits.operationTime, and 2 s.
		if *pod.TerminationGracePeriodSeconds < 5+10+2 {
			t.Errorf("the pod is killed after %d s", *pod.TerminationGracePeriodSeconds)
		}
		if container.LivenessProbe.HTTPGet.Path != "/healthz" || container.ReadinessProbe.HTTPGet.Path != "/readyz" ||
			container.LivenessProbe.HTTPGet.Port.StrVal != "admin" || container.Ports[1].ContainerPort != 9090 || container.Ports[0].ContainerPort != 8080 {
			t.Errorf("%+v %+v", container.LivenessProbe, container.Ports)
		}
		for key, value := range d.Spec.Selector.MatchLabels {
			for what, labels := range map[string]map[string]string{
				"pods": d.Spec.Template.Labels, "service": objects["Service"].(*corev1.Service).Spec.Selector,
				"budget": objects["PodDisruptionBudget"].(*policyv1.PodDisruptionBudget).Spec.Selector.MatchLabels,
				"policy": objects["NetworkPolicy"].(*networkingv1.NetworkPolicy).Spec.PodSelector.MatchLabels,
			} {
				if labels[key] != value {
					t.Errorf("%s: %s is %q, want %q", what, key, labels[key], value)
				}
			}
		}
		checkConfiguration(t, objects["ConfigMap"].(*corev1.ConfigMap).Data["accountgraph.yaml"], secretsOf(container))
	}
}

// An empty list of peers allows nobody: a rule without peers would allow everybody.
func TestChart_NetworkPolicyWithoutPeers(t *testing.T) {
	policy := render(t, "networkPolicy: {clients: [], monitoring: [], redis: []}")["NetworkPolicy"].(*networkingv1.NetworkPolicy).Spec
	if len(policy.Ingress) != 0 || len(policy.PolicyTypes) != 2 {
		t.Errorf("%+v", policy)
	}
	for _, rule := range policy.Egress {
		for _, port := range rule.Ports {
			if port.Port.IntValue() == 6379 {
				t.Errorf("Redis may be anywhere: %+v", rule)
			}
		}
	}
	if policy := render(t, "")["NetworkPolicy"].(*networkingv1.NetworkPolicy).Spec; len(policy.Ingress) != 2 || len(policy.Ingress[0].From) != 1 || len(policy.Egress) != 3 {
		t.Errorf("%+v", policy)
	}
}

// secretsOf returns the names of variables from Secrets.
func secretsOf(c corev1.Container) (names []string) {
	for _, e := range c.Env {
		if e.ValueFrom != nil && e.ValueFrom.SecretKeyRef != nil {
			names = append(names, e.Name)
		}
	}
	return names
}

// checkConfiguration has the program validate a configuration with these variables. Certificates
// are replaced, and vendors are not there.
func checkConfiguration(t *testing.T, text string, variables []string) {
	t.Helper()
	folder := t.TempDir()
	file := filepath.Join(folder, "accountgraph.yaml")
	for _, part := range []string{"tls.crt", "tls.key"} {
		text = strings.ReplaceAll(text, "/etc/accountgraph/tls/"+part, filepath.Join(folder, part))
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	command := exec.Command("go", "run", ".", "check", "--json", "--config", file)
	command.Dir = root
	command.Env = append(os.Environ(), "HTTPS_PROXY=http://127.0.0.1:1")
	for _, name := range variables {
		value := "A0" + strings.Repeat("abcdefg", 5)
		switch {
		case name == "ACCOUNTGRAPH_CACHE_KEY":
			value = "OWMyYjQ0ZjA3MTQ2YWE5OTYxZGU0MTk0ZmQ5YTU1MWI="
		case strings.HasSuffix(name, "_URL"):
			value = "https://vendor.invalid"
		}
		command.Env = append(command.Env, name+"="+value)
	}
	var stderr bytes.Buffer
	command.Stderr = &stderr
	out, _ := command.Output() // vendors do not respond
	accepted := []string{`"configuration": [],`, "server.tls.certificate: " + filepath.Join(folder, "tls.crt") + " cannot be read"}
	if !slices.ContainsFunc(accepted, func(part string) bool { return strings.Contains(string(out), part) }) {
		t.Errorf("%s%s\n%s", out, &stderr, text)
	}
	for _, name := range variables {
		if !strings.Contains(text, fmt.Sprintf("${%s}", name)) {
			t.Errorf("%s is not used", name)
		}
	}
}
