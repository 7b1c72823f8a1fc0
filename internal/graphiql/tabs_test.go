package graphiql_test

import (
	"path"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers/activityinfo/activityinfofake"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// TestTabs_UseIDsOfDemo checks that the built page, not only web/src/tabs.js, has the
// ids and the address of the simulated vendors.
func TestTabs_UseIDsOfDemo(t *testing.T) {
	scripts := &strings.Builder{}
	for _, served := range paths(t) {
		if path.Ext(served) == ".js" && strings.HasPrefix(path.Base(served), "index-") {
			scripts.WriteString(body(t, get(t, served, nil)))
		}
	}
	for _, name := range []string{
		"softwareone:User:" + softwareonefake.EverywhereUser,
		"softwareone:Account:" + softwareonefake.FirstAccount,
		"activityinfo:Account:" + activityinfofake.FirstAccount,
		fakevendor.People()[123].Email,
	} {
		if !strings.Contains(scripts.String(), name) {
			t.Errorf("no tab contains %s", name)
		}
	}
}
