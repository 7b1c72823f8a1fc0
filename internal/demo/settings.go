package demo

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// developmentPorts are those of the development servers of frontends.
var developmentPorts = []string{"3000", "3001", "4200", "5173", "5174", "8000", "8081"}

// Settings returns the section `server` of the demo's configuration: the pages of development
// servers on this host and of further origins may send requests. open accepts clients of
// other hosts.
func Settings(further []string, open bool) string {
	origins := slices.Clone(further)
	for _, port := range developmentPorts {
		origins = append(origins, "http://localhost:"+port, "http://127.0.0.1:"+port)
	}
	section := map[string]any{"cors": map[string]any{"origins": origins}}
	if open {
		section["auth"] = "open"
	}
	text, err := json.Marshal(section) // YAML contains JSON
	if err != nil {
		return ""
	}
	return "server: " + string(text) + "\n"
}

// Welcome is the text that the demo prints when it listens on an address.
func Welcome(address string) string {
	// An unspecified address is no URL for a browser.
	address = strings.Replace(address, "[::]:", "127.0.0.1:", 1)
	var b strings.Builder
	fmt.Fprintf(&b, "accountgraph demo: simulated vendors, one graph.\n\n  Who has access  http://%[1]s/access\n  GraphiQL        http://%[1]s/\n  GraphQL         http://%[1]s/graphql\n  Picture         http://%[1]s/graph\n\nThree queries to try:\n", address)
	for _, query := range Queries {
		fmt.Fprintf(&b, "\n  curl -s http://%s/graphql -H 'content-type: application/json' -d '{\"query\":\"%s\"}'\n", address, strings.ReplaceAll(query, `"`, `\"`))
	}
	b.WriteString("\nCtrl-C stops it.\n")
	return b.String()
}
