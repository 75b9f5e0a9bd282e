package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFoldersAreBelowThoseOfMetal3(t *testing.T) {
	t.Setenv("CUSTOM_DATA_DIR", "/data")
	if folder := folderOf("CUSTOM_DATA_DIR"); folder != "/data/keepalived" {
		t.Errorf("expected /data/keepalived, found %s", folder)
	}
	t.Setenv("CUSTOM_DATA_DIR", "")
	if folder := folderOf("CUSTOM_DATA_DIR"); folder != "/run/keepalived" {
		t.Errorf("expected /run/keepalived, found %s", folder)
	}
}

func TestAFolderIsMadeAndLeftEmpty(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "data", "keepalived")
	if err := requireWritable(folder); err != nil {
		t.Fatal(err)
	}
	if entries, err := os.ReadDir(folder); err != nil || len(entries) != 0 {
		t.Errorf("expected an empty folder, found %v, %v", entries, err)
	}
}

func TestAFolderThatCannotBeWrittenToIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := requireWritable(filepath.Join(file, "keepalived")); err == nil {
		t.Error("expected a folder below a file to be refused")
	}
	if err := requireWritable("data/keepalived"); err == nil || !strings.Contains(err.Error(), "absolute") {
		t.Errorf("expected a relative path to be refused, found %v", err)
	}
}
