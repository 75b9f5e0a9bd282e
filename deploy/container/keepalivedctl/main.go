// keepalivedctl is the entry point, the health check and the probes of the keepalived container.
package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

const usage = `usage: keepalivedctl run [ARGUMENT...]    check the configuration and run keepalived (the default)
       keepalivedctl -ARGUMENT...         the same
       keepalivedctl render [ARGUMENT...] print the configuration that run would use
       keepalivedctl check URL [--ca-file FILE] [--server-name NAME] [--insecure] [--timeout 2s]
       keepalivedctl ready [--timeout 2s] fail if an instance is in FAULT
       keepalivedctl live                 fail if keepalived is not running
       keepalivedctl metrics [--listen ADDRESS:PORT] [--vrrp-pid FILE] [--state-file FILE] [--timeout 2s]
                                          print keepalived's metrics, or serve them for Prometheus
`

func main() {
	os.Exit(statusOf(dispatch(os.Args[1:])))
}

func dispatch(args []string) error {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return runKeepalived(args)
	}
	command, rest := args[0], args[1:]
	switch command {
	case "run":
		return runKeepalived(rest)
	case "render":
		return render(rest)
	case "check":
		return check(rest)
	case "ready":
		return ready(rest)
	case "live":
		return live(rest)
	case "metrics":
		return printOrServe(rest)
	case "help":
		fmt.Print(usage)
		return nil
	}
	return wrongUsage(fmt.Sprintf("unknown command %q", command))
}

func wrongUsage(what string) error {
	return &failure{status: statusUsage, text: what + "\n" + usage}
}

// statusOf prints an error, if there is one, and returns the exit status.
func statusOf(err error) int {
	if err == nil {
		return 0
	}
	fmt.Fprintln(os.Stderr, "keepalivedctl: "+strings.TrimRight(err.Error(), "\n"))
	var failed *failure
	if errors.As(err, &failed) {
		return failed.status
	}
	return 1
}
