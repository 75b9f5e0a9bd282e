package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

const keepalived = "/usr/bin/keepalived"

// The pid files of keepalived and its children, each with the option that sets it.
var pidFiles = []struct{ option, path string }{
	{"--pid", filepath.Join(runFolder, "keepalived.pid")},
	{"--vrrp_pid", vrrpPidFile},
	{"--checkers_pid", filepath.Join(runFolder, "checkers.pid")},
	{"--bfd_pid", filepath.Join(runFolder, "bfd.pid")},
}

var vrrpPidFile = filepath.Join(runFolder, "vrrp.pid")

// runKeepalived checks everything that can be checked, then starts keepalived and waits for its end.
func runKeepalived(args []string) error {
	if slices.ContainsFunc(args, onlyPrints) {
		return syscall.Exec(keepalived, append([]string{"keepalived"}, args...), environmentOfKeepalived())
	}
	if err := acquireRights(); err != nil {
		return err
	}
	if err := prepareFolders(); err != nil {
		return err
	}
	// Before anything can fail: until keepalived runs again, nothing else would remove what a killed container has left.
	releaseAddresses()
	source, err := readSource(newEnvironment(os.Environ(), thisNode()))
	if err != nil {
		return err
	}
	healthy := true
	if source.check != nil {
		if healthy, err = checkFirst(source.check); err != nil {
			return err
		}
	}
	path, err := prepareConfiguration(source, args)
	if err != nil {
		return err
	}
	words := []string{"keepalived", "--dont-fork", "--log-console", "--use-file=" + path}
	for _, file := range pidFiles {
		words = append(words, file.option+"="+file.path)
	}
	words = append(words, args...)
	prepareReload := func() error {
		_, err := prepareConfiguration(source, args)
		return err
	}
	return supervise(words, environmentOfKeepalived(), supervision{source.check, healthy, source.metrics, prepareReload})
}

// onlyPrints reports whether keepalived, with this argument, only prints something and exits.
func onlyPrints(arg string) bool {
	return slices.Contains([]string{"-v", "--version", "-h", "--help"}, arg)
}

// environmentOfKeepalived makes keepalived write the file for probes to the only folder that is writable.
func environmentOfKeepalived() []string {
	others := slices.DeleteFunc(withoutPassword(), func(variable string) bool {
		return strings.HasPrefix(variable, "TMPDIR=")
	})
	return append(others, "TMPDIR="+runFolder)
}

// prepareConfiguration returns the path of the configuration, which keepalived has found to be valid, and records the
// addresses in it.
func prepareConfiguration(source source, args []string) (string, error) {
	if source.mounted != "" {
		fmt.Fprintln(os.Stderr, "keepalivedctl: using", source.mounted)
		lines, invalid := load(source.mounted, args)
		// First, because keepalived also refuses a program that is not in the container.
		if err := refuseUnusable(lines); err != nil {
			return "", err
		}
		if invalid != nil {
			return "", invalid
		}
		return source.mounted, recordAddresses(addressesIn(strings.Join(lines, "\n")))
	}
	s := source.settings
	path := filepath.Join(configurationFolder, "keepalived.conf")
	unchecked := path + ".unchecked"
	defer os.Remove(unchecked)
	if err := os.WriteFile(unchecked, []byte(configuration(s)), 0o600); err != nil {
		return "", &failure{status: statusNotWritable, text: err.Error()}
	}
	if _, err := load(unchecked, args); err != nil {
		return "", err
	}
	var addresses []netip.Addr
	for _, address := range s.addresses {
		addresses = append(addresses, address.ip)
		fmt.Fprintf(os.Stderr, "keepalivedctl: virtual address %s, router id %d, priority %d, VRRP %d every %s s\n",
			address, s.routerID, s.priority, s.version, s.interval)
	}
	if h := s.hmac; h != nil {
		fmt.Fprintf(os.Stderr, "keepalivedctl: authentication by HMAC, mode %s, signing key %d\n", h.mode, h.active)
	}
	return path, errors.Join(recordAddresses(addresses), os.Rename(unchecked, path))
}
