package main

import (
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const testAddress = "KEEPALIVED_VIRTUAL_IPS=10.0.0.100"
const testAddress6 = "KEEPALIVED_VIRTUAL_IPS=fd00::100"

func TestReadSettingsDefaults(t *testing.T) {
	s, err := readSettings(testEnvironment(testAddress))
	if err != nil {
		t.Fatal(err)
	}
	if s.nodeName != "node1" || s.device != "eth0" || s.routerID != 1 || s.priority != 100 || s.version != 2 ||
		s.interval != "1" || s.password != "" || s.noPreempt || s.check != nil || s.source.IsValid() || s.peers != nil {
		t.Errorf("found %+v", s)
	}
}

func TestReadTiming(t *testing.T) {
	for name, test := range map[string]struct {
		variables []string
		version   int
		interval  string
	}{
		"VRRP 2 for whole seconds":        {[]string{testAddress, "KEEPALIVED_ADVERT_INTERVAL=255"}, 2, "255"},
		"VRRP 3 for parts of a second":    {[]string{testAddress, "KEEPALIVED_ADVERT_INTERVAL=0.1"}, 3, "0.1"},
		"VRRP 3 for IPv6":                 {[]string{testAddress6}, 3, "1"},
		"VRRP 2 for both families":        {ips("10.0.0.100 fd00::100"), 2, "1"},
		"VRRP 3 on request":               {[]string{testAddress, "KEEPALIVED_VRRP_VERSION=3"}, 3, "1"},
		"the longest interval of VRRP 3":  {[]string{testAddress, "KEEPALIVED_ADVERT_INTERVAL=40.95"}, 3, "40.95"},
		"the shortest interval of VRRP 3": {[]string{testAddress, "KEEPALIVED_ADVERT_INTERVAL=0.01"}, 3, "0.01"},
		"whole seconds with decimals":     {[]string{testAddress, "KEEPALIVED_ADVERT_INTERVAL=2.0"}, 2, "2.0"},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := readSettings(testEnvironment(test.variables...))
			if err != nil {
				t.Fatal(err)
			}
			if s.version != test.version || s.interval != test.interval {
				t.Errorf("expected VRRP %d every %s s, found VRRP %d every %s s", test.version, test.interval, s.version, s.interval)
			}
		})
	}
}

func TestReadPeers(t *testing.T) {
	s, err := readSettings(testEnvironment(testAddress, "KEEPALIVED_UNICAST_PEERS=10.0.0.10 10.0.0.11  10.0.0.12"))
	if err != nil {
		t.Fatal(err)
	}
	expected := []netip.Addr{netip.MustParseAddr("10.0.0.10"), netip.MustParseAddr("10.0.0.12")}
	if s.source.String() != "10.0.0.11" || !slices.Equal(s.peers, expected) {
		t.Errorf("found source %s and peers %s", s.source, s.peers)
	}
}

