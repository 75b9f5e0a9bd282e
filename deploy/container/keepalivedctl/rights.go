package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// The capabilities that VRRP requires, with their numbers (capabilities(7)).
var neededCapabilities = []struct {
	name   string
	number uint
}{{"NET_ADMIN", 12}, {"NET_RAW", 13}}

// requireRights reports a missing capability at once; keepalived itself would fail for each address.
func requireRights() error {
	if uid := os.Geteuid(); uid != 0 {
		return noRights("to run as root (uid 0), because no capability is effective with another uid", fmt.Sprintf("uid %d", uid))
	}
	effective, err := effectiveCapabilities()
	if err != nil {
		return err
	}
	for _, capability := range neededCapabilities {
		if effective&(1<<capability.number) == 0 {
			return noRights("the capability "+capability.name+" (securityContext.capabilities.add, --cap-add)",
				fmt.Sprintf("the effective set %016x", effective))
		}
	}
	return nil
}

func noRights(expected, found string) error {
	return &failure{status: statusNoRights, text: fmt.Sprintf("expected %s\n  found: %s", expected, found)}
}

// effectiveCapabilities reads the set of this process (proc_pid_status(5)).
func effectiveCapabilities() (uint64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, found := strings.CutPrefix(line, "CapEff:"); found {
			return strconv.ParseUint(strings.TrimSpace(value), 16, 64)
		}
	}
	return 0, fmt.Errorf("no capabilities in /proc/self/status")
}
