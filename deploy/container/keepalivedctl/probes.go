package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
)

// ready fails while an instance is in FAULT, or keepalived does not answer.
func ready(args []string) error {
	timeout := 2 * time.Second
	flags := newFlags("ready")
	flags.DurationVar(&timeout, "timeout", timeout, "")
	words, err := parseFlags(flags, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return wrongUsage("ready takes only --timeout")
	}
	instances, err := inContainer.ask(timeout)
	if err != nil {
		return err
	}
	var faults []string
	for _, one := range instances {
		fmt.Println(one)
		if one.Data.State == fault {
			faults = append(faults, one.Data.Name)
		}
	}
	if len(faults) > 0 {
		return fmt.Errorf("in FAULT: %s", strings.Join(faults, ", "))
	}
	return nil
}

// live fails only if a process of keepalived is not running.
func live(args []string) error {
	if len(args) > 0 {
		return wrongUsage("live takes no arguments")
	}
	for _, file := range pidFiles {
		pid, err := readPid(file.path)
		if errors.Is(err, os.ErrNotExist) && file.option != "--pid" {
			// keepalived starts only the processes that its configuration needs, and restarts them itself.
			continue
		}
		if err != nil {
			return err
		}
		if !isRunning(pid) {
			return fmt.Errorf("process %d of %s is not running", pid, file.path)
		}
	}
	return nil
}

// isRunning reports whether a process exists and is not a zombie (proc_pid_stat(5)).
func isRunning(pid int) bool {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return false
	}
	_, after, _ := strings.Cut(string(text), ") ")
	return !strings.HasPrefix(after, "Z") && !strings.HasPrefix(after, "X")
}
