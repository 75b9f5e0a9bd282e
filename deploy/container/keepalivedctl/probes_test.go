package main

import (
	"os"
	"path/filepath"
	"testing"
)

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

func TestIsRunning(t *testing.T) {
	if !isRunning(os.Getpid()) {
		t.Error("expected this process to be running")
	}
	// A zombie: it has exited, and nobody has waited for it.
	ended, err := os.StartProcess("/proc/self/exe", []string{"test", "-test.run=^$"}, &os.ProcAttr{})
	if err != nil {
		t.Fatal(err)
	}
	defer ended.Wait()
	for isRunning(ended.Pid) {
	}
}
