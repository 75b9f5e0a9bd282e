package main

import (
	"fmt"
	"strconv"
	"strings"
)

// metric is a metric of the instances, in Prometheus' terms.
type metric struct {
	name, kind, help string
	values           func(instance) ([]sample, error)
}

// sample is a value, with labels besides those of its instance.
type sample struct {
	labels []label
	value  float64
}

type label struct{ name, value string }

// The errors that keepalived counts for received packets, with its names of them. It counts those with `since24` from
// version 2.4 on.
var packetErrors = []struct {
	reason, counter string
	since24         bool
}{
	{"packet_length", "packet_len_err", false},
	{"packet_type", "invalid_type_rcvd", false},
	{"ttl", "ip_ttl_err", false},
	{"address_list", "addr_list_err", false},
	{"advertisement_interval", "advert_interval_err", false},
	{"authentication_type", "invalid_authtype", false},
	{"authentication_mismatch", "authtype_mismatch", false},
	{"authentication_failure", "auth_failure", false},
	{"authentication_missing", "auth_ext_missing", true},
	{"authentication_malformed", "auth_ext_malformed", true},
	{"authentication_unknown_key", "auth_ext_unknown_key", true},
	{"authentication_invalid_hmac", "auth_ext_invalid_hmac", true},
	{"authentication_stale", "auth_ext_stale", true},
	{"authentication_replay", "auth_ext_replay", true},
}

var metrics = []metric{
	{"keepalived_vrrp_state", "gauge", "The state of the instance: 0 INIT, 1 BACKUP, 2 MASTER, 3 FAULT.",
		one(func(i instance) float64 { return float64(i.Data.State) })},
	{"keepalived_vrrp_last_transition_timestamp_seconds", "gauge", "When the state last changed; 0 if it never has.",
		one(func(i instance) float64 { return i.Data.LastTransition })},
	{"keepalived_vrrp_base_priority", "gauge", "The configured priority.",
		one(func(i instance) float64 { return float64(i.Data.BasePriority) })},
	{"keepalived_vrrp_effective_priority", "gauge", "The priority after the weights of everything that is tracked, such as checks.",
		one(func(i instance) float64 { return float64(i.Data.Priority) })},
	{"keepalived_vrrp_address_assigned", "gauge", "Whether this node has the virtual address.", assignedAddresses},
	{"keepalived_vrrp_became_master_total", "counter", "How often the instance became master.", counter("become_master")},
	{"keepalived_vrrp_released_master_total", "counter", "How often it stopped being master.", counter("release_master")},
	{"keepalived_vrrp_advertisements_received_total", "counter", "Valid advertisements from other nodes.", counter("advert_rcvd")},
	{"keepalived_vrrp_advertisements_sent_total", "counter", "Advertisements that this node sent.", counter("advert_sent")},
	{"keepalived_vrrp_priority_zero_received_total", "counter", "Advertisements of masters that gave up the addresses.", counter("pri_zero_rcvd")},
	{"keepalived_vrrp_priority_zero_sent_total", "counter", "Advertisements with which this node gave up the addresses.", counter("pri_zero_sent")},
	{"keepalived_vrrp_packet_errors_total", "counter", "Received packets that were invalid, by reason.", countErrors},
}

func one(value func(instance) float64) func(instance) ([]sample, error) {
	return func(i instance) ([]sample, error) { return []sample{{nil, value(i)}}, nil }
}

func counter(name string) func(instance) ([]sample, error) {
	return func(i instance) ([]sample, error) {
		value, counted := i.Counters[name]
		if !counted {
			return nil, fmt.Errorf("keepalived's state has no counter %s", name)
		}
		return []sample{{nil, float64(value)}}, nil
	}
}

func countErrors(i instance) ([]sample, error) {
	var samples []sample
	for _, one := range packetErrors {
		value, counted := i.Counters[one.counter]
		switch {
		case counted:
			samples = append(samples, sample{[]label{{"reason", one.reason}}, float64(value)})
		case !one.since24:
			return nil, fmt.Errorf("keepalived's state has no counter %s", one.counter)
		}
	}
	return samples, nil
}

func assignedAddresses(i instance) ([]sample, error) {
	addresses, err := i.addresses()
	var samples []sample
	for _, address := range addresses {
		samples = append(samples, sample{[]label{{"address", address.String()}}, truth(i.Data.HasAddresses)})
	}
	return samples, err
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// exposition is the text that Prometheus reads (its text-based format, version 0.0.4).
// isUp says whether keepalived reported the instances; a check that is nil is left out.
func exposition(instances []instance, isUp bool, check *bool) (string, error) {
	var text strings.Builder
	write(&text, "keepalived_up", "gauge", "Whether keepalived reported its state.", []sample{{nil, truth(isUp)}})
	if check != nil {
		write(&text, "keepalived_check_success", "gauge", "Whether this node's health check succeeds.", []sample{{nil, truth(*check)}})
	}
	for _, one := range metrics {
		var samples []sample
		for _, i := range instances {
			found, err := one.values(i)
			if err != nil {
				return "", err
			}
			for _, each := range found {
				samples = append(samples, sample{append(labelsOf(i), each.labels...), each.value})
			}
		}
		write(&text, one.name, one.kind, one.help, samples)
	}
	return text.String(), nil
}

func labelsOf(i instance) []label {
	return []label{{"vrrp_instance", i.Data.Name}, {"interface", i.Data.Interface},
		{"virtual_router_id", strconv.Itoa(i.Data.RouterID)}}
}

var escaped = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)

func write(text *strings.Builder, name, kind, help string, samples []sample) {
	if len(samples) == 0 {
		return
	}
	fmt.Fprintf(text, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, kind)
	for _, one := range samples {
		text.WriteString(name)
		for n, each := range one.labels {
			separator := ","
			if n == 0 {
				separator = "{"
			}
			fmt.Fprintf(text, `%s%s="%s"`, separator, each.name, escaped.Replace(each.value))
		}
		if len(one.labels) > 0 {
			text.WriteString("}")
		}
		fmt.Fprintf(text, " %s\n", strconv.FormatFloat(one.value, 'f', -1, 64))
	}
}
