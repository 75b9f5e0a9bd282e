package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// musl's SIGRTMIN+2, on which keepalived writes its state (`keepalived --signum=JSON`).
const signalJSON = syscall.Signal(37)

// instance is what keepalived writes about a vrrp_instance.
type instance struct {
	Data struct {
		Name     string `json:"iname"`
		State    int    `json:"state"`
		Priority int    `json:"effective_priority"`
	} `json:"data"`
}

// The states of an instance, indexed by keepalived's number.
var states = []string{"INIT", "BACKUP", "MASTER", "FAULT"}

const fault = 3

func (i instance) String() string {
	state := strconv.Itoa(i.Data.State)
	if i.Data.State >= 0 && i.Data.State < len(states) {
		state = states[i.Data.State]
	}
	return fmt.Sprintf("%s %s, priority %d", i.Data.Name, state, i.Data.Priority)
}

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
	instances, err := askKeepalived(timeout)
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

// askKeepalived has keepalived write its state to a file and reads it. The file contains the password, so it
// is removed.
func askKeepalived(timeout time.Duration) ([]instance, error) {
	lock, err := os.OpenFile(filepath.Join(runFolder, "ready.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	// Two probes at the same time would read each other's file.
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return nil, err
	}
	pid, err := readPid(vrrpPidFile)
	if err != nil {
		return nil, err
	}
	path := filepath.Join(runFolder, "keepalived.json")
	os.Remove(path)
	defer os.Remove(path)
	if err := syscall.Kill(pid, signalJSON); err != nil {
		return nil, fmt.Errorf("process %d of %s: %w", pid, vrrpPidFile, err)
	}
	for deadline := time.Now().Add(timeout); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		// keepalived may still be writing it: only the complete file is valid JSON.
		if text, err := os.ReadFile(path); err == nil && json.Valid(text) {
			return parseInstances(text)
		}
	}
	return nil, fmt.Errorf("keepalived did not report its state within %s", timeout)
}

// parseInstances reads both of keepalived's formats (`json_version` in keepalived.conf(5)).
func parseInstances(text []byte) ([]instance, error) {
	var first []instance
	if json.Unmarshal(text, &first) == nil {
		return first, nil
	}
	var second struct {
		Instances []instance `json:"vrrp"`
	}
	err := json.Unmarshal(text, &second)
	return second.Instances, err
}

func readPid(path string) (int, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(strings.TrimSpace(string(text)))
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
