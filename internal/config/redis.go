package config

import (
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// redisHosts returns the hosts of a Redis URL. Several hosts are a Cluster or, with a
// parameter master, Sentinels. It accepts only URLs that package pagecache can open.
func redisHosts(text string) (hosts []string, ok bool) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || scheme != "redis" && scheme != "rediss" || strings.Contains(rest, "#") {
		return nil, false
	}
	rest, query, hasQuery := strings.Cut(rest, "?")
	sentinels := strings.HasPrefix(query, "master=")
	if hasQuery && !isMaster(query) {
		return nil, false
	}
	authority, path, _ := strings.Cut(rest, "/")
	login, list := "", authority
	if at := strings.LastIndex(authority, "@"); at >= 0 {
		login, list = authority[:at+1], authority[at+1:]
	}
	for host := range strings.SplitSeq(list, ",") {
		u, err := url.Parse(scheme + "://" + login + host)
		if err != nil || u.Hostname() == "" || u.Path != "" || u.Port() != "" && !isPort(u.Port()) {
			return nil, false
		}
		hosts = append(hosts, u.Hostname())
	}
	if path == "" {
		return hosts, true
	}
	database, err := strconv.ParseUint(path, 10, 16)
	// A Cluster has database 0 only.
	return hosts, err == nil && (database == 0 || len(hosts) == 1 || sentinels)
}

// isMaster reports whether a query consists of one parameter master.
func isMaster(query string) bool {
	parameters, err := url.ParseQuery(query)
	return err == nil && len(parameters) == 1 && len(parameters["master"]) == 1 && parameters.Get("master") != ""
}

// areLoopback reports whether all hosts are loopback.
func areLoopback(hosts []string) bool {
	return !slices.ContainsFunc(hosts, func(host string) bool { return !isLoopback(host) })
}
