package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// musl's SIGRTMIN+2, on which keepalived writes its state (`keepalived --signum=JSON`).
const signalJSON = syscall.Signal(37)

// instance is what keepalived writes about a vrrp_instance. The password (auth_data) is there too, in keepalived 2.3: it is
// never read, because only these fields are.
type instance struct {
	Data struct {
		Name         string `json:"iname"`
		Interface    string `json:"ifp_ifname"`
		RouterID     int    `json:"vrid"`
		State        int    `json:"state"`
		Priority     int    `json:"effective_priority"`
		BasePriority int    `json:"base_priority"`
		// Seconds since 1970.
		LastTransition float64 `json:"last_transition"`
		HasAddresses   bool    `json:"vipset"`
		// Each begins with IP/PREFIX.
		Addresses []string `json:"vips"`
		Excluded  []string `json:"evips"`
	} `json:"data"`
	// Counters. Their names depend on keepalived's version.
	Counters map[string]uint64 `json:"stats"`
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

// addresses lists the virtual addresses of an instance.
func (i instance) addresses() ([]netip.Addr, error) {
	var found []netip.Addr
	for _, text := range append(i.Data.Addresses, i.Data.Excluded...) {
		word, _, _ := strings.Cut(text, " ")
		word, _, _ = strings.Cut(word, "/")
		address, err := netip.ParseAddr(word)
		if err != nil {
			return nil, fmt.Errorf("keepalived's state has an invalid address of the instance %s", i.Data.Name)
		}
		found = append(found, address)
	}
	return found, nil
}

// running is a keepalived that can be asked for its state.
type running struct {
	// The file with the id of its VRRP process.
	pidFile string
	// The file to which it writes its state: keepalived.json, in its TMPDIR or in /tmp.
	stateFile string
	// The signal on which it does so, which depends on its C library.
	signal func(pid int) (syscall.Signal, error)
}

// inContainer is the keepalived of this container.
var inContainer = running{
	pidFile:   vrrpPidFile,
	stateFile: filepath.Join(runFolder, "keepalived.json"),
	signal:    func(int) (syscall.Signal, error) { return signalJSON, nil },
}

// ask has keepalived write its state, and reads it. The file may contain the password, so it is removed.
func (r running) ask(timeout time.Duration) ([]instance, error) {
	deadline := time.Now().Add(timeout)
	// Two processes that ask at the same time would remove each other's file.
	lock, err := lockBy(r.pidFile+".lock", deadline)
	if err != nil {
		return nil, err
	}
	defer lock.Close()
	pid, err := readPid(r.pidFile)
	if err != nil {
		return nil, err
	}
	signal, err := r.signal(pid)
	if err != nil {
		return nil, err
	}
	os.Remove(r.stateFile)
	defer os.Remove(r.stateFile)
	if err := syscall.Kill(pid, signal); err != nil {
		return nil, fmt.Errorf("process %d of %s: %w", pid, r.pidFile, err)
	}
	for ; time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		text, err := readOwn(r.stateFile)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		// keepalived writes into the file under its final name. Only the complete text ends with a newline.
		if bytes.HasSuffix(text, []byte("\n")) {
			return parseInstances(text)
		}
	}
	return nil, fmt.Errorf("keepalived did not report its state within %s", timeout)
}

// lockBy waits for a lock that is released when the file is closed.
func lockBy(path string, deadline time.Time) (*os.File, error) {
	lock, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	for {
		err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return lock, nil
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(deadline) {
			lock.Close()
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// readOwn reads a file of this user: in /tmp anybody could have made one of that name.
func readOwn(path string) ([]byte, error) {
	file, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var status syscall.Stat_t
	if err := syscall.Fstat(int(file.Fd()), &status); err != nil {
		return nil, err
	}
	if int(status.Uid) != os.Geteuid() || status.Mode&syscall.S_IFMT != syscall.S_IFREG {
		return nil, fmt.Errorf("%s is not a file of this user", path)
	}
	var text bytes.Buffer
	_, err = text.ReadFrom(file)
	return text.Bytes(), err
}

// parseInstances reads both of keepalived's formats (`json_version` in keepalived.conf(5)).
func parseInstances(text []byte) ([]instance, error) {
	if !bytes.HasPrefix(text, []byte("{")) {
		var first []instance
		err := json.Unmarshal(text, &first)
		return first, err
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
