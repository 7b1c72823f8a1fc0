package config

import (
	"fmt"
	"net/url"
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
	d.checkOptions(path, p)
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

func isName(s string) bool {
	return s != "" && len(s) <= 40 && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
	})
}
