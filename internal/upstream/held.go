package upstream

import "github.com/accountgraph/accountgraph/internal/pagecache"

// FirstHeld returns the index of the first of n requests whose response, decoded as T, can be read
// without a call as far as the cache tells; one that is fresh takes precedence. It makes no call,
// and returns 0 if there is none. For an uncached client it returns the last.
func FirstHeld[T any](c *Client, n int, request func(i int) Request) int {
	switch {
	case c.uncached:
		return n - 1
	case c.scope == nil:
		return 0
	}
	scope := c.scope()
	return pagecache.FirstHeld[cacheEntry[T]](scope, n, func(i int) pagecache.Key {
		return scope.Page(request(i).keyParts()...)
	})
}
