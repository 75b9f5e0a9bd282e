package main

import (
	"fmt"
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
	text := fmt.Sprintf("%s/%d dev %s", a.ip, a.bits, a.device)
	if a.ip.Is4() {
		return text
	}
	// Otherwise the node would use the address as the source of its own traffic (RFC 6724, section 5), which ends
	// when the address moves, and which peers that expect the node's own address refuse.
	return text + " preferred_lft 0"
}

// readAddresses reads the virtual addresses, and the interface that VRRP uses.
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

// vrrpDevice is the interface of the first address of the family that VRRP uses: IPv4 if there is such an
// address.
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

// appendEntry adds the address of one entry, IP[,INTERFACE[,PREFIX]].
func appendEntry(env *environment, to []virtualAddress, entry string, fallback string) []virtualAddress {
	words := strings.Split(entry, ",")
	if len(words) > 3 {
		env.problems.add(ipsVariable+" to contain IP[,INTERFACE[,PREFIX]] entries, separated by spaces", strconv.Quote(entry))
		return to
	}
	words = append(words, "", "")
	return appendAddress(env, to, ipsVariable, ipsVariable, words[0], words[1], words[2], fallback)
}

// appendProvisioning adds the address of Metal3's older variables. PROVISIONING_CIDR is a prefix length or a
// network.
func appendProvisioning(env *environment, to []virtualAddress, ip string, fallback string) []virtualAddress {
	bits := env.textOr("PROVISIONING_CIDR", "")
	if network, err := netip.ParsePrefix(bits); err == nil {
		if address, err := netip.ParseAddr(ip); err == nil && !network.Contains(address) {
			env.problems.add("PROVISIONING_CIDR to be a network that contains PROVISIONING_IP "+ip, strconv.Quote(bits))
		}
		bits = strconv.Itoa(network.Bits())
	}
	device := env.textOr("PROVISIONING_INTERFACE", "")
	return appendAddress(env, to, "PROVISIONING_IP", "PROVISIONING_CIDR", ip, device, bits, fallback)
}

func appendAddress(env *environment, to []virtualAddress,
	ipName, bitsName, ipText, device, bitsText, fallback string) []virtualAddress {
	if _, err := netip.ParsePrefix(ipText); err == nil {
		where := bitsName
		if bitsName == ipsVariable {
			where = "the third field of IP,INTERFACE,PREFIX"
		}
		env.problems.add(ipName+" to contain an address without a prefix, and the prefix to be in "+where,
			strconv.Quote(ipText))
		return to
	}
	ip, err := netip.ParseAddr(ipText)
	if err != nil || ip.Zone() != "" || ip.Is4In6() || ip.IsUnspecified() || ip.IsLoopback() || ip.IsMulticast() {
		env.problems.add(ipName+" to contain IP addresses that can be assigned to a node", strconv.Quote(ipText))
		return to
	}
	if slices.ContainsFunc(to, func(other virtualAddress) bool { return other.ip == ip }) {
		env.problems.add(ipName+" to contain each address once", ip.String()+" twice")
		return to
	}
	bits := ip.BitLen()
	if bitsText != "" {
		given, err := strconv.Atoi(bitsText)
		if err != nil || given < 1 || given > bits {
			env.problems.add(fmt.Sprintf("%s to give %s a prefix length from 1 to %d", bitsName, ip, bits), strconv.Quote(bitsText))
			return to
		}
		bits = given
	}
	if isEdge(ip, bits) {
		env.problems.add(ipName+" to contain IP addresses that can be assigned to a node",
			fmt.Sprintf("%s, which is the network or broadcast address of %s", ip, netip.PrefixFrom(ip, bits).Masked()))
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

// isEdge reports whether an address is the first or the last one of an IPv4 network, which no node can have.
func isEdge(ip netip.Addr, bits int) bool {
	network := netip.PrefixFrom(ip, bits).Masked()
	isLast := !network.Contains(ip.Next())
	return ip.Is4() && bits < 31 && (network.Addr() == ip || isLast)
}

func requireInterface(env *environment, variable string, name string) {
	if !slices.Contains(env.node.interfaces, name) {
		env.problems.add(variable+" to name an interface of this node ("+strings.Join(env.node.interfaces, ", ")+")",
			strconv.Quote(name)+", which does not exist (yet)")
	}
}

// interfaceOf finds the interface whose network contains an address.
func interfaceOf(env *environment, ip netip.Addr) string {
	var found, seen []string
	for _, own := range env.node.networks {
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
		seen = []string{"no network"}
	}
	what := "none"
	if len(found) > 1 {
		what = strings.Join(found, " and ")
	}
	env.problems.add(fmt.Sprintf("exactly one interface whose network contains %s, or KEEPALIVED_INTERFACE to be set", ip),
		fmt.Sprintf("%s; this node has %s", what, strings.Join(seen, ", ")))
	return ""
}
