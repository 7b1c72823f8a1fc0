package providertest

import (
	"net/url"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/graph/model"
	"github.com/accountgraph/accountgraph/internal/fakevendor"
	"github.com/accountgraph/accountgraph/providers"
)

// sampleSize is the number of objects of a list that are read by id.
const sampleSize = 7

// sample returns nodes at equal distances, including the first and the last.
func sample(nodes []model.Node) []model.Node {
	if len(nodes) <= sampleSize {
		return nodes
	}
	selected := make([]model.Node, sampleSize)
	for i := range selected {
		selected[i] = nodes[i*(len(nodes)-1)/(sampleSize-1)]
	}
	return selected
}

// objects checks that Get returns the listed objects, completely.
func (s suite) objects(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	for _, l := range s.listsOf(p) {
		t.Run(l.name, func(t *testing.T) {
			listed := sample(l.read(t, p, l.query).nodes)
			ids := rows{nodes: listed}.ids()
			requested := slices.Concat(ids, ids, []string{unknown(l.typ)}, ids)
			before := slices.Clone(requested)
			result := l.get(t.Context(), requested)
			if !slices.Equal(requested, before) {
				t.Error("Get modified its argument")
			}
			for id, err := range result.Failed {
				t.Errorf("Get failed for %q: %v", id, err)
			}
			if object := result.Objects[unknown(l.typ)]; object != nil {
				t.Errorf("Get returned %s, which does not exist", object.GlobalID())
			}
			for i, row := range listed {
				object := result.Objects[ids[i]]
				if object == nil {
					t.Errorf("Get did not return the listed %s", row.GlobalID())
					continue
				}
				checkEntity(t, p, l.typ, object)
				if object.GlobalID() != row.GlobalID() {
					t.Errorf("Get returned %s for %s", object.GlobalID(), row.GlobalID())
				}
				if entityOf(object).FieldSet != nil {
					t.Errorf("%s: Get returned an incomplete record", object.GlobalID())
				}
				if entityOf(row).FieldSet == nil {
					compareFields(t, row, object)
				}
			}
			if n := len(result.Objects); n > len(listed) {
				t.Errorf("Get returned %d objects for %d ids", n, len(listed))
			}
			none := l.get(t.Context(), nil)
			if len(none.Objects)+len(none.Failed) != 0 {
				t.Errorf("Get without ids = %v", none)
			}
		})
	}
}

// unknown returns a well-formed id that does not exist.
func unknown(typ string) string {
	if typ == model.TypeMembership {
		return model.JoinMembership("999999999", "999999998")
	}
	return "999999999"
}

// compareFields checks that a complete row of a list equals the object. It skips
// references, whose field sets may differ.
func compareFields(t *testing.T, row, object model.Node) {
	t.Helper()
	a, b := reflect.ValueOf(row).Elem(), reflect.ValueOf(object).Elem()
	for i := range a.NumField() {
		switch a.Field(i).Interface().(type) {
		case *string, *bool, *time.Time, model.UserStatus, model.AccountStatus, model.OrganizationStatus,
			model.BuyerStatus, model.SellerStatus, model.MembershipRole, []*model.CustomAttribute,
			*model.Address, *model.Phone, *model.UserSettings:
		default:
			continue
		}
		if !reflect.DeepEqual(a.Field(i).Interface(), b.Field(i).Interface()) {
			t.Errorf("%s: %s differs between the row of the list and the object", row.GlobalID(), a.Type().Field(i).Name)
		}
	}
}

// hostileIDs checks that malformed ids find no object and do not change the path of a
// call.
func (s suite) hostileIDs(t *testing.T) {
	t.Parallel()
	hostile := []string{
		"", ".", "..", "/", "//", "../x", "../../x", "x/..", "..%2f..%2fx", "%2e%2e", "a/b?c#d", "a?b=c", "a&b=c", "x#y",
		`"),eq(id,"`, `x"))&limit=1`, "*", "a,b", "\x00", "a\r\nX-Evil: 1", "\x7f", "a b", "\u202e", "\xff", "0", "-1", "1e3", "01", "1.0",
		"http://evil.example/", "//evil.example", `\..\x`, "../x/../y", "a/../b", "a/b/c", "1;2",
		strings.Repeat("9", 300), strings.Repeat("x", 300), strings.Repeat("../", 100),
	}
	p := s.serve(t)
	for _, l := range s.listsOf(p) {
		p.control.Reset()
		listed := l.read(t, p, l.query)
		l.get(t.Context(), append(rows{nodes: sample(listed.nodes)}.ids(), unknown(l.typ)))
		allowed := depths(p.control.Calls())
		for _, id := range hostile {
			p.control.Reset()
			if l.typ == model.TypeMembership && len(listed.nodes) > 0 {
				tenant, user := model.SplitMembership(listed.ids()[0])
				l.checkNotFound(t, model.JoinMembership(tenant, id))
				l.checkNotFound(t, model.JoinMembership(id, user))
			}
			l.checkNotFound(t, id)
			for _, call := range p.control.Calls() {
				checkPath(t, p.baseURL, call, allowed, id)
			}
		}
		// A malformed id does not affect other ids.
		good := listed.ids()[0]
		for _, id := range hostile {
			if result := l.get(t.Context(), []string{id, good}); result.Objects[good] == nil {
				t.Errorf("%s: Get(%.30q, %q) did not return the second: %v", l.name, id, good, result.Failed[good])
			}
		}
	}
}

// checkNotFound checks that id finds no object.
func (l list) checkNotFound(t *testing.T, id string) {
	t.Helper()
	result := l.get(t.Context(), []string{id})
	for key, object := range result.Objects {
		t.Errorf("%s: Get(%.30q) returned %q, %s", l.name, id, key, object.GlobalID())
	}
	for key, err := range result.Failed {
		if key != id {
			t.Errorf("%s: Get(%.30q) failed for %q", l.name, id, key)
		}
		if kind := providers.KindOf(err); kind != providers.InvalidID && kind != providers.NotFound {
			t.Errorf("%s: Get(%.30q) failed with %v, want InvalidID, NotFound or no error", l.name, id, err)
		}
	}
}

// depths returns the numbers of path segments of calls.
func depths(calls []fakevendor.Call) map[int]bool {
	all := map[int]bool{}
	for _, call := range calls {
		all[strings.Count(call.Path, "/")] = true
	}
	return all
}

// checkPath checks that the path of a call is below the base URL, has no dot segments,
// and has an allowed number of segments.
func checkPath(t *testing.T, baseURL string, call fakevendor.Call, allowed map[int]bool, id string) {
	t.Helper()
	base, err := url.Parse(baseURL)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := url.PathUnescape(call.Path)
	if err != nil || !strings.HasPrefix(path.Clean(decoded)+"/", strings.TrimSuffix(base.Path, "/")+"/") {
		t.Errorf("the id %.30q led to %s, outside %s", id, call.Path, baseURL)
	}
	for segment := range strings.SplitSeq(decoded, "/") {
		if segment == "." || segment == ".." {
			t.Errorf("the id %.30q led to %s, which has a dot segment", id, call.Path)
			return
		}
	}
	if !allowed[strings.Count(call.Path, "/")] {
		t.Errorf("the id %.30q led to %s, which has another number of segments", id, call.Path)
	}
}
