package main

import "testing"

func TestConfiguration(t *testing.T) {
	for name, test := range map[string]struct {
		variables []string
		expected  string
	}{
		"one address": {[]string{testAddress}, `# Written by keepalivedctl from the environment.
global_defs {
    router_id node1
    vrrp_higher_prio_send_advert true
    vrrp_garp_master_refresh 60
    max_auto_priority -1
}
vrrp_instance virtual_ips {
    state BACKUP
    interface eth0
    version 2
    virtual_router_id 1
    priority 100
    advert_int 1
    virtual_ipaddress {
        10.0.0.100/32 dev eth0
    }
}
`},
		"IPv6 alone": {[]string{testAddress6, "KEEPALIVED_ADVERT_INTERVAL=0.5"}, `# Written by keepalivedctl from the environment.
global_defs {
    router_id node1
    vrrp_higher_prio_send_advert true
    vrrp_garp_master_refresh 60
    max_auto_priority -1
}
vrrp_instance virtual_ips {
    state BACKUP
    interface eth0
    version 3
    virtual_router_id 1
    priority 100
    advert_int 0.5
    virtual_ipaddress {
        fd00::100/128 dev eth0 preferred_lft 0
    }
}
`},
		"everything": {[]string{
			"KEEPALIVED_VIRTUAL_IPS=fd00::100,eth0,64 10.0.0.100,eth0,24",
			"KEEPALIVED_ROUTER_ID=7", "KEEPALIVED_PRIORITY=150", "KEEPALIVED_PASSWORD=secret",
			"KEEPALIVED_UNICAST_PEERS=10.0.0.11 10.0.0.12 10.0.0.13",
			"KEEPALIVED_CHECK_URL=http://127.0.0.1/", "KEEPALIVED_CHECK_WEIGHT=-60",
		}, `# Written by keepalivedctl from the environment.
global_defs {
    router_id node1
    vrrp_higher_prio_send_advert true
    vrrp_garp_master_refresh 60
    max_auto_priority -1
}
track_file check {
    file "/run/keepalived/check"
    weight -60
}
vrrp_instance virtual_ips {
    state BACKUP
    interface eth0
    version 2
    virtual_router_id 7
    priority 150
    advert_int 1
    authentication {
        auth_type PASS
        auth_pass secret
    }
    unicast_src_ip 10.0.0.11
    unicast_peer {
        10.0.0.12
        10.0.0.13
    }
    virtual_ipaddress {
        10.0.0.100/24 dev eth0
    }
    virtual_ipaddress_excluded {
        fd00::100/64 dev eth0 preferred_lft 0
    }
    track_file {
        check
    }
}
`},
		"nopreempt": {[]string{testAddress, "KEEPALIVED_NOPREEMPT=true"}, `# Written by keepalivedctl from the environment.
global_defs {
    router_id node1
    vrrp_higher_prio_send_advert true
    vrrp_garp_master_refresh 60
    max_auto_priority -1
}
vrrp_instance virtual_ips {
    state BACKUP
    interface eth0
    version 2
    virtual_router_id 1
    priority 100
    advert_int 1
    nopreempt
    virtual_ipaddress {
        10.0.0.100/32 dev eth0
    }
}
`},
	} {
		t.Run(name, func(t *testing.T) {
			s, err := readSettings(testEnvironment(test.variables...))
			if err != nil {
				t.Fatal(err)
			}
			if text := configuration(s); text != test.expected {
				t.Errorf("expected:\n%s\nfound:\n%s", test.expected, text)
			}
		})
	}
}

func TestIndented(t *testing.T) {
	found := indented([]string{"vrrp_instance x", "{", "authentication", "{", "auth_pass secret", `"auth_pass" "sec ret"`, "}", "}", "}"})
	expected := "vrrp_instance x\n{\n    authentication\n    {\n        auth_pass ********\n        auth_pass ********\n    }\n}\n}\n"
	if found != expected {
		t.Errorf("expected %q, found %q", expected, found)
	}
}
