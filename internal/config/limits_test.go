package config_test

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/accountgraph/accountgraph/internal/complexity"
	"github.com/accountgraph/accountgraph/internal/config"
	"github.com/accountgraph/accountgraph/internal/vendors"
)

// parseLimits returns the problems of a file with these limits, "" for none.
func parseLimits(t *testing.T, limits string) string {
	t.Helper()
	_, err := config.Parse("a.yaml", []byte("providers: [{name: one, vendor: blendvision, baseURL: 'https://one.example', token: x, organizations: [a]}]\nlimits: {"+limits+"}\n"), environment, vendors.Config())
	if err == nil {
		return ""
	}
	if !errors.As(err, new(*config.Error)) {
		t.Fatal(err)
	}
	return err.Error()
}

// Every limit has a range. A value beyond it is a problem of its key.
func TestParse_LimitsHaveRanges(t *testing.T) {
	limits := reflect.TypeFor[config.Limits]()
	for i := range limits.NumField() {
		field := limits.Field(i)
		key, least, most := field.Tag.Get("key"), field.Tag.Get("min"), field.Tag.Get("max")
		beyond := func(text string, by int) string {
			if field.Type == reflect.TypeFor[time.Duration]() {
				d, err := time.ParseDuration(text)
				if err != nil {
					t.Fatal(err)
				}
				return (d + time.Duration(by)*time.Millisecond).String()
			}
			n, err := strconv.Atoi(text)
			if err != nil {
				t.Fatal(err)
			}
			return strconv.Itoa(n + by)
		}
		for _, value := range []string{beyond(least, -1), beyond(most, 1), "x", "''"} {
			if problems := parseLimits(t, key+": "+value); !strings.Contains(problems, "limits."+key+": ") || strings.Count(problems, "limits.") != 1 {
				t.Errorf("%s: %s: %q", key, value, problems)
			}
		}
		for _, value := range []string{least, most} {
			if problems := parseLimits(t, key+": "+value); strings.Contains(problems, "limits."+key+": must be from") || strings.Contains(problems, "limits."+key+": must be a whole number") {
				t.Errorf("%s: %s: %q", key, value, problems)
			}
		}
	}
}

func TestParse_LimitsThatDependOnOthers(t *testing.T) {
	for limits, want := range map[string]string{
		"bodyBytes: 2048":                          "limits.documentBytes: must be at most limits.bodyBytes",
		"readTime: 2s":                             "limits.readTime: must be at least limits.readHeaderTime",
		"queueWait: 5s, operationTime: 4s":         "limits.queueWait: must be at most limits.operationTime",
		"bodyBytes: 2048, documentBytes: 2048":     "",
		"readHeaderTime: 2s, readTime: 2s":         "",
		"queueWait: 10s":                           "",
		"bodyBytes: 1, documentBytes: 2048":        "limits.bodyBytes: must be a whole number from 1024 to 16777216",
		"operationTime: 0s, queueWait: 10s":        "limits.operationTime: must be from 100ms to 60s",
		"readHeaderTime: 90s":                      "limits.readHeaderTime: must be from 100ms to 60s",
		"responseTime: 0s, representations: -1":    "limits.responseTime: must be from 100ms to 60s",
		"connections: 0, runningOperations: 10000": "limits.connections: must be a whole number from 16 to 65536",
	} {
		problems := parseLimits(t, limits)
		if want == "" && problems != "" || !strings.Contains(problems, want) {
			t.Errorf("{%s}: %q, want %q", limits, problems, want)
		}
	}
}

// The defaults of documents are those of package complexity.
func TestParse_DefaultLimitsOfDocuments(t *testing.T) {
	c, err := config.Parse("a.yaml", []byte("providers: [{name: one, vendor: blendvision, baseURL: 'https://one.example', token: x, organizations: [a]}]\n"), environment, vendors.Config())
	if err != nil {
		t.Fatal(err)
	}
	l, want := c.Limits, complexity.DefaultLimits()
	got := want
	got.Body, got.Bytes, got.Tokens, got.Depth, got.RootFields, got.Fields = l.BodyBytes, l.DocumentBytes, l.Tokens, l.Depth, l.RootFields, l.Fields
	got.Aliases, got.Directives, got.SameResponseKey = l.Aliases, l.Directives, l.SameResponseKey
	got.OverlapPairs, got.UnknownFields, got.VariableDepth, got.Values = l.OverlapPairs, l.UnknownFields, l.VariableDepth, l.Values
	got.Fragments, got.Operations, got.Representations, got.Cost = l.Fragments, l.Operations, l.Representations, l.Cost
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("the defaults are %+v, want %+v", got, want)
	}
}
