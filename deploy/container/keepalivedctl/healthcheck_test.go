package main

import (
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"
)

func TestReadCheck(t *testing.T) {
	env := testEnvironment("KEEPALIVED_CHECK_URL=https://127.0.0.1:6443/readyz", "KEEPALIVED_CHECK_INSECURE=true",
		"KEEPALIVED_CHECK_SERVER_NAME=kubernetes", "KEEPALIVED_CHECK_INTERVAL=3", "KEEPALIVED_CHECK_FALL=4",
		"KEEPALIVED_CHECK_RISE=5", "KEEPALIVED_CHECK_WEIGHT=-6")
	check := readCheck(env, nil)
	requireNoProblems(t, env)
	expected := healthCheck{
		request:  request{url: "https://127.0.0.1:6443/readyz", serverName: "kubernetes", insecure: true},
		interval: 3, fall: 4, rise: 5, weight: -6,
	}
	if *check != expected || check.every() != 3*time.Second {
		t.Errorf("expected %+v, found %+v", expected, *check)
	}
}

func TestReadCheckDefaults(t *testing.T) {
	env := testEnvironment("KEEPALIVED_CHECK_URL=http://127.0.0.1/")
	check := readCheck(env, nil)
	requireNoProblems(t, env)
	if expected := (healthCheck{request: request{url: "http://127.0.0.1/"}, interval: 2, fall: 2, rise: 10, weight: -50}); *check != expected {
		t.Errorf("expected %+v, found %+v", expected, *check)
	}
}

func TestReadCheckRefuses(t *testing.T) {
	folder := t.TempDir()
	text, certificate := filepath.Join(folder, "text"), filepath.Join(folder, "ca.crt")
	writeFile(t, text, "not a certificate\n")
	server := httptest.NewTLSServer(nil)
	defer server.Close()
	writeFile(t, certificate, certificateOf(server))
	url := func(value string) []string { return []string{"KEEPALIVED_CHECK_URL=" + value} }
	for name, test := range map[string]struct {
		variables       []string
		expected, found string
	}{
		"another scheme":          {url("ftp://127.0.0.1/"), "begins with http:// or https://", `"ftp://127.0.0.1/"`},
		"no host":                 {url("http:/x"), "begins with http:// or https://", `"http:/x"`},
		"a password":              {url("http://user:secret@127.0.0.1/"), "a URL without a password", "not shown"},
		"https without a CA":      {url("https://127.0.0.1/"), "KEEPALIVED_CHECK_CA_FILE or", "neither"},
		"a virtual address":       {url("http://10.0.0.100:80/"), "to be a URL of this node", `"http://10.0.0.100:80/"`},
		"a virtual IPv6 address":  {url("http://[fd00::100]/"), "to be a URL of this node", `"http://[fd00::100]/"`},
		"options without a URL":   {[]string{"KEEPALIVED_CHECK_FALL=3"}, "KEEPALIVED_CHECK_URL to be set", "only KEEPALIVED_CHECK_FALL"},
		"a weight that raises":    {append(url("http://127.0.0.1/"), "KEEPALIVED_CHECK_WEIGHT=20"), "from -253 to -1", `"20"`},
		"a CA without verifying":  {append(url("https://127.0.0.1/"), "KEEPALIVED_CHECK_INSECURE=true", "KEEPALIVED_CHECK_CA_FILE="+certificate), "either", "both"},
		"a CA that is only text":  {append(url("https://127.0.0.1/"), "KEEPALIVED_CHECK_CA_FILE="+text), "PEM certificates", "no certificate"},
		"a check every 0 seconds": {append(url("http://127.0.0.1/"), "KEEPALIVED_CHECK_INTERVAL=0"), "from 1 to 3600", `"0"`},
	} {
		t.Run(name, func(t *testing.T) {
			env := testEnvironment(test.variables...)
			addresses, _ := readAddresses(testEnvironment(ips("10.0.0.100 fd00::100")...))
			readCheck(env, addresses)
			requireProblem(t, env, test.expected, test.found)
		})
	}
}
