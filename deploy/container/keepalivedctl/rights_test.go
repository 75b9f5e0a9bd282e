package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestStartsPrograms(t *testing.T) {
	for text, expected := range map[string]string{
		"vrrp_script x {\n}\n":                       "vrrp_script",
		"vrrp_instance x {\n  notify_master /x\n}\n": "notify_master",
		"  MISC_CHECK {\n}\n":                        "MISC_CHECK",
		"quorum_up /x\n":                             "quorum_up",
		"track_file x {\n}\n":                        "",
		"# vrrp_script x {\n":                        "",
		"vrrp_scripted x\n":                          "",
	} {
		if found := strings.TrimSpace(startsPrograms.FindString(text)); found != expected {
			t.Errorf("expected %q in %q, found %q", expected, text, found)
		}
	}
}

func TestRefuseScripts(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keepalived.conf")
	writeFile(t, path, "track_file x {\n}\n")
	if err := refuseScripts(path); err != nil {
		t.Errorf("expected no error, found %v", err)
	}
	writeFile(t, path, "vrrp_script x {\n}\n")
	effective, err := effectiveCapabilities()
	if err != nil {
		t.Fatal(err)
	}
	err = refuseScripts(path)
	if effective&(1<<capabilitySetgid) == 0 {
		requireStatus(t, err, statusNoRights)
	} else if err != nil {
		t.Errorf("expected no error with the capability, found %v", err)
	}
}
