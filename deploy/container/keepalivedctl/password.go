package main

import (
	"fmt"
	"os"
	"regexp"
	"strings"
)

const (
	passwordVariable     = "KEEPALIVED_PASSWORD"
	passwordFileVariable = "KEEPALIVED_PASSWORD_FILE"
	// keepalived cuts a password after this many characters.
	longestPassword = 8
)

var plainPassword = regexp.MustCompile(`^[A-Za-z0-9+/=._-]*$`)

// readPassword gives the password, or "". Problems with it never show it.
func readPassword(env *environment) string {
	password, isSet := env.text(passwordVariable)
	path, isInFile := env.text(passwordFileVariable)
	source := passwordVariable
	if isInFile {
		source = "the password in " + path
		if isSet {
			env.problems.add("one of "+passwordVariable+" and "+passwordFileVariable, "both")
		}
		text, err := os.ReadFile(path)
		if err != nil {
			env.problems.add(passwordFileVariable+" to name a file that can be read", err.Error())
			return ""
		}
		password = strings.TrimRight(string(text), "\r\n")
	}
	if !isSet && !isInFile {
		return ""
	}
	switch {
	case len(password) == 0 || len(password) > longestPassword:
		env.problems.add(fmt.Sprintf("%s to have 1 to %d characters, as VRRP carries no more", source, longestPassword),
			fmt.Sprintf("%d characters", len(password)))
	case !plainPassword.MatchString(password):
		env.problems.add(source+" to be letters, digits and +/=._-", "another character in it")
	}
	return password
}
