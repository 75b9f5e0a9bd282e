package main

import (
	"strings"
	"testing"
)

const allCapabilities = ^uint64(0)

func TestFindUnusable(t *testing.T) {
	for line, expected := range map[string]string{
		"vrrp_script x {":            "SETGID",
		"notify /x":                  "SETGID",
		`"notify_master" /x`:         "SETGID",
		"notify_down\t/x":            "SETGID",
		"MISC_CHECK":                 "SETGID",
		"quorum_up /x":               "SETGID",
		"startup_script /x":          "SETGID",
		"vrrp_notify_fifo_script /x": "SETGID",
		"vrrp_track_process x {":     "hostPID",
		"track_process {":            "hostPID",
		"notify_fifo /run/x":         "",
		"vrrp_notify_fifo /run/x":    "",
		"notify_priority_changes on": "",
		"track_file x {":             "",
		"vrrp_instance notify {":     "",
		"router_id notify":           "",
		"}":                          "",
	} {
		err := findUnusable([]string{"global_defs", "{", "}", line}, allCapabilities&^(1<<capabilitySetgid), "pid:[1]")
		if expected == "" && err != nil || expected != "" && (err == nil || !strings.Contains(err.Error(), expected)) {
			t.Errorf("expected %q in the error for %q, found %v", expected, line, err)
		}
		if err := findUnusable([]string{line}, allCapabilities, hostProcesses); err != nil {
			t.Errorf("expected no error for %q with all rights, found %v", line, err)
		}
	}
}

func TestLinesOf(t *testing.T) {
	found := linesOf("a {\n\n   b \t\n}\n")
	if text := strings.Join(found, "|"); text != "a {|b|}" {
		t.Errorf("found %q", text)
	}
}
