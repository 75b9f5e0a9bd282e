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
	// Where metrics are served; empty if they are not.
	metrics string
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
	// Go sends SIGURG to itself, often enough to fill the channel.
	signal.Reset(syscall.SIGURG, syscall.SIGCHLD)
	children := make(chan os.Signal, 1)
	signal.Notify(children, syscall.SIGCHLD)
	child, err := os.StartProcess(keepalived, words, &os.ProcAttr{
		Env:   environment,
		Files: []*os.File{os.Stdin, os.Stdout, os.Stderr},
		Sys:   &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM},
	})
	if err != nil {
		return err
	}
	if s.check != nil {
		go keepChecking(s.check, s.healthy)
	}
	if s.metrics != "" {
		go keepServing(s.metrics, &observer{keepalived: inContainer, timeout: 2 * time.Second, hasCheck: s.check != nil})
	}
	ended, err := false, error(nil)
	for !ended {
		// One after the other: a process that prepareReload starts and waits for must not be reaped here.
		select {
		case one := <-signals:
			forward(one.(syscall.Signal), child.Pid, s.prepareReload)
		case <-children:
		}
		ended, err = reap(child.Pid)
	}
	reapOthers()
	releaseAddresses()
	return err
}

// forward passes a signal on, unless it is meant for this process. keepalived would exit if it reloaded an invalid
// configuration, so it does not learn of one.
func forward(signal syscall.Signal, keepalived int, prepareReload func() error) {
	if signal == syscall.SIGPIPE {
		return
	}
	if signal == syscall.SIGHUP {
		if err := prepareReload(); err != nil {
			fmt.Fprintln(os.Stderr, "keepalivedctl: keepalived is not reloaded, and keeps its configuration:", err)
			return
		}
	}
	syscall.Kill(keepalived, signal)
}

// reap reaps every process that has ended, as process 1 of a container must. Once keepalived has ended, the error says how,
// unless it succeeded.
func reap(keepalived int) (ended bool, err error) {
	for {
		var status syscall.WaitStatus
		pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
		switch {
		case err == syscall.EINTR || err == nil && pid > 0 && pid != keepalived:
			continue
		case err != nil:
			return true, err
		case pid == 0:
			return false, nil
		case status.Signaled():
			return true, &failure{status: 128 + int(status.Signal()), text: "keepalived was killed by signal: " + status.Signal().String()}
		case status.ExitStatus() != 0:
			return true, &failure{status: status.ExitStatus(), text: fmt.Sprintf("keepalived exited with status %d", status.ExitStatus())}
		}
		return true, nil
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

// readCheckFile returns the result of the check, or nil if there is none.
func readCheckFile() *bool {
	text, err := os.ReadFile(checkFile)
	if err != nil {
		return nil
	}
	succeeds := string(text) == "0\n"
	return &succeeds
}
