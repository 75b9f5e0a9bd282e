package main

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

func TestReadMetricsAddress(t *testing.T) {
	for text, expected := range map[string]string{
		"127.0.0.1:9650":      "127.0.0.1:9650",
		"[192.0.2.1]:9650":    "192.0.2.1:9650",
		"[fd00::1]:9650":      "[fd00::1]:9650",
		"[fe80::1%eth0]:9650": "[fe80::1%eth0]:9650",
		":9650":               ":9650",
	} {
		env := testEnvironment("KEEPALIVED_METRICS=" + text)
		if address := readMetricsAddress(env); address != expected || len(env.problems) != 0 {
			t.Errorf("expected %s for %s, found %q, problems %q", expected, text, address, env.problems)
		}
	}
	for _, text := range []string{"9650", "localhost:9650", "127.0.0.1", "127.0.0.1:0", "127.0.0.1:65536", "fd00::1:9650", "[]:x", "[]", "127.0.0.1:http"} {
		env := testEnvironment("KEEPALIVED_METRICS=" + text)
		readMetricsAddress(env)
		if len(env.problems) != 1 || !strings.Contains(env.problems[0], "KEEPALIVED_METRICS") || !strings.Contains(env.problems[0], text) {
			t.Errorf("expected a problem with %q, found %q", text, env.problems)
		}
	}
	if address := readMetricsAddress(testEnvironment()); address != "" {
		t.Errorf("expected none, found %q", address)
	}
}

// serveTest serves the metrics of a keepalived, and returns the URL.
func serveTest(t *testing.T, o *observer) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { listener.Close() })
	go o.serve(listener)
	return "http://" + listener.Addr().String()
}

func get(t *testing.T, url string) (string, *http.Response) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text), response
}

func TestServe(t *testing.T) {
	url := serveTest(t, &observer{keepalived: startKeepalived(t, `cat "$2" >"$1"`), timeout: 10 * time.Second})
	text, response := get(t, url+"/metrics")
	if kind := response.Header.Get("Content-Type"); kind != "text/plain; version=0.0.4; charset=utf-8" {
		t.Errorf("found the type %s", kind)
	}
	if !strings.Contains(text, "\nkeepalived_up 1\n") || !strings.Contains(text, `address="192.0.2.10"`) || strings.Contains(text, testPassword) {
		t.Errorf("found %s", text)
	}
	for _, path := range []string{"/", "/metrics/x", "/debug/pprof/"} {
		if _, response := get(t, url+path); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: found status %s", path, response.Status)
		}
	}
	if response, err := http.Post(url+"/metrics", "text/plain", nil); err != nil || response.StatusCode != http.StatusMethodNotAllowed {
		t.Errorf("found %v, error %v", response, err)
	}
}

func TestServeSaysThatKeepalivedIsDown(t *testing.T) {
	o := &observer{keepalived: startKeepalived(t, `:`), timeout: 100 * time.Millisecond}
	if text, response := get(t, serveTest(t, o)+"/metrics"); response.StatusCode != 200 || !strings.HasSuffix(text, "\nkeepalived_up 0\n") {
		t.Errorf("found status %s and %s", response.Status, text)
	}
}

func TestServeAsksKeepalivedAtMostOnceASecond(t *testing.T) {
	r := startKeepalived(t, `echo x >>"$2.asked"; cat "$2" >"$1"`)
	o := &observer{keepalived: r, timeout: 10 * time.Second}
	begin := time.Now()
	for range 50 {
		o.recent()
	}
	asked, err := os.ReadFile(strings.TrimSuffix(r.stateFile, "keepalived.json") + "testState.asked")
	if most := int(time.Since(begin)/leastAge) + 1; err != nil || strings.Count(string(asked), "x") > most {
		t.Errorf("expected at most %d questions, found %q, error %v", most, asked, err)
	}
}

func TestServeLimitsConnections(t *testing.T) {
	url := serveTest(t, &observer{keepalived: startKeepalived(t, `cat "$2" >"$1"`), timeout: 10 * time.Second})
	var idle []net.Conn
	for range mostConnections {
		connection, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		defer connection.Close()
		idle = append(idle, connection)
	}
	client := &http.Client{Timeout: 200 * time.Millisecond}
	if response, err := client.Get(url + "/metrics"); err == nil {
		t.Errorf("expected no answer while all connections are in use, found %s", response.Status)
	}
	idle[0].Close()
	get(t, url+"/metrics")
}

func TestKeepServingWaitsForThePort(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := other.Addr().String()
	go keepServing(address, &observer{keepalived: startKeepalived(t, `cat "$2" >"$1"`), timeout: 10 * time.Second})
	time.AfterFunc(listenInterval/2, func() { other.Close() })
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		client := &http.Client{Timeout: time.Second}
		response, err := client.Get("http://" + address + "/metrics")
		if err == nil {
			response.Body.Close()
			return
		}
		if time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
}

func TestSignalOf(t *testing.T) {
	// This process is not keepalived, and must not be signalled.
	if signal, err := signalOf(os.Getpid()); err == nil || !strings.Contains(err.Error(), "is not keepalived") {
		t.Errorf("found signal %d, error %v", signal, err)
	}
	if _, err := signalOf(1 << 30); err == nil {
		t.Error("expected an error for a process that does not exist, found none")
	}
}

func TestMetricsUsage(t *testing.T) {
	for _, args := range [][]string{{"x"}, {"--listen", "localhost:1"}, {"--listen", "9650"}, {"--port", "1"}} {
		var failed *failure
		if err := printOrServe(args); !errors.As(err, &failed) || failed.status != statusUsage {
			t.Errorf("%q: found %v", args, err)
		}
	}
}
