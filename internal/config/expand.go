package config

import "strings"

// LookupEnv looks up an environment variable. It has the contract of os.LookupEnv.
type LookupEnv = func(name string) (string, bool)

// expand replaces each ${NAME} with the value of that environment variable, and $${
// with ${. problem lists everything that is wrong, or is "".
func expand(text string, env LookupEnv) (expanded, problem string) {
	var b strings.Builder
	var missing []string
	for {
		before, rest, found := strings.Cut(text, "${")
		if !found {
			b.WriteString(text)
			return b.String(), strings.Join(missing, ", ")
		}
		if kept, escaped := strings.CutSuffix(before, "$"); escaped {
			b.WriteString(kept + "${")
			text = rest
			continue
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || !isVariable(name) {
			return "", "requires the name of an environment variable between ${ and }; write $${ for a literal ${"
		}
		value, set := env(name)
		switch {
		case !set:
			missing = append(missing, "the environment variable "+name+" is not set")
		case value == "":
			missing = append(missing, "the environment variable "+name+" is empty")
		}
		b.WriteString(before + value)
		text = after
	}
}

func isVariable(name string) bool {
	for i, r := range name {
		letter := r == '_' || 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z'
		if !letter && (i == 0 || r < '0' || r > '9') {
			return false
		}
	}
	return name != ""
}
