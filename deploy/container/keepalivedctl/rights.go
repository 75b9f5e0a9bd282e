package main

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
)

// Numbers of capabilities(7) that VRRP can't do without.
var neededCapabilities = []struct {
	name   string
	number uint
}{{"NET_ADMIN", 12}, {"NET_RAW", 13}}

// requireRights tells what is missing before keepalived fails at it, one address at a time.
func requireRights() error {
	if uid := os.Geteuid(); uid != 0 {
		return noRights("to run as root (uid 0); with another uid no capability is effective", fmt.Sprintf("uid %d", uid))
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

// What makes keepalived start programs (keepalived.conf(5)).
var startsPrograms = regexp.MustCompile(`(?m)^\s*(vrrp_script|notify\w*|MISC_CHECK|quorum_up|quorum_down)\b`)

const capabilitySetgid = 6

// refuseScripts refuses a configuration whose scripts could not be started: keepalived takes that for success, so a
// check would never fail.
func refuseScripts(path string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	found := startsPrograms.FindString(string(text))
	effective, err := effectiveCapabilities()
	if err != nil || found == "" || effective&(1<<capabilitySetgid) != 0 {
		return err
	}
	return noRights("the capability SETGID, as "+path+" has keepalived start programs",
		strconv.Quote(strings.TrimSpace(found))+" and no such capability; or have KEEPALIVED_CHECK_URL checked, with a track_file on "+checkFile)
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
	return 0, fmt.Errorf("/proc/self/status names no capabilities")
}
