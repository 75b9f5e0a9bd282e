package main

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

const ipsVariable = "KEEPALIVED_VIRTUAL_IPS"

// virtualAddress is one address that moves between nodes.
type virtualAddress struct {
	ip     netip.Addr
	bits   int
	device string
}

func (a virtualAddress) String() string {
	return fmt.Sprintf("%s/%d dev %s", a.ip, a.bits, a.device)
}

// readAddresses reads the addresses, and the interface that VRRP speaks on.
func readAddresses(env *environment) ([]virtualAddress, string) {
	device, named := env.text("KEEPALIVED_INTERFACE")
	if named {
		requireInterface(env, "KEEPALIVED_INTERFACE", device)
	}
	text, isOurs := env.text(ipsVariable)
	provisioning, isMetal3 := env.text("PROVISIONING_IP")
	var addresses []virtualAddress
	switch {
	case isOurs:
		for _, entry := range strings.Fields(text) {
			addresses = appendEntry(env, addresses, entry, device)
		}
	case isMetal3:
		addresses = appendProvisioning(env, addresses, provisioning, device)
	default:
		env.problems.add("an address: "+ipsVariable+", PROVISIONING_IP, or a configuration mounted at "+defaultConfiguration,
			"none of them")
	}
	if !named {
		device = vrrpDevice(addresses)
	}
	return addresses, device
}

// vrrpDevice is the interface of the first address of the family that VRRP speaks: IPv4 where there is one.
func vrrpDevice(addresses []virtualAddress) string {
	for _, address := range addresses {
		if address.ip.Is4() {
			return address.device
		}
	}
	if len(addresses) > 0 {
		return addresses[0].device
	}
	return ""
}

// appendEntry reads IP[,INTERFACE[,PREFIX]].
func appendEntry(env *environment, to []virtualAddress, entry string, fallback string) []virtualAddress {
	words := strings.Split(entry, ",")
	if len(words) > 3 {
		env.problems.add(ipsVariable+" to hold IP[,INTERFACE[,PREFIX]], separated by spaces", strconv.Quote(entry))
		return to
	}
	words = append(words, "", "")
	return appendAddress(env, to, ipsVariable, ipsVariable, words[0], words[1], words[2], fallback)
}

// appendProvisioning reads Metal3's older variables; PROVISIONING_CIDR is a prefix length, or the network itself.
func appendProvisioning(env *environment, to []virtualAddress, ip string, fallback string) []virtualAddress {
	bits := env.textOr("PROVISIONING_CIDR", "")
	if network, err := netip.ParsePrefix(bits); err == nil {
		if address, err := netip.ParseAddr(ip); err == nil && !network.Contains(address) {
			env.problems.add("PROVISIONING_CIDR to be the network of PROVISIONING_IP "+ip, strconv.Quote(bits))
		}
		bits = strconv.Itoa(network.Bits())
	}
	device := env.textOr("PROVISIONING_INTERFACE", "")
	return appendAddress(env, to, "PROVISIONING_IP", "PROVISIONING_CIDR", ip, device, bits, fallback)
}

