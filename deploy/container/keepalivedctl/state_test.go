package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

const testPassword = "s3cr.t"

// What keepalived 2.3.4 wrote about an instance with that password; shortened.
const testState = `[{"data":{"iname":"virtual_ips","vmac_ifname":"","ifp_ifname":"eth0","master_priority":0,` +
	`"last_transition":1796067975.137527,"vrid":51,"base_priority":100,"effective_priority":50,"vipset":true,` +
	`"promote_secondaries":false,"adver_int":1,"state":2,"wantstate":2,"version":2,` +
	`"vips":["192.0.2.10\/24 dev eth0 scope global set"],"evips":["2001:db8::10\/64 dev eth0 scope global deprecated set"],` +
	`"track_script":["'\/usr\/bin\/true' 'a,\"b'"],"auth_type":1,"auth_data":"` + testPassword + `"},` +
	`"stats":{"advert_rcvd":7,"advert_sent":3,"become_master":2,"release_master":1,"packet_len_err":0,` +
	`"advert_interval_err":0,"ip_ttl_err":4,"invalid_type_rcvd":0,"addr_list_err":0,"invalid_authtype":0,` +
	`"authtype_mismatch":0,"auth_failure":18446744073709551615,"pri_zero_rcvd":0,"pri_zero_sent":1}}]` + "\n"

func TestParseInstances(t *testing.T) {
	for name, text := range map[string]string{
		"format 1": `[{"data": {"iname": "a", "state": 2, "effective_priority": 100}}, {"data": {"iname": "b", "state": 3}}]`,
		"format 2": `{"vrrp": [{"data": {"iname": "a", "state": 2, "effective_priority": 100}}, {"data": {"iname": "b", "state": 3}}]}`,
	} {
		t.Run(name, func(t *testing.T) {
			instances, err := parseInstances([]byte(text))
			if err != nil || len(instances) != 2 {
				t.Fatalf("expected two instances, found %v, error %v", instances, err)
			}
			if first, second := instances[0].String(), instances[1].String(); first != "a MASTER, priority 100" || second != "b FAULT, priority 0" {
				t.Errorf("found %q and %q", first, second)
			}
		})
	}
	if _, err := parseInstances([]byte(`"text"`)); err == nil {
		t.Error("expected an error for another document, found none")
	}
}

func TestInstanceOfUnknownState(t *testing.T) {
	var one instance
	one.Data.Name, one.Data.State = "a", 9
	if text := one.String(); text != "a 9, priority 0" {
		t.Errorf("found %q", text)
	}
}

func TestReadPid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pid")
	writeFile(t, path, "123\n")
	if pid, err := readPid(path); pid != 123 || err != nil {
		t.Errorf("found %d, error %v", pid, err)
	}
	writeFile(t, path, "x\n")
	if _, err := readPid(path); err == nil {
		t.Error("expected an error, found none")
	}
}

// startKeepalived starts a process that, on SIGUSR1, runs a shell script with the path of the state file in $1 and a file
// with testState in $2, as keepalived writes its state.
func startKeepalived(t *testing.T, script string) running {
	t.Helper()
	folder := t.TempDir()
	r := running{
		pidFile:   filepath.Join(folder, "vrrp.pid"),
		stateFile: filepath.Join(folder, "keepalived.json"),
		signal:    func(int) (syscall.Signal, error) { return syscall.SIGUSR1, nil },
	}
	state := filepath.Join(folder, "testState")
	writeFile(t, state, testState)
	command := exec.Command("sh", "-c", "trap '"+script+"' USR1; echo $$ >\"$3\"; while :; do sleep 0.01; done",
		"sh", r.stateFile, state, r.pidFile)
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		command.Process.Kill()
		command.Wait()
	})
	for {
		if _, err := readPid(r.pidFile); err == nil {
			return r
		}
		time.Sleep(time.Millisecond)
	}
}

func TestAskWaitsForTheCompleteState(t *testing.T) {
	r := startKeepalived(t, `head -c 300 "$2" >"$1"; sleep 0.1; head -c -1 "$2" >"$1"; sleep 0.1; cat "$2" >"$1"`)
	instances, err := r.ask(10 * time.Second)
	if err != nil || len(instances) != 1 || instances[0].Counters["advert_rcvd"] != 7 {
		t.Errorf("found %v, error %v", instances, err)
	}
	if _, err := os.Stat(r.stateFile); !os.IsNotExist(err) {
		t.Error("expected the file, which has the password, to be removed")
	}
}

func TestAskRefusesAnIncompleteState(t *testing.T) {
	r := startKeepalived(t, `head -c -1 "$2" >"$1"`)
	if instances, err := r.ask(200 * time.Millisecond); err == nil {
		t.Errorf("expected an error, found %v", instances)
	}
}

func TestAskNeverReadsAnOldState(t *testing.T) {
	r := startKeepalived(t, `:`)
	writeFile(t, r.stateFile, testState)
	if instances, err := r.ask(200 * time.Millisecond); err == nil {
		t.Errorf("expected an error, found %v", instances)
	}
}

func TestAskRefusesALink(t *testing.T) {
	r := startKeepalived(t, `ln -s "$2" "$1"`)
	if instances, err := r.ask(10 * time.Second); err == nil {
		t.Errorf("expected an error, found %v", instances)
	}
}

func TestAskAtTheSameTime(t *testing.T) {
	r := startKeepalived(t, `cat "$2" >"$1"`)
	var all sync.WaitGroup
	for range 5 {
		all.Add(1)
		go func() {
			defer all.Done()
			if _, err := r.ask(10 * time.Second); err != nil {
				t.Error(err)
			}
		}()
	}
	all.Wait()
}

func TestErrorsOfTheStateDoNotContainThePassword(t *testing.T) {
	for _, state := range []string{
		strings.Replace(testState, `"state":2`, `"state":"`+testPassword+`"`, 1),
		strings.Replace(testState, `"advert_rcvd":7`, `"advert_rcvd":"`+testPassword+`"`, 1),
		strings.Replace(testState, `192.0.2.10`, testPassword, 1),
		strings.Replace(testState, `"auth_data":"`, `"auth_data":`, 1),
		`"` + testPassword + `"`,
	} {
		text, err := []instance(nil), error(nil)
		if text, err = parseInstances([]byte(state)); err == nil {
			_, err = exposition(text, true, nil)
		}
		if err == nil || strings.Contains(fmt.Sprintf("%v %+v", err, text), testPassword) {
			t.Errorf("expected an error without the password, found %v", err)
		}
	}
}
