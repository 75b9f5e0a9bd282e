package main

import (
	"maps"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

const checkVariable = "KEEPALIVED_CHECK_URL"

// Larger than the number of failures: with 2, a check that fails half of the time, as under overload, would
// move the addresses several times a minute.
const defaultRise = 10

// healthCheck is the check whose failure lowers a node's priority.
type healthCheck struct {
	request
	// In seconds.
	interval           int
	fall, rise, weight int
}

// every is the time between two checks, and the timeout of one.
func (h *healthCheck) every() time.Duration { return time.Duration(h.interval) * time.Second }

// readCheck reads the health check from the environment; nil if there is none.
func readCheck(env *environment, addresses []virtualAddress) *healthCheck {
	request := readRequest(env)
	check := &healthCheck{
		request:  request,
		interval: env.integer("KEEPALIVED_CHECK_INTERVAL", 2, 1, 3600),
		fall:     env.integer("KEEPALIVED_CHECK_FALL", 2, 1, 100),
		rise:     env.integer("KEEPALIVED_CHECK_RISE", defaultRise, 1, 100),
		weight:   env.integer("KEEPALIVED_CHECK_WEIGHT", -50, -253, -1),
	}
	if request.url == "" {
		for _, name := range slices.Sorted(maps.Keys(env.values)) {
			if strings.HasPrefix(name, "KEEPALIVED_CHECK_") {
				env.problems.add(checkVariable+" to be set as well", "only "+name)
			}
		}
		return nil
	}
	if target, err := url.Parse(request.url); err == nil {
		for _, address := range addresses {
			if host, err := netip.ParseAddr(target.Hostname()); err == nil && host == address.ip {
				env.problems.add(checkVariable+" to be a URL of this node", strconv.Quote(request.url)+
					", a virtual address: every node would check whichever node has it")
			}
		}
	}
	return check
}

// readRequest reads which URL the check requests, and how.
func readRequest(env *environment) request {
	r := request{
		url:        env.textOr(checkVariable, ""),
		caFile:     env.textOr("KEEPALIVED_CHECK_CA_FILE", ""),
		serverName: env.textOr("KEEPALIVED_CHECK_SERVER_NAME", ""),
		insecure:   env.boolean("KEEPALIVED_CHECK_INSECURE"),
	}
	if r.url == "" {
		return r
	}
	target, err := url.Parse(r.url)
	switch {
	case err != nil || target.Host == "" || target.Scheme != "http" && target.Scheme != "https":
		env.problems.add(checkVariable+" to be a URL that begins with http:// or https://", strconv.Quote(r.url))
	case target.User != nil:
		env.problems.add(checkVariable+" to be a URL without a password", "one (its value is not shown)")
	case target.Scheme == "https" && r.caFile == "" && !r.insecure:
		env.problems.add("KEEPALIVED_CHECK_CA_FILE or KEEPALIVED_CHECK_INSECURE=true with an https URL", "neither")
	case r.caFile != "" && r.insecure:
		env.problems.add("either KEEPALIVED_CHECK_CA_FILE or KEEPALIVED_CHECK_INSECURE", "both")
	}
	if r.caFile != "" {
		if _, err := readCertificates(r.caFile); err != nil {
			env.problems.add("KEEPALIVED_CHECK_CA_FILE to contain PEM certificates", err.Error())
		}
	}
	return r
}
