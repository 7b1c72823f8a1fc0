package config

import (
	"net/url"
	"strings"
)

func (d *decoder) checkInvalidation(i Invalidation) {
	if !i.IsSet() {
		return
	}
	const key = "gateway.invalidation."
	u, err := url.Parse(i.URL)
	switch {
	case err != nil, u.Scheme != "https" && u.Scheme != "http", u.Hostname() == "", u.User != nil, u.RawQuery != "" || u.ForceQuery, strings.Contains(i.URL, "#"):
		d.add(key+"url", "must be a URL such as https://router.example.com/invalidation, without user, query and fragment")
	case u.Scheme == "http" && !i.AllowInsecure && !isLoopback(u.Hostname()):
		d.add(key+"url", "plain http sends the secret unencrypted; use https, or set `allowInsecure: true` in a private network")
	}
	if strings.ContainsFunc(i.Secret.Reveal(), isNotPrintableASCII) {
		d.add(key+"secret", "must be printable ASCII without spaces and line breaks")
	}
}
