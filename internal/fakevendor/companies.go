package fakevendor

import "fmt"

// Company returns the name of the company with number n, from 0.
func Company(n int) string {
	names := []string{"Acme", "Globex", "Initech", "Søndergaard & Søn", "O’Hara (Holding)", "株式会社サンプル", "Null", "Müller, Weiß"}
	name := names[n%len(names)]
	if n >= len(names) {
		name = fmt.Sprintf("%s %d", name, n/len(names)+1)
	}
	return name
}
