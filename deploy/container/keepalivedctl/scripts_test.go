package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFindScript(t *testing.T) {
	for text, expected := range map[string]string{
		"vrrp_script x {\n}\n":                        "vrrp_script",
		"vrrp_instance x {\n  notify_master /x\n}\n":  "notify_master",
		"vrrp_instance x { notify /x\n}\n":            "notify",
		"vrrp_instance x {\n}notify /x\n":             "notify",
		"vrrp_instance x {\n@node1 notify /x\n}\n":    "notify",
		"vrrp_instance x {\n  \"notify\" /x\n}\n":     "notify",
		"$N=notify\nvrrp_instance x {\n  $N /x\n}\n":  "notify",
		"router_id a\\#b\n@x notify /x\n":             "notify",
		"router_id \"a # b\" { notify /x\n":           "notify",
		"  MISC_CHECK {\n}\n":                         "MISC_CHECK",
		"quorum_up /x\n":                              "quorum_up",
		"global_defs {\n  startup_script /x\n}\n":     "startup_script",
		"global_defs {\n vrrp_notify_fifo_script /\n": "vrrp_notify_fifo_script",
		"include {a,b}.conf\n":                        "include",
		"track_file x {\n}\n":                         "",
		"# vrrp_script x {\n":                         "",
		"track_file x { ! notify /x\n":                "",
		"vrrp_scripted x\n":                           "",
		"notify_priority_changes true\n":              "",
		"global_defs {\n  notify_fifo /run/x\n}\n":    "",
		"include none*.conf\n":                        "",
	} {
		path := filepath.Join(t.TempDir(), "keepalived.conf")
		writeFile(t, path, text)
		found, err := findScript(path, map[string]bool{})
		if err != nil {
			t.Fatal(err)
		}
		word, _, _ := strings.Cut(found, " ")
		if strings.Trim(word, `"`) != expected {
			t.Errorf("expected %q in %q, found %q", expected, text, found)
		}
	}
}

func TestFindScriptInIncludedFiles(t *testing.T) {
	for name, include := range map[string]string{
		"by name":              "include conf.d/a.conf",
		"by a pattern":         "includer conf.d/*.conf",
		"behind a brace":       "vrrp_instance x { include conf.d/a.conf",
		"by an absolute path":  "include FOLDER/conf.d/a.conf",
		"by an included file":  "include indirect.conf",
		"that include itself":  "include keepalived.conf\ninclude conf.d/a.conf",
		"next to a folder":     "include conf.d/*",
		"with all conditions":  "includea conf.d/a.conf",
		"with a condition set": "@node1 include conf.d/a.conf",
	} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			path := filepath.Join(folder, "keepalived.conf")
			makeFolder(t, filepath.Join(folder, "conf.d/0"))
			writeFile(t, path, strings.ReplaceAll(include, "FOLDER", folder)+"\n")
			writeFile(t, filepath.Join(folder, "indirect.conf"), "include conf.d/a.conf\n")
			writeFile(t, filepath.Join(folder, "conf.d/a.conf"), "vrrp_script x {\n}\n")
			found, err := findScript(path, map[string]bool{})
			if err != nil || found != `"vrrp_script" in `+filepath.Join(folder, "conf.d/a.conf") {
				t.Errorf("found %q, %v", found, err)
			}
		})
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

func makeFolder(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(path, 0o755); err != nil {
		t.Fatal(err)
	}
}
