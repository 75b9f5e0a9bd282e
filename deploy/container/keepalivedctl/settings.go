package main

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const defaultConfiguration = "/etc/keepalived/keepalived.conf"

var plainNumber = regexp.MustCompile(`^\d+(\.\d+)?$`)

// settings is what a configuration is rendered from.
type settings struct {
	nodeName  string
	addresses []virtualAddress
	device    string // The interface that VRRP uses.
	routerID  int
	priority  int
	version   int
	interval  string
	password  string
	hmac      *hmac
	source    netip.Addr
	peers     []netip.Addr
	noPreempt bool
	check     *healthCheck
}

// source is where the configuration comes from: a mounted file, or settings from which it is rendered.
type source struct {
	mounted  string
	settings settings
	check    *healthCheck
	// Where metrics are served; empty if they are not.
	metrics string
}

// readSource decides where the configuration comes from, and reads every variable for that case.
func readSource(env *environment) (source, error) {
	path, named := env.text("KEEPALIVED_CONFIG_FILE")
	if !named {
		path = defaultConfiguration
	}
	if _, err := os.Stat(path); !named && errors.Is(err, os.ErrNotExist) {
		metrics := readMetricsAddress(env)
		s, err := readSettings(env)
		return source{settings: s, check: s.check, metrics: metrics}, err
	}
	requireText(env, path)
	check := readCheck(env, nil)
	metrics := readMetricsAddress(env)
	env.refuseUnread(fmt.Sprintf("only variables of the check and the metrics together with the mounted configuration %s", path))
	return source{mounted: path, check: check, metrics: metrics}, env.problems.failure()
}

// requireText adds a problem for a mounted configuration that keepalived cannot read.
func requireText(env *environment, path string) {
	switch text, err := os.ReadFile(path); {
	case errors.Is(err, os.ErrNotExist):
		env.problems.add("KEEPALIVED_CONFIG_FILE to name a file", strconv.Quote(path)+", which does not exist")
	case errors.Is(err, os.ErrPermission):
		env.problems.add("a mounted configuration that root can read without further capabilities: owned by root, or with mode 0644",
			err.Error())
	case err != nil:
		env.problems.add("the mounted configuration to be a file", err.Error())
	case len(text) == 0:
		env.problems.add("the mounted configuration "+path+" not to be empty", "an empty file")
	}
}

// readSettings reads every variable from which a configuration is rendered.
func readSettings(env *environment) (settings, error) {
	s := settings{nodeName: env.node.name}
	s.routerID = env.integer("KEEPALIVED_ROUTER_ID", 1, 1, 255)
	s.priority = env.integer("KEEPALIVED_PRIORITY", 100, 1, 254)
	s.noPreempt = env.boolean("KEEPALIVED_NOPREEMPT")
	s.addresses, s.device = readAddresses(env)
	s.password = readPassword(env)
	s.hmac = readHMAC(env)
	if s.hmac != nil && s.password != "" {
		env.problems.add("either a password or keys of HMAC, because keepalived uses only one of them", "both")
	}
	readTiming(env, &s)
	readPeers(env, &s)
	s.check = readCheck(env, s.addresses)
	refuseUselessCheck(env, &s)
	env.refuseUnread("only variables that deploy/container/README.md lists")
	return s, env.problems.failure()
}

// isIPv6Only reports whether VRRP itself has to use IPv6.
func (s *settings) isIPv6Only() bool {
	for _, address := range s.addresses {
		if address.ip.Is4() {
			return false
		}
	}
	return true
}

