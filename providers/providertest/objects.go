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

// sampleSize is how many objects of a list are read one by one.
const sampleSize = 7

// sample takes some of a list, its ends among them.
func sample(nodes []model.Node) []model.Node {
	if len(nodes) <= sampleSize {
		return nodes
	}
	some := make([]model.Node, sampleSize)
	for i := range some {
		some[i] = nodes[i*(len(nodes)-1)/(sampleSize-1)]
	}
	return some
}

func (s suite) objects(t *testing.T) {
	t.Parallel()
	p := s.serve(t)
	for _, l := range s.listsOf(p) {
		t.Run(l.name, func(t *testing.T) {
			listed := sample(l.read(t, p, l.query).nodes)
			ids := rows{nodes: listed}.ids()
			asked := slices.Concat(ids, ids, []string{unknown(l.typ)}, ids)
			before := slices.Clone(asked)
			found := l.get(t.Context(), asked)
			if !slices.Equal(asked, before) {
				t.Error("Get changed the ids that it was given")
			}
			for id, err := range found.Failed {
				t.Errorf("Get failed for %q: %v", id, err)
			}
			if object := found.Objects[unknown(l.typ)]; object != nil {
				t.Errorf("Get found %s, which does not exist", object.GlobalID())
			}
			for i, row := range listed {
				object := found.Objects[ids[i]]
				if object == nil {
					t.Errorf("Get does not find the listed %s", row.GlobalID())
					continue
				}
				belongs(t, p, l.typ, object)
				if object.GlobalID() != row.GlobalID() {
					t.Errorf("Get found %s for %s", object.GlobalID(), row.GlobalID())
				}
				if entity(object).FieldSet != nil {
					t.Errorf("%s: Get gives no full record", object.GlobalID())
				}
				if entity(row).FieldSet == nil {
					compare(t, row, object)
				}
			}
			if n := len(found.Objects); n > len(listed) {
				t.Errorf("Get gives %d objects, was asked for %d", n, len(listed))
			}
			none := l.get(t.Context(), nil)
			if len(none.Objects)+len(none.Failed) != 0 {
				t.Errorf("Get without ids = %v", none)
			}
		})
	}
}

// unknown is an id that no vendor has, in a form that many could have.
func unknown(typ string) string {
	if typ == model.TypeMembership {
		return model.JoinMembership("999999999", "999999998")
	}
	return "999999999"
}

// compare checks that a listed row that claims to be full says what the object
// says. References are left out: how much they hold may differ.
func compare(t *testing.T, row, object model.Node) {
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
			t.Errorf("%s: %s differs between the full row of the list and the object", row.GlobalID(), a.Type().Field(i).Name)
		}
	}
}

// hostileIDs are ids that try to be something else.
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
		honest := depths(p.control.Calls())
		for _, id := range hostile {
			p.control.Reset()
			if l.typ == model.TypeMembership && len(listed.nodes) > 0 {
				tenant, user := model.SplitMembership(listed.ids()[0])
				l.refuses(t, model.JoinMembership(tenant, id))
				l.refuses(t, model.JoinMembership(id, user))
			}
			l.refuses(t, id)
			for _, call := range p.control.Calls() {
				stays(t, p.baseURL, call, honest, id)
			}
		}
		// One bad id must not spoil its neighbours.
		good := listed.ids()[0]
		for _, id := range hostile {
			if found := l.get(t.Context(), []string{id, good}); found.Objects[good] == nil {
				t.Errorf("%s: asked for together with %.30q, %q is not found: %v", l.name, id, good, found.Failed[good])
			}
		}
	}
}

func (l list) refuses(t *testing.T, id string) {
	t.Helper()
	found := l.get(t.Context(), []string{id})
	for key, object := range found.Objects {
		t.Errorf("%s: Get(%.30q) found %q, %s", l.name, id, key, object.GlobalID())
	}
	for key, err := range found.Failed {
		if key != id {
			t.Errorf("%s: Get(%.30q) failed for %q", l.name, id, key)
		}
		if kind := providers.KindOf(err); kind != providers.InvalidArgument && kind != providers.NotFound {
			t.Errorf("%s: Get(%.30q) failed with %v, want BadInput or no failure", l.name, id, err)
		}
	}
}

// depths are the numbers of path segments of calls.
func depths(calls []fakevendor.Call) map[int]bool {
	all := map[int]bool{}
	for _, call := range calls {
		all[strings.Count(call.Path, "/")] = true
	}
	return all
}

// stays checks that a call does not leave the place that honest calls go to.
func stays(t *testing.T, baseURL string, call fakevendor.Call, honest map[int]bool, id string) {
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
			t.Errorf("the id %.30q led to %s, which climbs", id, call.Path)
			return
		}
	}
	if !honest[strings.Count(call.Path, "/")] {
		t.Errorf("the id %.30q led to %s, deeper or higher than any honest call", id, call.Path)
	}
}
