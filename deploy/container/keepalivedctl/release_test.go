package main

import (
	"encoding/binary"
	"fmt"
	"path/filepath"
	"syscall"
	"testing"
)

func TestAddressesIn(t *testing.T) {
	found := addressesIn("virtual_ipaddress\n{\n10.0.0.100/24 dev eth0\n\"10.0.0.101\"\n2001:DB8:0:0::10/64\n10.0.0.100\n}\nrouter_id a\n")
	if text := fmt.Sprint(found); text != "[10.0.0.100 10.0.0.101 2001:db8::10]" {
		t.Errorf("found %s", text)
	}
}

func TestRecordAddresses(t *testing.T) {
	before := recordFile
	defer func() { recordFile = before }()
	recordFile = filepath.Join(t.TempDir(), "addresses")
	if found := recordedAddresses(); len(found) > 0 {
		t.Errorf("found %v before anything was recorded", found)
	}
	for _, text := range []string{"10.0.0.100", "10.0.0.100 fd00::9"} {
		if err := recordAddresses(addressesIn(text)); err != nil {
			t.Fatal(err)
		}
	}
	if text := fmt.Sprint(recordedAddresses()); text != "[10.0.0.100 fd00::9]" {
		t.Errorf("found %s", text)
	}
}

func TestAddressOfKeepalived(t *testing.T) {
	local := attribute(syscall.IFA_LOCAL, []byte{10, 0, 0, 100})
	other := attribute(syscall.IFA_ADDRESS, []byte{10, 0, 0, 1})
	ipv6 := attribute(syscall.IFA_ADDRESS, []byte{0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9})
	ours := attribute(attributeProtocol, []byte{protocolKeepalived})
	for name, test := range map[string]struct {
		attributes []byte
		expected   string
	}{
		"IPv4":                         {join(other, local, ours), "10.0.0.100 true"},
		"IPv6":                         {join(ipv6, ours), "fd00::9 true"},
		"of the kernel":                {join(ipv6, attribute(attributeProtocol, []byte{3})), "fd00::9 false"},
		"of a kernel without protocol": {join(ipv6), "fd00::9 false"},
	} {
		t.Run(name, func(t *testing.T) {
			message := syscall.NetlinkMessage{Data: append(make([]byte, syscall.SizeofIfAddrmsg), test.attributes...)}
			message.Header.Type = syscall.RTM_NEWADDR
			if found := fmt.Sprint(addressOfKeepalived(message)); found != test.expected {
				t.Errorf("expected %s, found %s", test.expected, found)
			}
		})
	}
}

// attribute formats a netlink attribute (netlink(7)).
func attribute(kind uint16, value []byte) []byte {
	bytes := make([]byte, 4, 8+len(value))
	binary.NativeEndian.PutUint16(bytes, uint16(4+len(value)))
	binary.NativeEndian.PutUint16(bytes[2:], kind)
	bytes = append(bytes, value...)
	return append(bytes, make([]byte, -len(value)&3)...)
}

func join(parts ...[]byte) []byte {
	var all []byte
	for _, part := range parts {
		all = append(all, part...)
	}
	return all
}
