package main

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/accountgraph/accountgraph/internal/demo"
	"github.com/accountgraph/accountgraph/internal/sdl"
)

// A flag's value is read here, since kong says what is wrong with one in the
// words of Go.

// plainText reads the flags that are a string.
var plainText = kong.KindMapper(reflect.String, kong.MapperFunc(func(ctx *kong.DecodeContext, target reflect.Value) error {
	text, err := valueOf(ctx)
	target.SetString(text)
	return err
}))

// firstPort is the first of the ports of the simulated vendors; 0 is free ones.
type firstPort int

// Decode reads the flag.
func (p *firstPort) Decode(ctx *kong.DecodeContext) error {
	text, err := valueOf(ctx)
	if err != nil {
		return err
	}
	number, err := strconv.Atoi(text)
	if err != nil || number < 0 || number > demo.LastFirstPort() {
		return errors.New("must be a number from 0 to " + strconv.Itoa(demo.LastFirstPort()))
	}
	*p = firstPort(number)
	return nil
}

// federation is a minor version of Apollo Federation 2.
type federation int

// String is the version as people write it.
func (f federation) String() string { return "2." + strconv.Itoa(int(f)) }

// Decode reads the flag.
func (f *federation) Decode(ctx *kong.DecodeContext) error {
	text, err := valueOf(ctx)
	if err != nil {
		return err
	}
	minor, err := strconv.Atoi(strings.TrimPrefix(strings.TrimPrefix(text, "v"), "2."))
	if err != nil || federation(minor).String() != strings.TrimPrefix(text, "v") || minor < sdl.Oldest || minor > sdl.Newest {
		return fmt.Errorf("must be a version from %s to %s", federation(sdl.Oldest), federation(sdl.Newest))
	}
	*f = federation(minor)
	return nil
}

func valueOf(ctx *kong.DecodeContext) (string, error) {
	token := ctx.Scan.Pop()
	if !token.IsValue() || token.String() == "" {
		return "", errors.New("needs a value")
	}
	return token.String(), nil
}
