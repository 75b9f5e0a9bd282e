package main

import (
	"slices"
	"strings"
	"testing"
)

func TestEmptyVariableIsUnset(t *testing.T) {
	env := testEnvironment("A=", "B= \t", "C= x ", "D=a=b")
	for _, name := range []string{"A", "B", "E"} {
		if value, set := env.text(name); set {
			t.Errorf("expected %s to be unset, found %q", name, value)
		}
	}
	if value := env.textOr("C", "y"); value != "x" {
		t.Errorf("expected C without spaces, found %q", value)
	}
	if value := env.textOr("D", ""); value != "a=b" {
		t.Errorf("expected D to keep its equals sign, found %q", value)
	}
	if value := env.textOr("A", "y"); value != "y" {
		t.Errorf("expected the default, found %q", value)
	}
}

func TestInteger(t *testing.T) {
	for text, expected := range map[string]int{"": 5, "1": 1, "10": 10, "0": -1, "11": -1, "1.5": -1, "x": -1} {
		env := testEnvironment("N=" + text)
		value := env.integer("N", 5, 1, 10)
		switch {
		case expected >= 0:
			requireNoProblems(t, env)
			if value != expected {
				t.Errorf("expected %d for %q, found %d", expected, text, value)
			}
		default:
			requireProblem(t, env, "N to be a whole number from 1 to 10", `"`+text+`"`)
		}
	}
}

func TestBoolean(t *testing.T) {
	for text, expected := range map[string]bool{"": false, "true": true, "false": false} {
		env := testEnvironment("B=" + text)
		if value := env.boolean("B"); value != expected {
			t.Errorf("expected %t for %q, found %t", expected, text, value)
		}
		requireNoProblems(t, env)
	}
	env := testEnvironment("B=True")
	env.boolean("B")
	requireProblem(t, env, "B to be true or false", `"True"`)
}

func TestRefuseUnread(t *testing.T) {
	env := testEnvironment(
		"KEEPALIVED_READ=1", "OTHER=1",
		// What Kubernetes sets for Services whose names begin with keepalived.
		"KEEPALIVED_SERVICE_HOST=10.96.0.7", "KEEPALIVED_SERVICE_PORT=80", "KEEPALIVED_SERVICE_PORT_HTTP=80",
		"KEEPALIVED_PORT=tcp://10.96.0.7:80", "KEEPALIVED_PORT_80_TCP=tcp://10.96.0.7:80",
		"KEEPALIVED_PORT_112_TCP_PROTO=tcp", "KEEPALIVED_WEB_PORT_80_UDP_ADDR=10.96.0.7",
	)
	env.text("KEEPALIVED_READ")
	env.refuseUnread("only known variables")
	requireNoProblems(t, env)

	env = testEnvironment("KEEPALIVED_PORTS=1", "KEEPALIVED_PASS=secret", "KEEPALIVED_A=2", "KEEPALIVED_HMAC_KEY=secret")
	env.refuseUnread("only known variables")
	expected := []string{
		"expected only known variables\n  found: KEEPALIVED_A=\"2\"",
		"expected only known variables\n  found: KEEPALIVED_HMAC_KEY, whose value is not shown",
		"expected only known variables\n  found: KEEPALIVED_PASS, whose value is not shown",
		"expected only known variables\n  found: KEEPALIVED_PORTS=\"1\"",
	}
	if !slices.Equal(env.problems, expected) {
		t.Errorf("expected %q, found %q", expected, env.problems)
	}
}

func TestWithoutPassword(t *testing.T) {
	t.Setenv("KEEPALIVED_PASSWORD", "secret")
	t.Setenv("KEEPALIVED_PASSWORD_FILE", "/password")
	variables := withoutPassword()
	if !slices.Contains(variables, "KEEPALIVED_PASSWORD_FILE=/password") {
		t.Error("expected the other variables to be kept")
	}
	for _, variable := range append(variables, environmentOfKeepalived()...) {
		if strings.Contains(variable, "secret") {
			t.Errorf("expected no password, found %s", variable)
		}
	}
}

func TestEnvironmentOfKeepalived(t *testing.T) {
	t.Setenv("TMPDIR", "/elsewhere")
	variables := environmentOfKeepalived()
	if slices.Contains(variables, "TMPDIR=/elsewhere") || !slices.Contains(variables, "TMPDIR="+runFolder) {
		t.Errorf("expected TMPDIR=%s alone, found %q", runFolder, variables)
	}
}
