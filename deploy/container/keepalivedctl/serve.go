package main

import (
	"fmt"
	"log"
	"net"
	"net/http"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	metricsVariable = "KEEPALIVED_METRICS"
	// keepalived writes its state in the process that sends advertisements, so it is not asked more often than this.
	leastAge = time.Second
	// More would use memory of the process on which keepalived depends.
	mostConnections = 16
	// Between two attempts to listen.
	listenInterval = time.Second
)

// readMetricsAddress reads where the metrics are served; the result is empty if they are not.
func readMetricsAddress(env *environment) string {
	text, set := env.text(metricsVariable)
	if !set {
		return ""
	}
	address, err := parseListenAddress(text)
	if err != nil {
		env.problems.add(metricsVariable+" to be IP:PORT or :PORT, such as 127.0.0.1:9650 or [fd00::1]:9650", strconv.Quote(text))
	}
	return address
}

// parseListenAddress also accepts an IPv4 address in brackets, so that one template fits both families.
func parseListenAddress(text string) (string, error) {
	host, portText, err := net.SplitHostPort(text)
	if err != nil {
		return "", err
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || port == 0 {
		return "", fmt.Errorf("%q is not a port", portText)
	}
	if host == "" {
		return fmt.Sprintf(":%d", port), nil
	}
	ip, err := netip.ParseAddr(host)
	return netip.AddrPortFrom(ip, uint16(port)).String(), err
}

// printOrServe prints the metrics of a keepalived once, or serves them.
func printOrServe(args []string) error {
	o := &observer{keepalived: inContainer, timeout: 2 * time.Second}
	var listen string
	flags := newFlags("metrics")
	flags.StringVar(&listen, "listen", "", "")
	flags.StringVar(&o.keepalived.pidFile, "vrrp-pid", o.keepalived.pidFile, "")
	flags.StringVar(&o.keepalived.stateFile, "state-file", o.keepalived.stateFile, "")
	flags.DurationVar(&o.timeout, "timeout", o.timeout, "")
	words, err := parseFlags(flags, args)
	if err != nil {
		return err
	}
	if len(words) > 0 {
		return wrongUsage("metrics takes only options")
	}
	if o.keepalived.pidFile == inContainer.pidFile {
		_, err := os.Stat(checkFile)
		o.hasCheck = err == nil
	} else {
		o.keepalived.signal = signalOf
	}
	if listen == "" {
		text, err := o.observe()
		fmt.Print(text)
		return err
	}
	address, err := parseListenAddress(listen)
	if err != nil {
		return wrongUsage("metrics --listen takes IP:PORT or :PORT: " + err.Error())
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	return o.serve(listener)
}

// signalOf asks the program of a process with which signal it is asked for its state.
func signalOf(pid int) (syscall.Signal, error) {
	program := fmt.Sprintf("/proc/%d/exe", pid)
	target, err := os.Readlink(program)
	if err != nil {
		return 0, err
	}
	// An update may have replaced the file.
	if filepath.Base(strings.TrimSuffix(target, " (deleted)")) != "keepalived" {
		return 0, fmt.Errorf("process %d is not keepalived, but %s", pid, target)
	}
	text, err := exec.Command(program, "--signum=JSON").Output()
	if err != nil {
		return 0, fmt.Errorf("%s cannot report its state: --signum=JSON: %w", target, err)
	}
	number, err := strconv.Atoi(strings.TrimSpace(string(text)))
	return syscall.Signal(number), err
}

// observer turns the state of a keepalived into metrics.
type observer struct {
	keepalived running
	timeout    time.Duration
	hasCheck   bool

	// What follows is of the last observation that was served.
	mutex    sync.Mutex
	observed time.Time
	text     string
	failure  string
}

// observe returns the metrics at this moment. If there is an error, they say that keepalived is down.
func (o *observer) observe() (string, error) {
	var check *bool
	if o.hasCheck {
		check = readCheckFile()
	}
	instances, err := o.keepalived.ask(o.timeout)
	if err == nil {
		var text string
		if text, err = exposition(instances, true, check); err == nil {
			return text, nil
		}
	}
	down, _ := exposition(nil, false, check)
	return down, err
}

// recent returns metrics that are at most leastAge old. It logs why keepalived does not report its state, once.
func (o *observer) recent() string {
	o.mutex.Lock()
	defer o.mutex.Unlock()
	if time.Since(o.observed) < leastAge {
		return o.text
	}
	text, err := o.observe()
	failure := ""
	if err != nil {
		failure = err.Error()
	}
	if failure != "" && failure != o.failure {
		fmt.Fprintln(os.Stderr, "keepalivedctl: no metrics:", failure)
	}
	o.observed, o.text, o.failure = time.Now(), text, failure
	return text
}

// serve answers requests for /metrics.
func (o *observer) serve(listener net.Listener) error {
	routes := http.NewServeMux()
	routes.HandleFunc("GET /metrics", func(response http.ResponseWriter, _ *http.Request) {
		response.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		fmt.Fprint(response, o.recent())
	})
	server := &http.Server{
		Handler:        routes,
		ReadTimeout:    5 * time.Second,
		WriteTimeout:   10 * time.Second,
		MaxHeaderBytes: 8192,
		ErrorLog:       log.New(os.Stderr, "keepalivedctl: ", 0),
	}
	// A connection for each request, so that idle ones do not keep others out.
	server.SetKeepAlivesEnabled(false)
	return server.Serve(limitConnections(listener, mostConnections))
}

// keepServing serves the metrics indefinitely. keepalived is more important: it runs even while they cannot be served, for
// example because another program uses the port.
func keepServing(address string, o *observer) {
	failure := ""
	for ; ; time.Sleep(listenInterval) {
		listener, err := net.Listen("tcp", address)
		if err == nil {
			fmt.Fprintf(os.Stderr, "keepalivedctl: serving metrics at http://%s/metrics\n", listener.Addr())
			err = o.serve(listener)
		}
		if text := err.Error(); text != failure {
			failure = text
			fmt.Fprintln(os.Stderr, "keepalivedctl: cannot serve metrics, and tries again:", text)
		}
	}
}
