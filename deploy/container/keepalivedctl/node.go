package main

import (
	"net"
	"net/netip"
	"os"
	"regexp"
	"slices"
)

// node is what this program knows about the machine that it runs on.
type node struct {
	name       string
	interfaces []string
	networks   []nodeNetwork
	// Asks the program that will run.
	keepalivedVersion func() (programVersion, error)
}

// nodeNetwork is one address of the node, with the length of its network's prefix.
type nodeNetwork struct {
	device string
	prefix netip.Prefix
}

var plainName = regexp.MustCompile(`^[A-Za-z0-9._-]+$`)

// thisNode reads the node's name, interfaces and addresses. What cannot be read is missing from the result.
func thisNode() node {
	n := node{name: "keepalived", keepalivedVersion: askVersion}
	if name, err := os.Hostname(); err == nil && plainName.MatchString(name) {
		n.name = name
	}
	interfaces, _ := net.Interfaces()
	for _, one := range interfaces {
		n.interfaces = append(n.interfaces, one.Name)
		addresses, _ := one.Addrs()
		for _, address := range addresses {
			if prefix, err := netip.ParsePrefix(address.String()); err == nil {
				n.networks = append(n.networks, nodeNetwork{device: one.Name, prefix: prefix})
			}
		}
	}
	return n
}

func (n node) hasAddress(ip netip.Addr) bool {
	return slices.ContainsFunc(n.networks, func(network nodeNetwork) bool { return network.prefix.Addr() == ip })
}

// addressesOn lists the node's addresses of one family on an interface.
func (n node) addressesOn(device string, isIPv4 bool) []string {
	var found []string
	for _, network := range n.networks {
		if ip := network.prefix.Addr(); network.device == device && ip.Is4() == isIPv4 && !ip.IsLinkLocalUnicast() {
			found = append(found, ip.String())
		}
	}
	if len(found) == 0 {
		return []string{"no such address on " + device}
	}
	return found
}
