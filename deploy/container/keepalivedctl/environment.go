package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const prefix = "KEEPALIVED_"

// Variables that Kubernetes sets in every container for a Service whose name begins with keepalived.
var ofService = regexp.MustCompile(
	`_(SERVICE_HOST|SERVICE_PORT(_.+)?|PORT|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)$`)

// Names of variables that somebody may have given a password or a key.
var mayBeSecret = regexp.MustCompile(`PASS|KEY|HMAC`)

// environment is the node and the variables; an empty variable counts as unset. Reading one that is invalid
// adds a problem.
type environment struct {
	node     node
	values   map[string]string
	read     map[string]bool
	problems problems
}

func newEnvironment(variables []string, n node) *environment {
	env := &environment{node: n, values: map[string]string{}, read: map[string]bool{}}
	for _, variable := range variables {
		name, value, _ := strings.Cut(variable, "=")
		if strings.TrimSpace(value) != "" {
			env.values[name] = strings.TrimSpace(value)
		}
	}
	return env
}

// shownPath returns the path of a file with a secret as errors show it. What is no absolute path may be the secret itself, given
// to the wrong variable.
func shownPath(path string) string {
	if strings.HasPrefix(path, "/") {
		return path
	}
	return "a file without an absolute path"
}

// shownReadError returns why a file with a secret cannot be read, as shownPath.
func shownReadError(path string, err error) string {
	var failed *fs.PathError
	if strings.HasPrefix(path, "/") || !errors.As(err, &failed) {
		return err.Error()
	}
	return shownPath(path) + ": " + failed.Err.Error()
}

func (env *environment) text(name string) (string, bool) {
	env.read[name] = true
	value, set := env.values[name]
	return value, set
}

func (env *environment) textOr(name string, fallback string) string {
	if value, set := env.text(name); set {
		return value
	}
	return fallback
}

func (env *environment) integer(name string, fallback, least, most int) int {
	text, set := env.text(name)
	if !set {
		return fallback
	}
	value, err := strconv.Atoi(text)
	if err != nil || value < least || value > most {
		env.problems.add(fmt.Sprintf("%s to be a whole number from %d to %d", name, least, most), strconv.Quote(text))
		return fallback
	}
	return value
}

func (env *environment) boolean(name string) bool {
	text, set := env.text(name)
	if set && text != "true" && text != "false" {
		env.problems.add(name+" to be true or false", strconv.Quote(text))
	}
	return text == "true"
}

// refuseUnread adds a problem for every variable with our prefix that was not read, so that a typo is
// reported.
func (env *environment) refuseUnread(expected string) {
	var unread []string
	for name := range env.values {
		if strings.HasPrefix(name, prefix) && !env.read[name] && !ofService.MatchString(name) {
			unread = append(unread, name)
		}
	}
	slices.Sort(unread)
	for _, name := range unread {
		found := name + "=" + strconv.Quote(env.values[name])
		if mayBeSecret.MatchString(name) {
			found = name + ", whose value is not shown"
		}
		env.problems.add(expected, found)
	}
}

// withoutPassword is the environment that keepalived and its children get.
func withoutPassword() []string {
	return slices.DeleteFunc(os.Environ(), func(variable string) bool {
		return strings.HasPrefix(variable, passwordVariable+"=")
	})
}
