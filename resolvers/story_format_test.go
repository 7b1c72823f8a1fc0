package resolvers_test

import (
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/accountgraph/accountgraph/internal/demo"
)

// formatCalls lists the calls that the vendors have received since the last time,
// without credentials. Equal calls are one line, because it depends on timing
// whether a call is repeated or shared. Calls behind the end of a list are left out.
func formatCalls(simulated *demo.Vendors) string {
	var lines []string
	for _, v := range simulated.All {
		for _, c := range v.Control.TakeCalls() {
			if c.PastEnd {
				continue
			}
			query, err := url.QueryUnescape(c.Query)
			if err != nil {
				query = c.Query
			}
			query = strings.TrimSuffix(strings.ReplaceAll(query, "api_token="+demo.Token, ""), "&")
			line := fmt.Sprintf("%s %s %s", v.Name, c.Method, c.Path)
			if query != "" {
				line += "?" + query
			}
			line = idList.ReplaceAllStringFunc(line, abbreviate)
			if org := c.Header.Get("X-Bv-Org-Id"); org != "" {
				line += " for " + org
			}
			lines = append(lines, line)
		}
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	return fmt.Sprintf("%d different calls\n%s", len(lines), strings.Join(lines, "\n"))
}

var (
	fetchedAt = regexp.MustCompile(`"fetchedAt": "[^"]+"`)
	port      = regexp.MustCompile(`127\.0\.0\.1:\d+`)
	requestID = regexp.MustCompile(`"requestId": "[^"]+"`)
	idList    = regexp.MustCompile(`\(("[^"]*",){4,}"[^"]*"\)`)
)

// abbreviate replaces a list of ids by the first, the last and their number.
func abbreviate(list string) string {
	all := strings.Split(strings.Trim(list, "()"), ",")
	return fmt.Sprintf("(%s … %s: %d ids)", all[0], all[len(all)-1], len(all))
}

// normalize replaces what differs between runs.
func normalize(response string) string {
	response = fetchedAt.ReplaceAllString(response, `"fetchedAt": "(now)"`)
	response = port.ReplaceAllString(response, "127.0.0.1:(port)")
	return requestID.ReplaceAllString(response, `"requestId": "(id)"`)
}
