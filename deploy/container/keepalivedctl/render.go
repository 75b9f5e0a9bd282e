package main

import (
	"errors"
	"fmt"
	"os"
	"strings"
)

const mask = "********"

// render prints the configuration that run would use: a mounted one as keepalived understands it, because passwords may be
// in parameters and included files.
func render(args []string) error {
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		return wrongUsage("render takes only arguments of keepalived")
	}
	env := newEnvironment(os.Environ(), thisNode())
	source, err := readSource(env)
	if err != nil {
		return err
	}
	if source.mounted != "" {
		lines, err := load(source.mounted, args)
		fmt.Print(indented(lines))
		return err
	}
	s := source.settings
	invalid := refuseInvalid(configuration(s), args)
	if s.password != "" {
		s.password = mask
	}
	if s.hmac != nil {
		s.hmac = s.hmac.masked()
	}
	fmt.Print(configuration(s))
	return invalid
}

// refuseInvalid has keepalived check a text, in the first folder that is writable.
func refuseInvalid(text string, args []string) error {
	var problem error
	for _, folder := range []string{configurationFolder, "/dev/shm", os.TempDir()} {
		file, err := os.CreateTemp(folder, "keepalived.conf-")
		if err != nil {
			problem = notWritable(configurationFolder, err)
			continue
		}
		defer os.Remove(file.Name())
		_, err = file.WriteString(text)
		if err = errors.Join(err, file.Close()); err != nil {
			return err
		}
		_, err = load(file.Name(), args)
		return err
	}
	return problem
}

// indented is the text of a configuration of which keepalived has printed the lines, with masked passwords and keys.
func indented(lines []string) string {
	var text strings.Builder
	depth := 0
	isHMAC := hmacLines(lines)
	for n, line := range lines {
		if line == "}" {
			depth = max(depth-1, 0)
		}
		if keyword(line) == "auth_pass" {
			line = "auth_pass " + mask
		}
		if isHMAC[n] {
			line = maskKeys(line)
		}
		text.WriteString(strings.Repeat("    ", depth) + line + "\n")
		if line == "{" {
			depth++
		}
	}
	return text.String()
}

// configuration renders keepalived's configuration file (keepalived.conf(5)).
func configuration(s settings) string {
	var text strings.Builder
	line := func(depth int, format string, values ...any) {
		fmt.Fprintf(&text, strings.Repeat("    ", depth)+format+"\n", values...)
	}
	block := func(name string, lines []string) {
		if len(lines) == 0 {
			return
		}
		line(1, "%s {", name)
		for _, one := range lines {
			line(2, "%s", one)
		}
		line(1, "}")
	}

	line(0, "# Written by keepalivedctl from the environment.")
	line(0, "global_defs {")
	// Without it keepalived queries the name server for this node's name, and waits for seconds if none
	// answers.
	line(1, "router_id %s", s.nodeName)
	// Without it, clients may keep the hardware address of the node that gave up when two masters meet: the
	// other one never learns of it, and announces nothing.
	line(1, "vrrp_higher_prio_send_advert true")
	// Limits how long clients can keep a wrong hardware address for any other reason.
	line(1, "vrrp_garp_master_refresh 60")
	// Its own scheduling stays as it is; otherwise keepalived logs a recommendation at each start.
	line(1, "max_auto_priority -1")
	line(0, "}")
	if check := s.check; check != nil {
		line(0, "track_file check {")
		line(1, `file "%s"`, checkFile)
		line(1, "weight %d", check.weight)
		line(0, "}")
	}
	line(0, "vrrp_instance virtual_ips {")
	line(1, "state BACKUP")
	line(1, "interface %s", s.device)
	line(1, "version %d", s.version)
	line(1, "virtual_router_id %d", s.routerID)
	line(1, "priority %d", s.priority)
	line(1, "advert_int %s", s.interval)
	if s.noPreempt {
		line(1, "nopreempt")
	}
	if s.hmac != nil {
		block("auth_hmac", s.hmac.lines())
	}
	if s.password != "" {
		block("authentication", []string{"auth_type PASS", "auth_pass " + s.password})
	}
	if s.source.IsValid() {
		line(1, "unicast_src_ip %s", s.source)
	}
	var peers []string
	for _, peer := range s.peers {
		peers = append(peers, peer.String())
	}
	block("unicast_peer", peers)
	// virtual_ipaddress accepts one family; virtual_ipaddress_excluded, which is not advertised, accepts
	// both.
	var advertised, excluded []string
	for _, address := range s.addresses {
		if address.ip.Is4() || s.isIPv6Only() {
			advertised = append(advertised, address.String())
		} else {
			excluded = append(excluded, address.String())
		}
	}
	block("virtual_ipaddress", advertised)
	block("virtual_ipaddress_excluded", excluded)
	if s.check != nil {
		block("track_file", []string{"check"})
	}
	line(0, "}")
	return text.String()
}
