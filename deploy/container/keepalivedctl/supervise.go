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

// The file that the configuration tracks: 0 while the check succeeds, 1 while it fails. A vrrp_script would
// not work: without the capability SETGID keepalived cannot start one, and counts that as success.
var checkFile = filepath.Join(runFolder, "check")

// supervision is what supervise does besides waiting for keepalived.
type supervision struct {
	// nil if there is none.
	check *healthCheck
	// Whether the check has succeeded so far.
	healthy bool
	// Checks a configuration that may have changed, and records its addresses.
	prepareReload func() error
}

// supervise runs keepalived and the check, and exits as keepalived does. It removes the addresses that keepalived has left
// behind.
func supervise(words []string, environment []string, s supervision) error {
	// Pdeathsig is sent when the thread that started the child ends.
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
	go forward(signals, child.Pid, s.prepareReload)
	if s.check != nil {
		go keepChecking(s.check, s.healthy)
	}
	ended := waitFor(child.Pid)
	reapOthers()
	releaseAddresses()
	return ended
}

// forward passes signals on, except those that are meant for this process. keepalived would exit if it reloaded an
// invalid configuration, so it does not learn of one.
func forward(signals <-chan os.Signal, pid int, prepareReload func() error) {
	for one := range signals {
		if one == syscall.SIGHUP {
			if err := prepareReload(); err != nil {
				fmt.Fprintln(os.Stderr, "keepalivedctl: keepalived is not reloaded, and keeps its configuration:", err)
				continue
			}
		}
		if one != syscall.SIGCHLD && one != syscall.SIGURG && one != syscall.SIGPIPE {
			syscall.Kill(pid, one.(syscall.Signal))
		}
	}
}

// waitFor reaps every process that ends, as process 1 of a container must, until keepalived ends.
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
			return &failure{status: 128 + int(status.Signal()), text: "keepalived was killed by signal: " + status.Signal().String()}
		case status.ExitStatus() != 0:
			return &failure{status: status.ExitStatus(), text: fmt.Sprintf("keepalived exited with status %d", status.ExitStatus())}
		}
		return nil
	}
}

// reapOthers waits until keepalived's own children have ended. When keepalived is killed, the kernel asks them to end,
// and they give up the addresses themselves.
func reapOthers() {
	for deadline := time.Now().Add(3 * time.Second); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		for {
			pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil)
			if err == syscall.ECHILD {
				return
			}
			if pid <= 0 {
				break
			}
		}
	}
}

// checkFirst runs the check before keepalived starts: otherwise a node that is up before its server would
// take the address.
func checkFirst(check *healthCheck) (healthy bool, err error) {
	failed := ask(check.request, check.every())
	if failed != nil {
		fmt.Fprintf(os.Stderr, "keepalivedctl: the check fails: %v\n", failed)
	}
	return failed == nil, writeCheck(failed == nil)
}

// keepChecking runs the check indefinitely, and records and logs every change.
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

// writeCheck replaces the file atomically: keepalived never reads a partial one.
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
