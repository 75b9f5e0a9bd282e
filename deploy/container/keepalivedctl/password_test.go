package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestReadPassword(t *testing.T) {
	path := filepath.Join(t.TempDir(), "password")
	for name, test := range map[string]struct{ variable, file, expected string }{
		"none":                          {"", "", ""},
		"in the variable":               {"se+/=._-", "", "se+/=._-"},
		"in a file":                     {"", "secret12", "secret12"},
		"in a file that ends in a line": {"", "secret\r\n", "secret"},
	} {
		t.Run(name, func(t *testing.T) {
			variables := []string{"KEEPALIVED_PASSWORD=" + test.variable}
			if test.file != "" {
				writeFile(t, path, test.file)
				variables = append(variables, "KEEPALIVED_PASSWORD_FILE="+path)
			}
			env := testEnvironment(variables...)
			password := readPassword(env)
			requireNoProblems(t, env)
			if password != test.expected {
				t.Errorf("expected %q, found %q", test.expected, password)
			}
		})
	}
}

func TestReadPasswordRefuses(t *testing.T) {
	folder := t.TempDir()
	full, empty := filepath.Join(folder, "full"), filepath.Join(folder, "empty")
	writeFile(t, full, "secret-12")
	writeFile(t, empty, "\n")
	for name, test := range map[string]struct {
		variables       []string
		expected, found string
	}{
		"longer than VRRP carries":     {[]string{"KEEPALIVED_PASSWORD=secret-12"}, "1 to 8 characters", "9 characters"},
		"with a quotation mark":        {[]string{`KEEPALIVED_PASSWORD=secret"`}, "letters, digits", "another character"},
		"that is too long in a file":   {[]string{"KEEPALIVED_PASSWORD_FILE=" + full}, "the password in " + full, "9 characters"},
		"that is an empty file":        {[]string{"KEEPALIVED_PASSWORD_FILE=" + empty}, "1 to 8 characters", "0 characters"},
		"in a file that is not there":  {[]string{"KEEPALIVED_PASSWORD_FILE=" + folder + "/x"}, "can be read", "no such file"},
		"in place of its file":         {[]string{"KEEPALIVED_PASSWORD_FILE=secret12"}, "can be read", "a file without an absolute path: no such file"},
		"in a variable and not a file": {[]string{"KEEPALIVED_PASSWORD=se cret"}, "letters, digits", "another character"},
	} {
		t.Run(name, func(t *testing.T) {
			env := testEnvironment(test.variables...)
			readPassword(env)
			requireProblem(t, env, test.expected, test.found)
			if strings.Contains(env.problems[0], "secret") {
				t.Errorf("expected the password not to be shown, found %q", env.problems[0])
			}
		})
	}
}

func TestReadPasswordRefusesTwo(t *testing.T) {
	path := filepath.Join(t.TempDir(), "password")
	writeFile(t, path, "one")
	env := testEnvironment("KEEPALIVED_PASSWORD=two", "KEEPALIVED_PASSWORD_FILE="+path)
	readPassword(env)
	requireProblem(t, env, "either KEEPALIVED_PASSWORD or KEEPALIVED_PASSWORD_FILE", "both")
}
