package main

import (
	"fmt"
	"strings"
)

// Exit statuses, with the numbers of sysexits(3) where it defines one.
const (
	statusUsage       = 2
	statusNotWritable = 73
	statusNoRights    = 77
	statusConfig      = 78
)

// failure is an error with its own exit status.
type failure struct {
	status int
	text   string
}

func (f *failure) Error() string { return f.text }

// problems collects everything that is wrong with the environment, so that it can all be fixed at once.
type problems []string

func (p *problems) add(expected string, found string) {
	*p = append(*p, fmt.Sprintf("expected %s\n  found: %s", expected, found))
}

func (p *problems) failure() error {
	if len(*p) == 0 {
		return nil
	}
	return &failure{status: statusConfig, text: strings.Join(*p, "\nkeepalivedctl: ")}
}