// readTiming reads the version and the interval, which depend on each other (RFC 3768, RFC 5798).
func readTiming(env *environment, s *settings) {
	const name = "KEEPALIVED_ADVERT_INTERVAL"
	text := env.textOr(name, "1")
	seconds, err := strconv.ParseFloat(text, 64)
	if err != nil || !plainNumber.MatchString(text) || seconds < 0.01 || seconds > 255 {
		env.problems.add(name+" to be a number of seconds from 0.01 to 255, such as 1 or 0.1", strconv.Quote(text))
		text, seconds = "1", 1
	}
	s.interval = text
	isWhole := seconds == float64(int(seconds))
	needs3 := s.isIPv6Only() && len(s.addresses) > 0 || !isWhole
	fallback := 2
	if needs3 {
		fallback = 3
	}
	s.version = env.integer("KEEPALIVED_VRRP_VERSION", fallback, 2, 3)
	switch {
	case s.version == 2 && !isWhole:
		env.problems.add(name+" to be whole seconds with KEEPALIVED_VRRP_VERSION 2", strconv.Quote(text))
	case s.version == 2 && needs3:
		env.problems.add("KEEPALIVED_VRRP_VERSION to be 3 if all addresses are IPv6", `"2"`)
	case s.version == 3 && seconds > 40.95:
		env.problems.add(name+" to be 40.95 seconds or less with VRRP 3", strconv.Quote(text))
	}
	if s.version == 3 && s.password != "" {
		env.problems.add("no password with VRRP 3, which does not support one",
			"VRRP 3, "+whyVersion3(env, isWhole)+", and a password")
	}
}

// refuseUselessCheck adds a problem for settings with which a failing check would not move the addresses.
func refuseUselessCheck(env *environment, s *settings) {
	if s.check == nil {
		return
	}
	// With nopreempt a backup waits until the node that has the addresses stops advertising, even if that
	// node's priority has become lower (keepalived.conf(5); acassen/keepalived#2483).
	if s.noPreempt {
		env.problems.add("KEEPALIVED_NOPREEMPT not to be set together with "+checkVariable+", because no other node would "+
			"take over from a node whose check fails; with the same KEEPALIVED_PRIORITY on all nodes the addresses also stay "+
			"where they are", `"true"`)
	}
	if s.priority == 1 {
		env.problems.add("KEEPALIVED_PRIORITY to be 2 or more together with "+checkVariable+", so that a failing check can lower it", `"1"`)
	}
}

func whyVersion3(env *environment, isWhole bool) string {
	switch _, set := env.text("KEEPALIVED_VRRP_VERSION"); {
	case set:
		return "which KEEPALIVED_VRRP_VERSION requests"
	case !isWhole:
		return "which an interval of " + env.textOr("KEEPALIVED_ADVERT_INTERVAL", "1") + " s requires"
	}
	return "which IPv6 requires"
}

// readPeers reads the addresses of all nodes: this node's own becomes its source address, the others become
// its peers. A node that is not in the list would receive no advertisements from the others, and would take
// the addresses.
func readPeers(env *environment, s *settings) {
	const name = "KEEPALIVED_UNICAST_PEERS"
	text, set := env.text(name)
	if !set {
		return
	}
	for _, word := range strings.Fields(text) {
		peer, err := netip.ParseAddr(word)
		switch {
		case err != nil:
			env.problems.add(name+" to contain IP addresses, separated by spaces", strconv.Quote(word))
		case peer.Zone() != "" || peer.Is4In6() || peer.IsUnspecified() || peer.IsLoopback() || peer.IsMulticast():
			env.problems.add(name+" to contain IP addresses that can be assigned to a node, without a zone", strconv.Quote(word))
		case slices.Contains(s.peers, peer):
			env.problems.add(name+" to contain each address once", peer.String()+" twice")
		case len(s.addresses) > 0 && peer.Is4() == s.isIPv6Only():
			env.problems.add(name+" to contain addresses of the family that VRRP uses ("+familyName(!peer.Is4())+")",
				strconv.Quote(word))
		case slices.ContainsFunc(s.addresses, func(address virtualAddress) bool { return address.ip == peer }):
			env.problems.add(name+" to contain the nodes' own addresses, not a virtual address", strconv.Quote(word))
		case env.node.hasAddress(peer):
			s.source = peer
		default:
			s.peers = append(s.peers, peer)
		}
	}
	switch {
	case len(s.peers) == 0:
		env.problems.add(name+" to contain a node other than this one", strconv.Quote(text))
	case !s.source.IsValid():
		env.problems.add(name+" to contain this node as well ("+
			strings.Join(env.node.addressesOn(s.device, !s.isIPv6Only()), ", ")+")", strconv.Quote(text))
	}
}

func familyName(isIPv4 bool) string {
	if isIPv4 {
		return "IPv4"
	}
	return "IPv6"
}
