package main

import (
	"errors"
	"reflect"
	"strconv"

	"github.com/alecthomas/kong"

	"github.com/accountgraph/accountgraph/internal/demo"
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
	if err != nil || number < 0 || number > demo.LastFirstPort {
		return errors.New("must be a number from 0 to " + strconv.Itoa(demo.LastFirstPort))
	}
	*p = firstPort(number)
	return nil
}

func valueOf(ctx *kong.DecodeContext) (string, error) {
	token := ctx.Scan.Pop()
	if !token.IsValue() || token.String() == "" {
		return "", errors.New("needs a value")
	}
	return token.String(), nil
}
