package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// Keywords with which keepalived starts programs (keepalived.conf(5)).
var startsPrograms = regexp.MustCompile(
	`^(vrrp_script|notify|notify_(master|backup|fault|stop|deleted|master_rx_lower_pri|up|down)|` +
		`(vrrp_|lvs_)?notify_fifo_script|MISC_CHECK|quorum_up|quorum_down|startup_script|shutdown_script)$`)

// The first namespace of processes (linux/proc_ns.h), that of the host.
const hostProcesses = "pid:[4026531836]"

// load has keepalived check a configuration, and returns it as keepalived understands it: one line for each that it acts
// on, with the files that were included, without conditions and comments, with the values of parameters, and with braces
// on lines of their own. The arguments are those that keepalived will be started with: -i decides which conditions apply.
// If keepalived refuses the configuration, there are lines as well as an error.
func load(path string, args []string) ([]string, error) {
	command := exec.Command(keepalived, append([]string{"--config-test", "--log-detail", "--use-file=" + path}, args...)...)
	command.Env = environmentOfKeepalived()
	// Otherwise Go would open /dev/null, which some container runtimes do not provide.
	command.Stdin = os.Stdin
	var lines, messages bytes.Buffer
	command.Stdout, command.Stderr = &lines, &messages
	err := command.Run()
	found := linesOf(lines.String())
	if err != nil {
		err = &failure{status: statusConfig, text: fmt.Sprintf(
			"expected a configuration that keepalived accepts\n  found: %s is refused by `keepalived --config-test` (%v):\n    %s",
			path, err, strings.ReplaceAll(strings.TrimSpace(maskMessages(messages.String(), found)), "\n", "\n    "))}
	}
	return found, err
}

func linesOf(text string) []string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" {
			lines = append(lines, line)
		}
	}
	return lines
}

// keyword returns the first word of a line, which keepalived accepts with quotes too.
func keyword(line string) string {
	word, _, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	return strings.Trim(word, `"`)
}

// refuseUnusable refuses what keepalived would accept and the container cannot do.
func refuseUnusable(lines []string) error {
	effective, err := capabilities("CapEff")
	if err != nil {
		return err
	}
	processes, err := os.Readlink("/proc/self/ns/pid")
	if err != nil {
		return err
	}
	return findUnusable(lines, effective, processes)
}

func findUnusable(lines []string, effective uint64, processes string) error {
	for _, line := range lines {
		switch word := keyword(line); {
		case startsPrograms.MatchString(word) && effective&(1<<capabilitySetgid) == 0:
			// keepalived counts a program that it cannot start as successful, so a check would never fail.
			return noRights("the capability SETGID, because keepalived is to start programs",
				strconv.Quote(line)+" without that capability; alternatively set KEEPALIVED_CHECK_URL, and track "+
					checkFile+" with track_file")
		case (word == "vrrp_track_process" || word == "track_process") && processes != hostProcesses:
			// The kernel reports processes only to those that are in the host's own namespace.
			return noRights("the host's processes (hostPID, --pid host), because keepalived is to track some",
				strconv.Quote(line)+" in a container with processes of its own")
		}
	}
	return nil
}
