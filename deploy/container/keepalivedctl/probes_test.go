package main

import (
	"os"
	"testing"
)

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
