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

var plainName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// settings is what a configuration is rendered from.
type settings struct {
	nodeName  string
	addresses []virtualAddress
	// What VRRP speaks on.
	device    string
	routerID  int
	priority  int
	version   int
	interval  string
	password  string
	source    netip.Addr
	peers     []netip.Addr
	noPreempt bool
	check     *healthCheck
}

// source is where the configuration comes from: a mounted file, or settings that one is rendered from.
type source struct {
	mounted  string
	settings settings
	check    *healthCheck
}

// readSource decides what the configuration comes from, and reads all that concerns it.
func readSource(env *environment) (source, error) {
	path, named := env.text("KEEPALIVED_CONFIG_FILE")
	if !named {
		path = defaultConfiguration
	}
	if _, err := os.Stat(path); !named && errors.Is(err, os.ErrNotExist) {
		s, err := readSettings(env)
		return source{settings: s, check: s.check}, err
	}
	requireText(env, path)
	check := readCheck(env, nil)
	env.refuseUnread(fmt.Sprintf("the mounted configuration %s to decide alone", path))
	return source{mounted: path, check: check}, env.problems.failure()
}

// requireText adds a problem for a mounted configuration that keepalived could not read.
func requireText(env *environment, path string) {
	switch text, err := os.ReadFile(path); {
	case errors.Is(err, os.ErrNotExist):
		env.problems.add("KEEPALIVED_CONFIG_FILE to name a file", strconv.Quote(path)+", which is not there")
	case errors.Is(err, os.ErrPermission):
		env.problems.add("a mounted configuration that root may read without further capabilities: its own, or of mode 0644",
			err.Error())
	case err != nil:
		env.problems.add("the mounted configuration to be a file", err.Error())
	case len(text) == 0:
		env.problems.add("the mounted configuration "+path+" to hold something", "an empty file")
	}
}

// readSettings reads everything that a configuration is rendered from.
func readSettings(env *environment) (settings, error) {
	s := settings{nodeName: nodeName()}
	s.routerID = env.integer("KEEPALIVED_ROUTER_ID", 1, 1, 255)
	s.priority = env.integer("KEEPALIVED_PRIORITY", 100, 1, 254)
	s.noPreempt = env.boolean("KEEPALIVED_NOPREEMPT")
	s.addresses, s.device = readAddresses(env)
	s.password = readPassword(env)
	readTiming(env, &s)
	readPeers(env, &s)
	s.check = readCheck(env, s.addresses)
	refuseVoidCheck(env, &s)
	env.refuseUnread("only variables that deploy/container/README.md lists")
	return s, env.problems.failure()
}

// isIPv6Only tells that VRRP itself has to speak IPv6.
func (s *settings) isIPv6Only() bool {
	for _, address := range s.addresses {
		if address.ip.Is4() {
			return false
		}
	}
	return true
}

// readTiming reads version and interval, which depend on each other (RFC 3768, RFC 5798).
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
		env.problems.add("KEEPALIVED_VRRP_VERSION to be 3 where all addresses are IPv6", `"2"`)
	case s.version == 3 && seconds > 40.95:
		env.problems.add(name+" to be 40.95 seconds or less with VRRP 3", strconv.Quote(text))
	}
	if s.version == 3 && s.password != "" {
		env.problems.add("no password with VRRP 3, which has none: it would protect nothing",
			"VRRP 3, "+whyVersion3(env, isWhole)+", and a password")
	}
}

// refuseVoidCheck refuses what would keep a failing check from moving the addresses.
func refuseVoidCheck(env *environment, s *settings) {
	if s.check == nil {
		return
	}
	// With nopreempt a backup waits until the node that has the addresses falls silent, whatever its priority has become
	// (keepalived.conf(5); acassen/keepalived#2483).
	if s.noPreempt {
		env.problems.add("no KEEPALIVED_NOPREEMPT beside "+checkVariable+", as no node would take the addresses from one "+
			"whose check fails; nodes of equal KEEPALIVED_PRIORITY leave them where they are as well", `"true"`)
	}
	if s.priority == 1 {
		env.problems.add("KEEPALIVED_PRIORITY to be 2 or more beside "+checkVariable+", which lowers it", `"1"`)
	}
}

func whyVersion3(env *environment, isWhole bool) string {
	switch _, asked := env.text("KEEPALIVED_VRRP_VERSION"); {
	case asked:
		return "which KEEPALIVED_VRRP_VERSION asks for"
	case !isWhole:
		return "which an interval of " + env.textOr("KEEPALIVED_ADVERT_INTERVAL", "1") + " s needs"
	}
	return "which IPv6 needs"
}

// readPeers reads the addresses of all nodes. This node's own is what it sends from; the others are its peers. One that is
// not in the list would hear nobody, as nobody sends to it, and would take the addresses.
func readPeers(env *environment, s *settings) {
	const name = "KEEPALIVED_UNICAST_PEERS"
	text, set := env.text(name)
	if !set {
		return
	}
	own := ownAddresses()
	for _, word := range strings.Fields(text) {
		peer, err := netip.ParseAddr(word)
		switch {
		case err != nil:
			env.problems.add(name+" to hold IP addresses, separated by spaces", strconv.Quote(word))
		case len(s.addresses) > 0 && peer.Is4() == s.isIPv6Only():
			env.problems.add(name+" to hold addresses of the family that VRRP speaks ("+familyName(!peer.Is4())+")",
				strconv.Quote(word))
		case slices.ContainsFunc(s.addresses, func(address virtualAddress) bool { return address.ip == peer }):
			env.problems.add(name+" to hold the nodes' own addresses, and no virtual one", strconv.Quote(word))
		case own[peer]:
			s.source = peer
		default:
			s.peers = append(s.peers, peer)
		}
	}
	switch {
	case len(s.peers) == 0:
		env.problems.add(name+" to name a node besides this one", strconv.Quote(text))
	case !s.source.IsValid():
		env.problems.add(name+" to name this node too, which has "+strings.Join(addressesOn(s.device, !s.isIPv6Only()), ", "),
			strconv.Quote(text))
	}
}

func familyName(isIPv4 bool) string {
	if isIPv4 {
		return "IPv4"
	}
	return "IPv6"
}

func nodeName() string {
	name, err := os.Hostname()
	if err != nil || !plainName.MatchString(name) {
		return "keepalived"
	}
	return name
}