func TestReadSettingsRefuses(t *testing.T) {
	const check = "KEEPALIVED_CHECK_URL=http://127.0.0.1/"
	for name, test := range map[string]struct {
		variables       []string
		expected, found string
	}{
		"router id 0":         {[]string{testAddress, "KEEPALIVED_ROUTER_ID=0"}, "a whole number from 1 to 255", `"0"`},
		"router id 256":       {[]string{testAddress, "KEEPALIVED_ROUTER_ID=256"}, "a whole number from 1 to 255", `"256"`},
		"priority 255":        {[]string{testAddress, "KEEPALIVED_PRIORITY=255"}, "a whole number from 1 to 254", `"255"`},
		"VRRP 4":              {[]string{testAddress, "KEEPALIVED_VRRP_VERSION=4"}, "a whole number from 2 to 3", `"4"`},
		"a boolean yes":       {[]string{testAddress, "KEEPALIVED_NOPREEMPT=yes"}, "KEEPALIVED_NOPREEMPT to be true or false", `"yes"`},
		"an exponent":         {[]string{testAddress, "KEEPALIVED_ADVERT_INTERVAL=1e1"}, "a number of seconds", `"1e1"`},
		"interval 0":          {[]string{testAddress, "KEEPALIVED_ADVERT_INTERVAL=0"}, "a number of seconds", `"0"`},
		"interval 256":        {[]string{testAddress, "KEEPALIVED_ADVERT_INTERVAL=256"}, "a number of seconds", `"256"`},
		"too long for VRRP 3": {[]string{testAddress6, "KEEPALIVED_ADVERT_INTERVAL=41"}, "40.95 seconds or less with VRRP 3", `"41"`},
		"0.1 s with VRRP 2": {[]string{testAddress, "KEEPALIVED_ADVERT_INTERVAL=0.1", "KEEPALIVED_VRRP_VERSION=2"},
			"whole seconds with KEEPALIVED_VRRP_VERSION 2", `"0.1"`},
		"VRRP 2 for IPv6": {[]string{testAddress6, "KEEPALIVED_VRRP_VERSION=2"}, "to be 3 if all addresses are IPv6", `"2"`},
		"a password for IPv6": {[]string{testAddress6, "KEEPALIVED_PASSWORD=x"},
			"no password with VRRP 3", "VRRP 3, which IPv6 requires, and a password"},
		"a password with 0.1 s": {[]string{testAddress, "KEEPALIVED_ADVERT_INTERVAL=0.1", "KEEPALIVED_PASSWORD=x"},
			"no password with VRRP 3", "which an interval of 0.1 s requires"},
		"a password with VRRP 3": {[]string{testAddress, "KEEPALIVED_VRRP_VERSION=3", "KEEPALIVED_PASSWORD=x"},
			"no password with VRRP 3", "which KEEPALIVED_VRRP_VERSION requests"},
		"a typo":        {[]string{testAddress, "KEEPALIVED_PRIORTY=100"}, "deploy/container/README.md", `KEEPALIVED_PRIORTY="100"`},
		"a peer's name": {[]string{testAddress, peers("10.0.0.11 10.0.0.12 node3")}, "to contain IP addresses", `"node3"`},
		"an IPv6 peer":  {[]string{testAddress, peers("10.0.0.11 10.0.0.12 fd00::12")}, "VRRP uses (IPv4)", `"fd00::12"`},
		"an IPv4 peer":  {[]string{testAddress6, peers("fd00::11 fd00::12 10.0.0.12")}, "VRRP uses (IPv6)", `"10.0.0.12"`},
		"a peer with a zone": {[]string{testAddress6, peers("fd00::11 fd00::12 fe80::2%}")},
			"can be assigned to a node, without a zone", `"fe80::2%}"`},
		"a multicast peer": {[]string{testAddress, peers("10.0.0.11 10.0.0.12 224.0.0.18")}, "can be assigned to a node", `"224.0.0.18"`},
		"a mapped peer": {[]string{testAddress6, peers("fd00::11 fd00::12 ::ffff:10.0.0.12")},
			"can be assigned to a node", `"::ffff:10.0.0.12"`},
		"a peer twice":     {[]string{testAddress, peers("10.0.0.11 10.0.0.12 10.0.0.12")}, "each address once", "10.0.0.12 twice"},
		"a virtual peer":   {[]string{testAddress, peers("10.0.0.11 10.0.0.12 10.0.0.100")}, "not a virtual address", `"10.0.0.100"`},
		"no other node":    {[]string{testAddress, peers("10.0.0.11")}, "a node other than this one", `"10.0.0.11"`},
		"only other nodes": {[]string{testAddress, peers("10.0.0.10 10.0.0.12")}, "this node as well (10.0.0.11)", `"10.0.0.10 10.0.0.12"`},
		"only other IPv6 nodes, without link-local addresses": {[]string{testAddress6, peers("fd00::10 fd00::12")},
			"this node as well (fd00::11)", `"fd00::10 fd00::12"`},
		"a check with nopreempt": {[]string{testAddress, check, "KEEPALIVED_NOPREEMPT=true"},
			"KEEPALIVED_NOPREEMPT not to be set together with KEEPALIVED_CHECK_URL", `"true"`},
		"a check with priority 1": {[]string{testAddress, check, "KEEPALIVED_PRIORITY=1"},
			"KEEPALIVED_PRIORITY to be 2 or more", `"1"`},
	} {
		t.Run(name, func(t *testing.T) {
			env := testEnvironment(test.variables...)
			if _, err := readSettings(env); err == nil {
				t.Fatal("expected an error, found none")
			}
			requireProblem(t, env, test.expected, test.found)
		})
	}
}

func TestReadSettingsReportsAllProblems(t *testing.T) {
	_, err := readSettings(testEnvironment("KEEPALIVED_ROUTER_ID=0", "KEEPALIVED_PRIORITY=x"))
	if err == nil || strings.Count(err.Error(), "expected ") != 3 {
		t.Errorf("expected three problems, found %v", err)
	}
	requireStatus(t, err, statusConfig)
}

func TestReadSourceOfMountedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keepalived.conf")
	writeFile(t, path, "global_defs {\n}\n")
	named := "KEEPALIVED_CONFIG_FILE=" + path
	s, err := readSource(testEnvironment(named, "KEEPALIVED_CHECK_URL=http://127.0.0.1/"))
	if err != nil {
		t.Fatal(err)
	}
	if s.mounted != path || s.check == nil || s.check.url != "http://127.0.0.1/" {
		t.Errorf("found %+v", s)
	}
	env := testEnvironment(named, "KEEPALIVED_PRIORITY=100")
	if _, err := readSource(env); err == nil {
		t.Fatal("expected an error, found none")
	}
	requireProblem(t, env, "together with the mounted configuration "+path, `KEEPALIVED_PRIORITY="100"`)
}

func TestReadSourceRefusesMountedFile(t *testing.T) {
	folder := t.TempDir()
	empty := filepath.Join(folder, "empty.conf")
	writeFile(t, empty, "")
	for name, test := range map[string]struct{ path, expected, found string }{
		"that is empty":       {empty, "not to be empty", "an empty file"},
		"that does not exist": {filepath.Join(folder, "none.conf"), "to name a file", "which does not exist"},
		"that is a folder":    {folder, "the mounted configuration to be a file", "is a directory"},
	} {
		t.Run(name, func(t *testing.T) {
			env := testEnvironment("KEEPALIVED_CONFIG_FILE=" + test.path)
			if _, err := readSource(env); err == nil {
				t.Fatal("expected an error, found none")
			}
			requireProblem(t, env, test.expected, test.found)
		})
	}
}

func peers(value string) string { return "KEEPALIVED_UNICAST_PEERS=" + value }

func writeFile(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
