package differential

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
)

// Vendor is one provider of the configuration.
type Vendor struct {
	// Name is the name of the provider, and of the vendor as configurations spell it.
	Name, BaseURL, Token string
	// Tenants are the tenants of the configuration.
	Tenants []string
}

// record is a JSON object. Numbers are json.Number.
type record = map[string]any

// Read reads all data of the vendors.
func Read(vendors []Vendor) (*World, error) {
	w := &World{Lists: map[string][]*Object{}, byID: map[string]*Object{}}
	for _, v := range vendors {
		id := v.Name + ":Provider:" + v.Name
		r := &reader{World: w, vendor: v, provider: &Object{Type: "Provider", ID: id, Fields: map[string]any{
			"id": id, "name": v.Name, "vendor": strings.ToUpper(v.Name), "baseURL": v.BaseURL, "unreadableTenants": []any{},
		}}}
		w.Providers, w.byID[id] = append(w.Providers, r.provider), r.provider
		switch v.Name {
		case "activityinfo":
			r.activityInfo()
		case "softwareone":
			r.softwareOne()
		case "activeplatform":
			r.activePlatform()
		case "blendvision":
			r.blendVision()
		default:
			return nil, fmt.Errorf("unknown vendor %q", v.Name)
		}
		if r.err != nil {
			return nil, fmt.Errorf("%s: %w", v.Name, r.err)
		}
		for typ, field := range map[string]string{"User": "users", "Account": "accounts", "Organization": "organizations"} {
			list := &List{}
			for _, o := range w.Lists[typ] {
				if o.Provider == v.Name {
					list.Rows = append(list.Rows, o)
				}
			}
			r.provider.Fields[field] = list
		}
	}
	w.addPeople()
	w.Lists["Provider"] = w.Providers
	return w, nil
}

// reader reads one vendor. After the first error it reads nothing.
type reader struct {
	*World
	vendor   Vendor
	provider *Object
	err      error
}

// get decodes the response to a GET into out. It returns the status.
func (r *reader) get(path string, header http.Header, out any) int {
	if r.err != nil {
		return 0
	}
	request, err := http.NewRequest(http.MethodGet, r.vendor.BaseURL+path, nil)
	if err != nil {
		r.err = err
		return 0
	}
	request.Header = header.Clone()
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		r.err = err
		return 0
	}
	defer response.Body.Close()
	var body bytes.Buffer
	if _, err := body.ReadFrom(response.Body); err != nil {
		r.err = err
		return 0
	}
	d := json.NewDecoder(&body)
	d.UseNumber()
	if err := d.Decode(out); err != nil && response.StatusCode == http.StatusOK {
		r.err = fmt.Errorf("%s: %w", path, err)
	}
	return response.StatusCode
}

// list is get for a response that must have status 200.
func (r *reader) list(path string, header http.Header, out any) {
	if status := r.get(path, header, out); status != http.StatusOK && r.err == nil {
		r.err = fmt.Errorf("%s: status %d", path, status)
	}
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// records returns the elements of a JSON array of objects.
func records(value any) []record {
	elements, _ := value.([]any)
	var all []record
	for _, e := range elements {
		if o, ok := e.(record); ok {
			all = append(all, o)
		}
	}
	return all
}

// texts returns the elements of a JSON array of texts; an empty list for anything else.
func texts(value any) []any {
	elements, _ := value.([]any)
	return append([]any{}, elements...)
}

// member adds a membership of a user in a tenant.
func (r *reader) member(tenant, user *Object) *Object {
	m := r.add(r.provider, "Membership", tenant.text("vendorId")+"/"+user.text("vendorId"))
	m.Fields["user"], m.Fields["tenant"] = user, tenant
	if tenant.Type == "Account" {
		m.Fields["account"] = tenant
	} else {
		m.Fields["organization"] = tenant
	}
	for _, list := range []string{"groups", "buyers", "modules"} {
		m.Fields[list] = []any{}
	}
	append1(tenant, "members", m)
	append1(user, "memberships", m)
	return m
}

// append1 adds a row to a connection of an object.
func append1(o *Object, field string, row *Object) {
	list, ok := o.Fields[field].(*List)
	if !ok {
		list = &List{}
		o.Fields[field] = list
	}
	list.Rows = append(list.Rows, row)
}

// user adds a user; all users have these lists.
func (r *reader) user(vendorID string) *Object {
	u := r.add(r.provider, "User", vendorID)
	if u.Fields["memberships"] == nil {
		u.Fields["memberships"], u.Fields["customAttributes"] = &List{}, []any{}
	}
	return u
}

// account adds an account; all accounts have these lists.
func (r *reader) account(vendorID string) *Object {
	a := r.add(r.provider, "Account", vendorID)
	if a.Fields["members"] == nil {
		a.Fields["members"], a.Fields["groups"], a.Fields["buyers"] = &List{}, &List{}, &List{}
	}
	return a
}
