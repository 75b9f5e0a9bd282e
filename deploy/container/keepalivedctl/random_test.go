package main

import (
	"errors"
	"maps"
	"math/rand/v2"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Values of variables, and pieces of which others are made.
var (
	randomValues = map[string][]string{
		"KEEPALIVED_VIRTUAL_IPS":       {"10.0.0.100", "fd00::100", "10.0.0.100,eth1,24 fd00::1,eth0", "10.0.0.100 192.168.0.100"},
		"KEEPALIVED_INTERFACE":         {"eth0", "eth1", "lo"},
		"KEEPALIVED_ROUTER_ID":         {"1", "255"},
		"KEEPALIVED_PRIORITY":          {"100", "254"},
		"KEEPALIVED_ADVERT_INTERVAL":   {"1", "0.1", "40.95"},
		"KEEPALIVED_VRRP_VERSION":      {"2", "3"},
		"KEEPALIVED_PASSWORD":          {"s3cr3t_w", "s3cr3t_w\n}", "s3cr3t_word"},
		"KEEPALIVED_NOPREEMPT":         {"true", "false"},
		"KEEPALIVED_UNICAST_PEERS":     {"10.0.0.11 10.0.0.12", "fd00::11 fd00::12", "fe80::1 fe80::2%eth0"},
		"KEEPALIVED_CHECK_URL":         {"http://127.0.0.1:8080/healthz", "https://127.0.0.1/", "http://10.0.0.100/"},
		"KEEPALIVED_CHECK_INTERVAL":    {"1", "60"},
		"KEEPALIVED_CHECK_WEIGHT":      {"-50", "-253"},
		"KEEPALIVED_CHECK_SERVER_NAME": {"localhost"},
		"KEEPALIVED_CHECK_INSECURE":    {"true"},
		"KEEPALIVED_HMAC_MODE":         {"receive-only", "permissive", "enforce"},
		"KEEPALIVED_HMAC_ACTIVE_KEY":   {"1", "2"},
		"PROVISIONING_IP":              {"10.0.0.100"},
		"PROVISIONING_CIDR":            {"24", "10.0.0.0/24"},
		"PROVISIONING_INTERFACE":       {"eth0"},
	}
	randomPieces = []string{"\n", "\r", "\t", " ", "}", "{", "\"", "\\", "#", "!", "%", "%x}", "@", "$", ",", "/", ":", "::",
		"0", "-", "1", "+", ".", "e", "_", "\u00a0", "\u0661", "\x00", "\xff", "99999999999999999999", "notify /bin/sh",
		"include /etc/passwd", "http://[fe80::1%25eth0]/", "::ffff:10.0.0.1"}
)

// Every line that a configuration may contain.
var renderedLine = regexp.MustCompile(`^ *(# Written by keepalivedctl from the environment\.|[}]|` +
	`(global_defs|track_file check|vrrp_instance virtual_ips|authentication|unicast_peer|track_file|auth_hmac|virtual_ipaddress(_excluded)?) [{]|` +
	`router_id node1|vrrp_higher_prio_send_advert true|vrrp_garp_master_refresh 60|max_auto_priority -1|file "/run/keepalived/check"|weight -\d+|state BACKUP|interface (lo|eth0|eth1)|version [23]|` +
	`virtual_router_id \d+|priority \d+|advert_int \d+(\.\d+)?|nopreempt|auth_type PASS|auth_pass [A-Za-z0-9+/=._-]{1,8}|check|` +
	`key 1 hex:[0-9a-f]{64}|active_key 1|mode (receive-only|permissive|enforce)|` +
	`(unicast_src_ip )?[0-9a-f:.]+(/\d+ dev (lo|eth0|eth1)( preferred_lft 0)?)?)$`)

// TestRandomEnvironments gives mutated environments, the same ones in every run: each is either refused with
// every problem named, or rendered to a configuration with nothing in it but the values of settings.
func TestRandomEnvironments(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 1))
	rendered := 0
	randomValues["KEEPALIVED_HMAC_KEY_FILE"] = []string{strings.SplitN(keyFiles(t, testKey)[0], "=", 2)[1]}
	for range 30_000 {
		variables := randomVariables(random)
		s, err := readSettings(testEnvironment(variables...))
		if err != nil {
			var refused *failure
			if !errors.As(err, &refused) || refused.status != statusConfig {
				t.Fatalf("%q: found the error %v", variables, err)
			}
			if strings.Contains(err.Error(), "s3cr3t") || strings.Contains(err.Error(), testKey) {
				t.Fatalf("%q: the password is in the error %v", variables, err)
			}
			continue
		}
		rendered++
		requireRendered(t, variables, s)
	}
	if rendered < 500 {
		t.Errorf("only %d environments were accepted, too few to say something", rendered)
	}
}

func requireRendered(t *testing.T, variables []string, s settings) {
	t.Helper()
	depth := 0
	for line := range strings.Lines(configuration(s)) {
		line = strings.TrimSuffix(line, "\n")
		if !renderedLine.MatchString(line) {
			t.Fatalf("%q: rendered the line %q", variables, line)
		}
		depth += strings.Count(line, "{") - strings.Count(line, "}")
	}
	if depth != 0 {
		t.Fatalf("%q: rendered unbalanced braces", variables)
	}
	for _, peer := range append(s.peers, s.source) {
		if peer.IsValid() && (peer.IsMulticast() || peer.IsUnspecified() || peer.Is4In6()) {
			t.Fatalf("%q: rendered the peer %s", variables, peer)
		}
	}
	seen := map[netip.Addr]bool{}
	for _, peer := range s.peers {
		if seen[peer] {
			t.Fatalf("%q: rendered the peer %s twice", variables, peer)
		}
		seen[peer] = true
	}
}

// randomVariables takes a few variables in a fixed order, and changes the values of some.
func randomVariables(random *rand.Rand) []string {
	var variables []string
	for _, name := range slices.Sorted(maps.Keys(randomValues)) {
		if name != ipsVariable && random.IntN(6) > 0 {
			continue
		}
		values := randomValues[name]
		value := values[random.IntN(len(values))]
		for random.IntN(5) == 0 {
			at := random.IntN(len(value) + 1)
			end := at + random.IntN(len(value)-at+1)
			value = value[:at] + randomPieces[random.IntN(len(randomPieces))] + value[end:]
		}
		variables = append(variables, name+"="+value)
	}
	return variables
}