func appendAddress(env *environment, to []virtualAddress,
	ipName, bitsName, ipText, device, bitsText, fallback string) []virtualAddress {
	if _, err := netip.ParsePrefix(ipText); err == nil {
		place := bitsName
		if bitsName == ipsVariable {
			place = "the third place of IP,INTERFACE,PREFIX"
		}
		env.problems.add(ipName+" to hold an address, with its prefix in "+place, strconv.Quote(ipText))
		return to
	}
	ip, err := netip.ParseAddr(ipText)
	if err != nil || ip.Zone() != "" || ip.Is4In6() || ip.IsUnspecified() || ip.IsLoopback() || ip.IsMulticast() {
		env.problems.add(ipName+" to hold IP addresses that a node can have", strconv.Quote(ipText))
		return to
	}
	if slices.ContainsFunc(to, func(other virtualAddress) bool { return other.ip == ip }) {
		env.problems.add(ipName+" to name every address once", ip.String()+" twice")
		return to
	}
	bits := ip.BitLen()
	if bitsText != "" {
		given, err := strconv.Atoi(bitsText)
		if err != nil || given < 1 || given > bits {
			env.problems.add(fmt.Sprintf("%s to give %s a prefix from 1 to %d", bitsName, ip, bits), strconv.Quote(bitsText))
			return to
		}
		bits = given
	}
	if isEdge(ip, bits) {
		env.problems.add(fmt.Sprintf("%s to hold addresses that a node can have", ipName),
			fmt.Sprintf("%s, which its prefix %d makes an address of the network itself", ip, bits))
		return to
	}
	switch {
	case device != "":
		requireInterface(env, ipName, device)
	case fallback != "":
		device = fallback
	default:
		device = interfaceOf(env, ip)
	}
	return append(to, virtualAddress{ip: ip, bits: bits, device: device})
}

// isEdge tells the first and last address of an IPv4 network, which stand for all of it.
func isEdge(ip netip.Addr, bits int) bool {
	network := netip.PrefixFrom(ip, bits).Masked()
	isLast := !network.Contains(ip.Next())
	return ip.Is4() && bits < 31 && (network.Addr() == ip || isLast)
}

func requireInterface(env *environment, variable string, name string) {
	if _, err := net.InterfaceByName(name); err != nil {
		env.problems.add(variable+" to name an interface of this node ("+strings.Join(interfaceNames(), ", ")+")",
			strconv.Quote(name)+", which is not there (yet)")
	}
}

func interfaceNames() []string {
	var names []string
	interfaces, _ := net.Interfaces()
	for _, one := range interfaces {
		names = append(names, one.Name)
	}
	return names
}

// interfaceOf finds the interface whose network an address belongs to.
func interfaceOf(env *environment, ip netip.Addr) string {
	var found, seen []string
	for _, own := range ownNetworks() {
		if own.prefix.IsSingleIP() || own.prefix.Addr().IsLoopback() {
			continue
		}
		seen = append(seen, own.prefix.String()+" on "+own.device)
		if own.prefix.Contains(ip) && !slices.Contains(found, own.device) {
			found = append(found, own.device)
		}
	}
	if len(found) == 1 {
		return found[0]
	}
	if len(seen) == 0 {
		seen = []string{"no network at all"}
	}
	what := "none"
	if len(found) > 1 {
		what = strings.Join(found, " and ")
	}
	env.problems.add(fmt.Sprintf("one interface with %s in its network, or KEEPALIVED_INTERFACE", ip),
		fmt.Sprintf("%s; this node has %s", what, strings.Join(seen, ", ")))
	return ""
}

type ownNetwork struct {
	device string
	prefix netip.Prefix
}

func ownNetworks() []ownNetwork {
	var networks []ownNetwork
	interfaces, _ := net.Interfaces()
	for _, one := range interfaces {
		addresses, _ := one.Addrs()
		for _, address := range addresses {
			if prefix, err := netip.ParsePrefix(address.String()); err == nil {
				networks = append(networks, ownNetwork{device: one.Name, prefix: prefix})
			}
		}
	}
	return networks
}

func ownAddresses() map[netip.Addr]bool {
	own := map[netip.Addr]bool{}
	for _, network := range ownNetworks() {
		own[network.prefix.Addr()] = true
	}
	return own
}

// addressesOn lists a node's own addresses of one family on an interface.
func addressesOn(device string, isIPv4 bool) []string {
	var found []string
	for _, network := range ownNetworks() {
		if ip := network.prefix.Addr(); network.device == device && ip.Is4() == isIPv4 && !ip.IsLinkLocalUnicast() {
			found = append(found, ip.String())
		}
	}
	if len(found) == 0 {
		return []string{"none on " + device}
	}
	return found
}
