package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"unsafe"
)

// The capabilities that VRRP requires, with their numbers (capabilities(7)).
var neededCapabilities = []struct {
	name   string
	number uint
}{{"NET_ADMIN", 12}, {"NET_RAW", 13}}

const (
	capabilitySetgid = 6
	// For both halves of the sets (linux/capability.h).
	capabilityVersion = 0x20080522
	// linux/prctl.h
	ambientCapabilities     = 47
	raiseAmbientCapability  = 2
	capabilitiesWithoutRoot = "to run as root (uid 0), or as another user with allowPrivilegeEscalation: true (without no_new_privileges)"
)

// acquireRights makes the capabilities effective that this process may have, also for keepalived, and reports a missing
// one at once: keepalived itself would fail for each address. Root has them from the start. Another user has those of
// this program's file, which the kernel ignores with no_new_privileges.
func acquireRights() error {
	if os.Geteuid() != 0 {
		if err := raiseCapabilities(); err != nil {
			return err
		}
	}
	effective, err := capabilities("CapEff")
	if err != nil {
		return err
	}
	if uid := os.Geteuid(); uid != 0 && effective == 0 {
		return noRights(capabilitiesWithoutRoot, fmt.Sprintf("uid %d without capabilities", uid))
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

// raiseCapabilities makes what is permitted effective, and passes it on to every program that is started.
func raiseCapabilities() error {
	permitted, err := capabilities("CapPrm")
	if err != nil {
		return err
	}
	header := struct {
		version uint32
		pid     int32
	}{version: capabilityVersion}
	var halves [2]struct{ effective, permitted, inheritable uint32 }
	for i := range halves {
		half := uint32(permitted >> (32 * i))
		halves[i].effective, halves[i].permitted, halves[i].inheritable = half, half, half
	}
	// Every thread has sets of its own, and any of them can start a program.
	_, _, failed := syscall.AllThreadsSyscall(syscall.SYS_CAPSET,
		uintptr(unsafe.Pointer(&header)), uintptr(unsafe.Pointer(&halves)), 0)
	for number := uintptr(0); number < 64 && failed == 0; number++ {
		if permitted&(1<<number) != 0 {
			_, _, failed = syscall.AllThreadsSyscall6(syscall.SYS_PRCTL, ambientCapabilities, raiseAmbientCapability, number, 0, 0, 0)
		}
	}
	if failed != 0 {
		return fmt.Errorf("cannot raise the capabilities %016x: %w", permitted, failed)
	}
	return nil
}

// capabilities reads one of the sets of this process, such as CapEff (proc_pid_status(5)).
func capabilities(set string) (uint64, error) {
	text, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if value, found := strings.CutPrefix(line, set+":"); found {
			return strconv.ParseUint(strings.TrimSpace(value), 16, 64)
		}
	}
	return 0, fmt.Errorf("no set %s in /proc/self/status", set)
}
