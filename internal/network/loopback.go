package network

import (
	"net/netip"
	"strings"
)

// IsLoopback reports whether a host is localhost or a loopback address. Other names may resolve
// to any address.
func IsLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.Unmap().IsLoopback()
}
