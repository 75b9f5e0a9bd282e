package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// The only folders that are written to: for the rendered configuration, and for everything else. Metal3 moves them with
// the variables of its own container.
var (
	configurationFolder = folderOf("CUSTOM_CONF_DIR")
	runFolder           = folderOf("CUSTOM_DATA_DIR")
)

// folderOf returns keepalived's folder below the one that a variable names.
func folderOf(variable string) string {
	if parent := os.Getenv(variable); parent != "" {
		return filepath.Join(parent, "keepalived")
	}
	return "/run/keepalived"
}

// prepareFolders makes the folders, and removes the pid files of the container's previous run: they contain 1, which is
// this process.
func prepareFolders() error {
	for _, folder := range []string{configurationFolder, runFolder} {
		if err := requireWritable(folder); err != nil {
			return notWritable(folder, err)
		}
	}
	for _, file := range pidFiles {
		if err := os.RemoveAll(file.path); err != nil {
			return notWritable(runFolder, err)
		}
	}
	return nil
}

func notWritable(folder string, err error) error {
	return &failure{status: statusNotWritable,
		text: fmt.Sprintf("expected %s to be writable\n  found: %v\n  next: mount a tmpfs there", folder, err)}
}

func requireWritable(folder string) error {
	if !filepath.IsAbs(folder) {
		return errors.New("no absolute path")
	}
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	probe, err := os.CreateTemp(folder, "probe-")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}
