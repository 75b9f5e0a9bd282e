package main

import (
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// testNode has two interfaces with networks of both families.
var testNode = node{
	name:       "node1",
	interfaces: []string{"lo", "eth0", "eth1"},
	networks: []nodeNetwork{
		{"lo", netip.MustParsePrefix("127.0.0.1/8")},
		{"eth0", netip.MustParsePrefix("10.0.0.11/24")},
		{"eth0", netip.MustParsePrefix("fd00::11/64")},
		{"eth0", netip.MustParsePrefix("fe80::1/64")},
		{"eth1", netip.MustParsePrefix("192.168.0.11/16")},
		{"eth1", netip.MustParsePrefix("203.0.113.9/32")},
	},
	keepalivedVersion: func() (programVersion, error) { return programVersion{2, 4, 3}, nil },
}

// testEnvironment is the environment of testNode with variables, each as NAME=VALUE.
func testEnvironment(variables ...string) *environment {
	return newEnvironment(variables, testNode)
}

func TestReadAddresses(t *testing.T) {
	for name, test := range map[string]struct {
		variables []string
		addresses []string
		device    string
	}{
		"the interface is found from the network": {
			[]string{"KEEPALIVED_VIRTUAL_IPS=10.0.0.100"}, []string{"10.0.0.100/32 dev eth0"}, "eth0"},
		"the interface of the variable is the default": {
			[]string{"KEEPALIVED_VIRTUAL_IPS=10.0.0.100", "KEEPALIVED_INTERFACE=eth1"},
			[]string{"10.0.0.100/32 dev eth1"}, "eth1"},
		"an entry has its own interface and prefix": {
			[]string{"KEEPALIVED_VIRTUAL_IPS=10.0.0.100,eth1,24", "KEEPALIVED_INTERFACE=eth0"},
			[]string{"10.0.0.100/24 dev eth1"}, "eth0"},
		"an entry has a prefix only": {
			[]string{"KEEPALIVED_VIRTUAL_IPS=10.0.0.100,,24"}, []string{"10.0.0.100/24 dev eth0"}, "eth0"},
		"VRRP uses the interface of the first IPv4 address": {
			[]string{"KEEPALIVED_VIRTUAL_IPS=fd00::100 192.168.0.100"},
			[]string{"fd00::100/128 dev eth0 preferred_lft 0", "192.168.0.100/32 dev eth1"}, "eth1"},
		"VRRP uses the interface of the first address without IPv4": {
			[]string{"KEEPALIVED_VIRTUAL_IPS=fd00::100,eth1 fd00::101"},
			[]string{"fd00::100/128 dev eth1 preferred_lft 0", "fd00::101/128 dev eth0 preferred_lft 0"}, "eth1"},
		"the first address of a /31 can be used": {
			[]string{"KEEPALIVED_VIRTUAL_IPS=10.0.0.100,eth0,31"}, []string{"10.0.0.100/31 dev eth0"}, "eth0"},
		"the first address of an IPv6 network can be used": {
			[]string{"KEEPALIVED_VIRTUAL_IPS=fd00::,eth0,64"}, []string{"fd00::/64 dev eth0 preferred_lft 0"}, "eth0"},
		"Metal3's variables with a prefix length": {
			[]string{"PROVISIONING_IP=10.0.0.100", "PROVISIONING_CIDR=24", "PROVISIONING_INTERFACE=eth1"},
			[]string{"10.0.0.100/24 dev eth1"}, "eth1"},
		"Metal3's variables with a network": {
			[]string{"PROVISIONING_IP=10.0.0.100", "PROVISIONING_CIDR=10.0.0.0/16"},
			[]string{"10.0.0.100/16 dev eth0"}, "eth0"},
		"our variable precedes Metal3's": {
			[]string{"KEEPALIVED_VIRTUAL_IPS=10.0.0.100", "PROVISIONING_IP=10.0.0.101"},
			[]string{"10.0.0.100/32 dev eth0"}, "eth0"},
	} {
		t.Run(name, func(t *testing.T) {
			env := testEnvironment(test.variables...)
			addresses, device := readAddresses(env)
			requireNoProblems(t, env)
			var found []string
			for _, address := range addresses {
				found = append(found, address.String())
			}
			if !slices.Equal(found, test.addresses) || device != test.device {
				t.Errorf("expected %q with VRRP on %s, found %q with VRRP on %s", test.addresses, test.device, found, device)
			}
		})
	}
}

func TestReadAddressesRefuses(t *testing.T) {
	for name, test := range map[string]struct {
		variables       []string
		expected, found string
	}{
		"no address":         {nil, "an address: KEEPALIVED_VIRTUAL_IPS", "none of them"},
		"an unknown format":  {ips("10.0.0.100;eth0"), "IP addresses that can be assigned", `"10.0.0.100;eth0"`},
		"a fourth field":     {ips("10.0.0.100,eth0,24,x"), "IP[,INTERFACE[,PREFIX]] entries", `"10.0.0.100,eth0,24,x"`},
		"the usual notation": {ips("10.0.0.100/24"), "in the third field of IP,INTERFACE,PREFIX", `"10.0.0.100/24"`},
		"the usual notation in Metal3's variable": {
			[]string{"PROVISIONING_IP=10.0.0.100/24"}, "the prefix to be in PROVISIONING_CIDR", `"10.0.0.100/24"`},
		"a loopback address":       {ips("127.0.0.1"), "can be assigned", `"127.0.0.1"`},
		"an unspecified address":   {ips("0.0.0.0"), "can be assigned", `"0.0.0.0"`},
		"a multicast address":      {ips("224.0.0.18"), "can be assigned", `"224.0.0.18"`},
		"a zone":                   {ips("fe80::1%eth0"), "can be assigned", `"fe80::1%eth0"`},
		"IPv4 mapped to IPv6":      {ips("::ffff:10.0.0.100"), "can be assigned", `"::ffff:10.0.0.100"`},
		"an address twice":         {ips("10.0.0.100 10.0.0.100"), "each address once", "10.0.0.100 twice"},
		"an IPv6 address twice":    {ips("fd00::100 fd00:0::100"), "each address once", "fd00::100 twice"},
		"prefix 0":                 {ips("10.0.0.100,eth0,0"), "a prefix length from 1 to 32", `"0"`},
		"prefix 33":                {ips("10.0.0.100,eth0,33"), "a prefix length from 1 to 32", `"33"`},
		"prefix 129 of IPv6":       {ips("fd00::100,eth0,129"), "a prefix length from 1 to 128", `"129"`},
		"a network":                {ips("10.0.0.0,eth0,24"), "can be assigned", "broadcast address of 10.0.0.0/24"},
		"a broadcast address":      {ips("10.0.0.255,eth0,24"), "can be assigned", "broadcast address of 10.0.0.0/24"},
		"an unknown interface":     {ips("10.0.0.100,eth7"), "an interface of this node (lo, eth0, eth1)", `"eth7"`},
		"an unknown VRRP device":   {append(ips("10.0.0.100"), "KEEPALIVED_INTERFACE=eth7"), "KEEPALIVED_INTERFACE to", `"eth7"`},
		"an address of no network": {ips("192.0.2.7"), "network contains 192.0.2.7", "none; this node has 10.0.0.11/24 on eth0"},
		"the network of a /32":     {ips("203.0.113.9"), "network contains 203.0.113.9", "none; this node has"},
		"a foreign Metal3 network": {
			[]string{"PROVISIONING_IP=10.0.0.100", "PROVISIONING_CIDR=10.1.0.0/16"},
			"PROVISIONING_CIDR to be a network that contains PROVISIONING_IP 10.0.0.100", `"10.1.0.0/16"`},
	} {
		t.Run(name, func(t *testing.T) {
			env := testEnvironment(test.variables...)
			readAddresses(env)
			requireProblem(t, env, test.expected, test.found)
		})
	}
}

func TestInterfaceOfTwoNetworks(t *testing.T) {
	both := testNode
	both.networks = append(slices.Clone(testNode.networks), nodeNetwork{"eth1", netip.MustParsePrefix("10.0.0.12/24")})
	env := newEnvironment(ips("10.0.0.100"), both)
	readAddresses(env)
	requireProblem(t, env, "exactly one interface", "eth0 and eth1; this node has")
}

func TestInterfaceOfNoNetwork(t *testing.T) {
	env := newEnvironment(ips("10.0.0.100"), node{interfaces: []string{"lo"}})
	readAddresses(env)
	requireProblem(t, env, "exactly one interface", "none; this node has no network")
}

func ips(value string) []string { return []string{"KEEPALIVED_VIRTUAL_IPS=" + value} }

func requireNoProblems(t *testing.T, env *environment) {
	t.Helper()
	if err := env.problems.failure(); err != nil {
		t.Fatal(err)
	}
}

// requireProblem fails unless there is exactly one problem, with these texts.
func requireProblem(t *testing.T, env *environment, expected, found string) {
	t.Helper()
	if len(env.problems) != 1 {
		t.Fatalf("expected one problem, found %q", env.problems)
	}
	head, tail, _ := strings.Cut(env.problems[0], "\n  found: ")
	if !strings.Contains(head, expected) || !strings.Contains(tail, found) {
		t.Errorf("expected a problem with %q and %q, found %q", expected, found, env.problems[0])
	}
}
