package graphiql_test

import (
	"path"
	"strings"
	"testing"

	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers/activityinfo/activityinfofake"
	"github.com/accountgraph/accountgraph/providers/softwareone/softwareonefake"
)

// The page's first queries ask for objects by name: these must be there in the
// demo, and in the build, not only in web/src/tabs.js.
func TestTheTabsAskForWhatTheDemoHas(t *testing.T) {
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
			t.Errorf("no tab asks for %s", name)
		}
	}
}
