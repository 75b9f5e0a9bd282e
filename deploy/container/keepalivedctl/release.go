package main

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

const (
	// The attribute with which the kernel keeps who added an address, from Linux 5.18 on, and keepalived's value of it
	// (linux/if_addr.h, linux/rtnetlink.h).
	attributeProtocol  = 11
	protocolKeepalived = 18
)

// The addresses of the configuration that keepalived runs with, one a line. It outlives this process, but not the pod.
var recordFile = filepath.Join(runFolder, "addresses")

// recordAddresses remembers which addresses may be left behind, in addition to those that are remembered already.
func recordAddresses(addresses []netip.Addr) error {
	var text strings.Builder
	for _, address := range append(recordedAddresses(), addresses...) {
		fmt.Fprintln(&text, address)
	}
	unfinished := recordFile + ".new"
	if err := os.WriteFile(unfinished, []byte(text.String()), 0o644); err != nil {
		return err
	}
	return os.Rename(unfinished, recordFile)
}

func recordedAddresses() []netip.Addr {
	// Without the file nothing was left behind.
	text, _ := os.ReadFile(recordFile)
	return addressesIn(string(text))
}

// addressesIn finds every IP address in a text, in whichever notation.
func addressesIn(text string) []netip.Addr {
	var found []netip.Addr
	for _, word := range strings.FieldsFunc(text, func(one rune) bool { return strings.ContainsRune(" \t\n\"{}", one) }) {
		word, _, _ = strings.Cut(word, "/")
		if address, err := netip.ParseAddr(word); err == nil && !slices.Contains(found, address) {
			found = append(found, address)
		}
	}
	return found
}

// releaseAddresses removes the recorded addresses that keepalived has left on an interface, which it does when it is
// killed, and when it rejects a configuration. It must not be running. Addresses that something else has added, such as
// another keepalived on this node, stay.
func releaseAddresses() {
	if err := releaseAll(recordedAddresses()); err != nil {
		fmt.Fprintln(os.Stderr, "keepalivedctl: cannot remove the addresses that keepalived has left behind:", err)
		return
	}
	os.Remove(recordFile)
}

func releaseAll(ours []netip.Addr) error {
	if len(ours) == 0 {
		return nil
	}
	table, err := syscall.NetlinkRIB(syscall.RTM_GETADDR, syscall.AF_UNSPEC)
	if err != nil {
		return err
	}
	messages, err := syscall.ParseNetlinkMessage(table)
	if err != nil {
		return err
	}
	var failed []error
	for _, message := range messages {
		address, ok := addressOfKeepalived(message)
		if !ok || !slices.Contains(ours, address) {
			continue
		}
		fmt.Fprintf(os.Stderr, "keepalivedctl: removing %s, which keepalived has left behind\n", address)
		failed = append(failed, removeAddress(message.Data))
	}
	return errors.Join(failed...)
}

// addressOfKeepalived reads an address that keepalived has added from a RTM_NEWADDR message (rtnetlink(7)).
func addressOfKeepalived(message syscall.NetlinkMessage) (address netip.Addr, ok bool) {
	if message.Header.Type != syscall.RTM_NEWADDR {
		return address, false
	}
	attributes, err := syscall.ParseNetlinkRouteAttr(&message)
	if err != nil {
		return address, false
	}
	for _, one := range attributes {
		switch one.Attr.Type {
		case syscall.IFA_LOCAL:
			address, _ = netip.AddrFromSlice(one.Value)
		case syscall.IFA_ADDRESS:
			// IPv6 has no IFA_LOCAL.
			if !address.IsValid() {
				address, _ = netip.AddrFromSlice(one.Value)
			}
		case attributeProtocol:
			ok = len(one.Value) == 1 && one.Value[0] == protocolKeepalived
		}
	}
	return address, ok && address.IsValid()
}

// removeAddress asks the kernel to remove the address that it has described in a message.
func removeAddress(description []byte) error {
	socket, err := syscall.Socket(syscall.AF_NETLINK, syscall.SOCK_RAW|syscall.SOCK_CLOEXEC, syscall.NETLINK_ROUTE)
	if err != nil {
		return err
	}
	defer syscall.Close(socket)
	header := make([]byte, syscall.NLMSG_HDRLEN)
	binary.NativeEndian.PutUint32(header, uint32(len(header)+len(description)))
	binary.NativeEndian.PutUint16(header[4:], syscall.RTM_DELADDR)
	binary.NativeEndian.PutUint16(header[6:], syscall.NLM_F_REQUEST|syscall.NLM_F_ACK)
	kernel := &syscall.SockaddrNetlink{Family: syscall.AF_NETLINK}
	if err := syscall.Sendto(socket, append(header, description...), 0, kernel); err != nil {
		return err
	}
	answer := make([]byte, 4096)
	length, _, err := syscall.Recvfrom(socket, answer, 0)
	if err != nil {
		return err
	}
	if length < syscall.NLMSG_HDRLEN+4 {
		return errors.New("the kernel's answer is too short")
	}
	// An acknowledgement is an error message with the number 0.
	if number := int32(binary.NativeEndian.Uint32(answer[syscall.NLMSG_HDRLEN:])); number != 0 {
		return syscall.Errno(-number)
	}
	return nil
}
