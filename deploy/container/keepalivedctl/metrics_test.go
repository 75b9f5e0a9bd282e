package main

import (
	"strings"
	"testing"
)

func expositionOf(t *testing.T, state string, check *bool) string {
	t.Helper()
	instances, err := parseInstances([]byte(state))
	if err != nil {
		t.Fatal(err)
	}
	text, err := exposition(instances, true, check)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestExposition(t *testing.T) {
	fails := false
	text := expositionOf(t, testState, &fails)
	const labels = `vrrp_instance="virtual_ips",interface="eth0",virtual_router_id="51"`
	for _, line := range []string{
		"# TYPE keepalived_up gauge",
		"keepalived_up 1",
		"keepalived_check_success 0",
		"keepalived_vrrp_state{" + labels + "} 2",
		"keepalived_vrrp_last_transition_timestamp_seconds{" + labels + "} 1796067975.137527",
		"keepalived_vrrp_base_priority{" + labels + "} 100",
		"keepalived_vrrp_effective_priority{" + labels + "} 50",
		"keepalived_vrrp_address_assigned{" + labels + `,address="192.0.2.10"} 1`,
		"keepalived_vrrp_address_assigned{" + labels + `,address="2001:db8::10"} 1`,
		"# TYPE keepalived_vrrp_became_master_total counter",
		"keepalived_vrrp_became_master_total{" + labels + "} 2",
		"keepalived_vrrp_released_master_total{" + labels + "} 1",
		"keepalived_vrrp_advertisements_received_total{" + labels + "} 7",
		"keepalived_vrrp_advertisements_sent_total{" + labels + "} 3",
		"keepalived_vrrp_priority_zero_received_total{" + labels + "} 0",
		"keepalived_vrrp_priority_zero_sent_total{" + labels + "} 1",
		"keepalived_vrrp_packet_errors_total{" + labels + `,reason="ttl"} 4`,
		"keepalived_vrrp_packet_errors_total{" + labels + `,reason="advertisement_interval"} 0`,
		"keepalived_vrrp_packet_errors_total{" + labels + `,reason="authentication_failure"} 18446744073709552000`,
	} {
		if !strings.Contains(text, line+"\n") {
			t.Errorf("expected the line %s", line)
		}
	}
	if strings.Contains(text, testPassword) {
		t.Error("expected no password")
	}
	// Prometheus refuses a metric whose type is declared twice.
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "# TYPE") && strings.Count(text, line) != 1 {
			t.Errorf("expected once: %s", line)
		}
	}
}

func TestExpositionOfKeepalived24(t *testing.T) {
	newer := strings.Replace(testState, `"auth_failure":`, `"auth_ext_replay":5,"auth_failure":`, 1)
	if text := expositionOf(t, newer, nil); !strings.Contains(text, `reason="authentication_replay"} 5`) {
		t.Errorf("found %s", text)
	}
	if text := expositionOf(t, testState, nil); strings.Contains(text, "replay") || strings.Contains(text, "keepalived_check") {
		t.Errorf("expected only what keepalived and the check report, found %s", text)
	}
}

func TestExpositionEscapesLabels(t *testing.T) {
	state := strings.Replace(testState, `"iname":"virtual_ips"`, `"iname":"a\"b\\c\nd"`, 1)
	if text := expositionOf(t, state, nil); !strings.Contains(text, `vrrp_instance="a\"b\\c\nd",`) {
		t.Errorf("found %s", text)
	}
}

func TestExpositionNeedsEveryCounter(t *testing.T) {
	for _, missing := range []string{"advert_sent", "auth_failure"} {
		instances, err := parseInstances([]byte(strings.Replace(testState, missing, "other", 1)))
		if err != nil {
			t.Fatal(err)
		}
		if text, err := exposition(instances, true, nil); err == nil {
			t.Errorf("expected an error without %s, found %s", missing, text)
		}
	}
}
