package config

import (
	"fmt"
	"net/url"
	"reflect"
	"strings"
)

func (d *decoder) checkProviders(list []Provider) {
	names, headers := map[string]int{}, map[string]int{}
	for i := range list {
		path, p := fmt.Sprintf("providers[%d]", i), &list[i]
		if d.hasProblem(path) {
			continue
		}
		d.checkProvider(path, p)
		first, duplicate := names[p.Name]
		if duplicate {
			d.add(path+".name", "duplicates the name of providers[%d]", first)
			continue
		}
		names[p.Name] = i
		if first, duplicate := headers[p.CredentialHeader]; duplicate {
			d.add(path+".credentialHeader", "duplicates the header of providers[%d]: both would get the same credential", first)
			continue
		}
		if p.CredentialHeader != "" {
			headers[p.CredentialHeader] = i
		}
	}
}

func (d *decoder) checkProvider(path string, p *Provider) {
	if !isName(p.Name) {
		d.add(path+".name", "must be 1 to 40 lower-case letters, digits and dashes")
	}
	d.checkBaseURL(path, p)
	d.checkCredentials(path, p)
	if p.Vendor != "" {
		d.checkVendorKeys(path, p)
	}
	if path := path + ".accountUsersPath"; p.AccountUsersPath != "" && !isUsersPath(p.AccountUsersPath) {
		d.add(path, "must be a path that begins with / and contains {accountId} once")
	}
	d.checkIDs(path+".billingAccounts", p.BillingAccounts)
	d.checkIDs(path+".organizations", p.Organizations)
}

func (d *decoder) checkBaseURL(path string, p *Provider) {
	path += ".baseURL"
	u, err := url.Parse(p.BaseURL)
	switch {
	case p.BaseURL == "":
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "", u.Port() != "" && !isPort(u.Port()):
		d.add(path, "must be an absolute URL such as https://api.example.com")
	case u.User != nil:
		d.add(path, "must not contain a user or password: set the credential in token")
	case u.RawQuery != "" || u.ForceQuery || strings.Contains(p.BaseURL, "#"):
		d.add(path, "must not contain a query or fragment")
	case strings.Contains(u.Path+"/", "/../") || strings.Contains(u.Path+"/", "/./") || strings.Contains(strings.TrimRight(u.Path, "/"), "//"):
		d.add(path, "must not contain empty or dot segments")
	case u.Scheme == "http" && !p.AllowInsecure && !isLoopback(u.Hostname()):
		d.add(path, "plain http sends the credential unencrypted; use https, or set `allowInsecure: true` in a private network")
	default:
		p.BaseURL = strings.TrimRight(p.BaseURL, "/")
	}
}

// checkVendorKeys refuses keys of other vendors, and fills in the defaults of
// this one's.
func (d *decoder) checkVendorKeys(path string, p *Provider) {
	into := reflect.ValueOf(p).Elem()
	for _, f := range fieldsOf(into.Type()) {
		at := join(path, f.key)
		switch {
		case f.vendor == "":
		case !strings.EqualFold(f.vendor, string(p.Vendor)):
			if d.isSet(at) {
				d.add(at, "is a key of vendor %s", f.vendor)
			}
		case d.isSet(at):
		case f.required:
			d.add(at, "is missing")
		case f.fallback != "":
			_ = set(into.Field(f.index), f, f.fallback)
		}
	}
}

func (d *decoder) checkIDs(path string, ids []string) {
	seen := map[string]int{}
	for i, id := range ids {
		at := fmt.Sprintf("%s[%d]", path, i)
		if first, duplicate := seen[id]; duplicate && id != "" {
			d.add(at, "duplicates item %d", first)
		}
		seen[id] = i
		if len(id) > 100 || strings.ContainsFunc(id, isNotPrintableASCII) {
			d.add(at, "must be at most 100 printable ASCII characters without spaces")
		}
	}
}

func isName(s string) bool {
	return s != "" && len(s) <= 40 && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}

func isUsersPath(s string) bool {
	before, after, found := strings.Cut(s, "{accountId}")
	return found && strings.HasPrefix(before, "/") && !strings.ContainsFunc(s, isNotPrintableASCII) &&
		!strings.ContainsAny(before+after, "{}?#%\\") && !strings.Contains(s, "..") && !strings.Contains(s, "//")
}
