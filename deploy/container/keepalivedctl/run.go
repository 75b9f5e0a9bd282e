package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

const (
	keepalived = "/usr/bin/keepalived"
	// The one folder that is written to.
	runFolder = "/run/keepalived"
)

// The pid files of keepalived and its children, by the option that names each.
var pidFiles = []struct{ option, path string }{
	{"--pid", filepath.Join(runFolder, "keepalived.pid")},
	{"--vrrp_pid", vrrpPidFile},
	{"--checkers_pid", filepath.Join(runFolder, "checkers.pid")},
	{"--bfd_pid", filepath.Join(runFolder, "bfd.pid")},
}

var vrrpPidFile = filepath.Join(runFolder, "vrrp.pid")

// runKeepalived checks everything that can be checked, and becomes keepalived.
func runKeepalived(args []string) error {
	if slices.ContainsFunc(args, onlyTells) {
		return syscall.Exec(keepalived, append([]string{"keepalived"}, args...), environmentOfKeepalived())
	}
	if err := requireRights(); err != nil {
		return err
	}
	if err := prepareRunFolder(); err != nil {
		return err
	}
	source, err := readSource(newEnvironment(os.Environ()))
	if err != nil {
		return err
	}
	healthy := true
	if source.check != nil {
		if healthy, err = checkFirst(source.check); err != nil {
			return err
		}
	}
	path, err := prepareConfiguration(source)
	if err != nil {
		return err
	}
	words := []string{"keepalived", "--dont-fork", "--log-console", "--use-file=" + path}
	for _, file := range pidFiles {
		words = append(words, file.option+"="+file.path)
	}
	words = append(words, args...)
	if source.check != nil {
		return supervise(words, environmentOfKeepalived(), source.check, healthy)
	}
	return syscall.Exec(keepalived, words, environmentOfKeepalived())
}

// onlyTells finds arguments with which keepalived tells something of itself and ends, whatever its configuration.
func onlyTells(arg string) bool {
	return slices.Contains([]string{"-v", "--version", "-h", "--help"}, arg)
}

// environmentOfKeepalived leads what keepalived writes for probes into the one folder that is writable.
func environmentOfKeepalived() []string {
	others := slices.DeleteFunc(withoutPassword(), func(variable string) bool {
		return strings.HasPrefix(variable, "TMPDIR=")
	})
	return append(others, "TMPDIR="+runFolder)
}

// prepareRunFolder removes pid files of the container's last life: they name process 1, which is this one.
func prepareRunFolder() error {
	err := writeProbe()
	for _, file := range pidFiles {
		if err == nil {
			err = os.RemoveAll(file.path)
		}
	}
	if err != nil {
		return &failure{status: statusNotWritable,
			text: fmt.Sprintf("expected to write to %s\n  found: %v\n  next: mount a tmpfs there", runFolder, err)}
	}
	return nil
}

func writeProbe() error {
	if err := os.MkdirAll(runFolder, 0o755); err != nil {
		return err
	}
	probe, err := os.CreateTemp(runFolder, "probe-")
	if err != nil {
		return err
	}
	return errors.Join(probe.Close(), os.Remove(probe.Name()))
}

// prepareConfiguration gives the file that keepalived reads, which keepalived has found to be right.
func prepareConfiguration(source source) (string, error) {
	if source.mounted != "" {
		fmt.Fprintln(os.Stderr, "keepalivedctl: taking", source.mounted, "as it is")
		if err := refuseScripts(source.mounted); err != nil {
			return "", err
		}
		return source.mounted, test(source.mounted)
	}
	s := source.settings
	path := filepath.Join(runFolder, "keepalived.conf")
	unchecked := path + ".unchecked"
	defer os.Remove(unchecked)
	os.Remove(path)
	if err := os.WriteFile(unchecked, []byte(configuration(s)), 0o600); err != nil {
		return "", &failure{status: statusNotWritable, text: err.Error()}
	}
	if err := test(unchecked); err != nil {
		return "", err
	}
	for _, address := range s.addresses {
		fmt.Fprintf(os.Stderr, "keepalivedctl: virtual address %s, router id %d, priority %d, VRRP %d every %s s\n",
			address, s.routerID, s.priority, s.version, s.interval)
	}
	return path, os.Rename(unchecked, path)
}

// test has keepalived check a configuration.
func test(path string) error {
	command := exec.Command(keepalived, "--config-test", "--use-file="+path)
	command.Env = environmentOfKeepalived()
	// Otherwise Go would open /dev/null, which not every runtime provides.
	command.Stdin = os.Stdin
	output, err := command.CombinedOutput()
	if err == nil {
		return nil
	}
	said := strings.TrimSpace(string(output))
	return &failure{status: statusConfig, text: fmt.Sprintf(
		"expected a configuration that keepalived takes\n  found: %s is refused by `keepalived --config-test` (%v):\n    %s",
		path, err, strings.ReplaceAll(said, "\n", "\n    "))}
}
