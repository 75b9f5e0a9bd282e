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
	// keepalived truncates a password after this many characters.
	longestPassword = 8
)

var plainPassword = regexp.MustCompile(`^[A-Za-z0-9+/=._-]*$`)

// readPassword returns the password, or "" if there is none. The problems that it adds never contain it.
func readPassword(env *environment) string {
	password, isSet := env.text(passwordVariable)
	path, isInFile := env.text(passwordFileVariable)
	source := passwordVariable
	if isInFile {
		source = "the password in " + shownPath(path)
		if isSet {
			env.problems.add("either "+passwordVariable+" or "+passwordFileVariable, "both")
		}
		text, err := os.ReadFile(path)
		if err != nil {
			env.problems.add(passwordFileVariable+" to name a file that can be read", shownReadError(path, err))
			return ""
		}
		password = strings.TrimRight(string(text), "\r\n")
	}
	if !isSet && !isInFile {
		return ""
	}
	switch {
	case len(password) == 0 || len(password) > longestPassword:
		env.problems.add(fmt.Sprintf("%s to have 1 to %d characters, the maximum in VRRP", source, longestPassword),
			fmt.Sprintf("%d characters", len(password)))
	case !plainPassword.MatchString(password):
		env.problems.add(source+" to consist of letters, digits and +/=._-", "another character")
	}
	return password
}
