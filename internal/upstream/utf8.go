package upstream

import "unicode/utf8"

// utf8Checker checks a text that comes in parts. The zero value is ready.
type utf8Checker struct {
	invalid bool
	// begun are the bytes of a rune whose end is not there yet.
	begun [utf8.UTFMax]byte
	n     int
}

// add checks the next part.
func (c *utf8Checker) add(p []byte) {
	for c.n > 0 && len(p) > 0 {
		c.begun[c.n] = p[0]
		c.n++
		p = p[1:]
		if !utf8.FullRune(c.begun[:c.n]) {
			continue
		}
		c.invalid = c.invalid || !utf8.Valid(c.begun[:c.n])
		c.n = 0
	}
	if c.invalid || len(p) == 0 {
		return
	}
	end := len(p)
	for i := end - 1; i >= 0 && i > end-utf8.UTFMax; i-- {
		if !utf8.RuneStart(p[i]) {
			continue
		}
		if !utf8.FullRune(p[i:]) {
			end = i
		}
		break
	}
	c.invalid = !utf8.Valid(p[:end])
	c.n = copy(c.begun[:], p[end:])
}

// isValid reports whether all parts together are UTF-8.
func (c *utf8Checker) isValid() bool { return !c.invalid && c.n == 0 }
