package main

import (
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"
	"time"
)

// What the configuration tracks: 0 while the check succeeds, 1 while it fails. A vrrp_script is no choice here: without
// the capability SETGID keepalived can't start one, and takes that for success.
var checkFile = filepath.Join(runFolder, "check")

// supervise runs keepalived and the check beside it, and ends as keepalived does.
func supervise(words []string, environment []string, check *healthCheck, healthy bool) error {
	// The kernel ties "end with your parent" to the thread that started the child.
	runtime.LockOSThread()
	signals := make(chan os.Signal, 16)
	signal.Notify(signals)
	child, err := os.StartProcess(keepalived, words, &os.ProcAttr{
		Env:   environment,
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
		Sys:   &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM},
	})
	if err != nil {
		return err
	}
	go forward(signals, child.Pid)
	go keepChecking(check, healthy)
	return waitFor(child.Pid)
}

// forward hands signals on; some are only for this process.
func forward(signals <-chan os.Signal, pid int) {
	for one := range signals {
		if one != syscall.SIGCHLD && one != syscall.SIGURG && one != syscall.SIGPIPE {
			syscall.Kill(pid, one.(syscall.Signal))
		}
	}
}

// waitFor collects every process that ends, as the first process of a container must, until keepalived does.
func waitFor(keepalived int) error {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, 0, nil)
		switch {
		case err == syscall.EINTR || err == nil && pid != keepalived:
			continue
		case err != nil:
			return err
		case status.Signaled():
			return &failure{status: 128 + int(status.Signal()), text: "keepalived was ended by " + status.Signal().String()}
		case status.ExitStatus() != 0:
			return &failure{status: status.ExitStatus(), text: fmt.Sprintf("keepalived ended with status %d", status.ExitStatus())}
		}
		return nil
	}
}

// checkFirst asks before keepalived starts: a node that comes back before its server does would have the address meanwhile.
func checkFirst(check *healthCheck) (healthy bool, err error) {
	failed := ask(check.request, check.every())
	if failed != nil {
		fmt.Fprintf(os.Stderr, "keepalivedctl: the check fails: %v\n", failed)
	}
	return failed == nil, writeCheck(failed == nil)
}

// keepChecking asks for ever, and writes and logs what changes.
func keepChecking(check *healthCheck, healthy bool) {
	inRow := 0
	for range time.Tick(check.every()) {
		err := ask(check.request, check.every())
		if (err == nil) == healthy {
			inRow = 0
			continue
		}
		inRow++
		switch {
		case healthy && inRow >= check.fall:
			fmt.Fprintf(os.Stderr, "keepalivedctl: the check fails: %v\n", err)
		case !healthy && inRow >= check.rise:
			fmt.Fprintf(os.Stderr, "keepalivedctl: the check of %s succeeds\n", check.url)
		default:
			continue
		}
		healthy, inRow = !healthy, 0
		if err := writeCheck(healthy); err != nil {
			fmt.Fprintln(os.Stderr, "keepalivedctl:", err)
		}
	}
}

// writeCheck replaces the file at once: keepalived never reads half of it.
func writeCheck(healthy bool) error {
	text := "1\n"
	if healthy {
		text = "0\n"
	}
	unfinished := checkFile + ".new"
	if err := os.WriteFile(unfinished, []byte(text), 0o644); err != nil {
		return err
	}
	return os.Rename(unfinished, checkFile)
}
