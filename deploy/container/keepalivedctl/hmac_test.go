package main

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

const (
	testKey    = "hex:000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	plainTest  = "s3cr3t-s3cr3t-s3cr3t-s3cr3t-s3cr"
	hexOfPlain = "hex:7333637233742d7333637233742d7333637233742d7333637233742d73336372"
)

// keyFiles writes the contents of keys to files, and returns the variables that name them.
func keyFiles(t *testing.T, contents ...string) []string {
	t.Helper()
	var variables []string
	for n, content := range contents {
		if content == "" {
			continue
		}
		path := filepath.Join(t.TempDir(), "key")
		writeFile(t, path, content)
		variables = append(variables, hmacKeyVariables[n]+"="+path)
	}
	return variables
}

func TestReadHMAC(t *testing.T) {
	for name, test := range map[string]struct {
		keys      []string
		variables []string
		expected  []string
	}{
		"one key":    {[]string{testKey}, []string{"KEEPALIVED_HMAC_MODE=enforce"}, []string{"key 1 " + testKey, "active_key 1", "mode enforce"}},
		"plain text": {[]string{plainTest + "\n"}, []string{"KEEPALIVED_HMAC_MODE=receive-only"}, []string{"key 1 " + hexOfPlain, "active_key 1", "mode receive-only"}},
		"two keys": {[]string{testKey + "\r\n", plainTest}, []string{"KEEPALIVED_HMAC_MODE=permissive", "KEEPALIVED_HMAC_ACTIVE_KEY=2"},
			[]string{"key 1 " + testKey, "key 2 " + hexOfPlain, "active_key 2", "mode permissive"}},
		"the second slot alone": {[]string{"", testKey}, []string{"KEEPALIVED_HMAC_MODE=enforce"}, []string{"key 2 " + testKey, "active_key 2", "mode enforce"}},
		"capital digits":        {[]string{"hex:" + strings.ToUpper(testKey[4:])}, []string{"KEEPALIVED_HMAC_MODE=enforce"}, []string{"key 1 " + testKey, "active_key 1", "mode enforce"}},
	} {
		t.Run(name, func(t *testing.T) {
			env := testEnvironment(append(keyFiles(t, test.keys...), test.variables...)...)
			found := readHMAC(env)
			requireNoProblems(t, env)
			if lines := strings.Join(found.lines(), "\n"); lines != strings.Join(test.expected, "\n") {
				t.Errorf("expected %q, found %q", test.expected, lines)
			}
		})
	}
}

func TestHMACIsOffByDefault(t *testing.T) {
	env := testEnvironment(testAddress)
	env.node.keepalivedVersion = func() (programVersion, error) { return programVersion{2, 3, 4}, nil }
	if found := readHMAC(env); found != nil {
		t.Errorf("expected no keys, found %+v", found)
	}
	requireNoProblems(t, env)
}

func TestReadHMACRefuses(t *testing.T) {
	const enforce = "KEEPALIVED_HMAC_MODE=enforce"
	for name, test := range map[string]struct {
		keys            []string
		variables       []string
		expected, found string
	}{
		"no mode":                      {[]string{testKey}, nil, "KEEPALIVED_HMAC_MODE to be receive-only, permissive or enforce", "none"},
		"an unknown mode":              {[]string{testKey}, []string{"KEEPALIVED_HMAC_MODE=Enforce"}, "receive-only, permissive or enforce", `"Enforce"`},
		"a mode without a key":         {nil, []string{enforce}, "KEEPALIVED_HMAC_KEY_FILE to name the file of a key", "no key"},
		"an active key without a file": {nil, []string{"KEEPALIVED_HMAC_ACTIVE_KEY=1"}, "KEEPALIVED_HMAC_KEY_FILE to name the file of a key", "no key"},
		"an active key that is absent": {[]string{testKey}, []string{enforce, "KEEPALIVED_HMAC_ACTIVE_KEY=2"}, "the number of a key that has a file", "2"},
		"a third key":                  {[]string{testKey}, []string{enforce, "KEEPALIVED_HMAC_ACTIVE_KEY=3"}, "a whole number from 1 to 2", `"3"`},
		"a file that is not there":     {nil, []string{enforce, "KEEPALIVED_HMAC_KEY_FILE=/nowhere/key"}, "KEEPALIVED_HMAC_KEY_FILE to name a file that can be read", "no such file"},
		"a key in place of its file":   {nil, []string{enforce, "KEEPALIVED_HMAC_KEY_FILE=" + testKey}, "KEEPALIVED_HMAC_KEY_FILE to name a file that can be read", "a file without an absolute path: no such file"},
		"a short key":                  {[]string{plainTest[1:]}, []string{enforce}, "to have 32 to 64 bytes", "31 bytes"},
		"a long key":                   {[]string{strings.Repeat(plainTest, 2) + "x"}, []string{enforce}, "to have 32 to 64 bytes", "65 bytes"},
		"a short key in hex":           {[]string{testKey[:len(testKey)-2]}, []string{enforce}, "to have 32 to 64 bytes", "31 bytes"},
		"an empty file":                {[]string{"\n"}, []string{enforce}, "to have 32 to 64 bytes", "0 bytes"},
		"a huge file":                  {[]string{strings.Repeat("s3cr3t", 200)}, []string{enforce}, "to have 32 to 64 bytes", "a file of 1200 bytes"},
		"half of a digit":              {[]string{testKey + "a"}, []string{enforce}, "an even number of hexadecimal digits", "something else"},
		"other digits":                 {[]string{"hex:s3cr3t" + testKey[10:]}, []string{enforce}, "an even number of hexadecimal digits", "something else"},
		"several lines":                {[]string{plainTest + "\n" + plainTest[:20]}, []string{enforce}, "printable characters without spaces", "another character"},
		"bytes that are no text":       {[]string{plainTest + "\x00\xff"}, []string{enforce}, "printable characters without spaces", "another character"},
	} {
		t.Run(name, func(t *testing.T) {
			env := testEnvironment(append(keyFiles(t, test.keys...), test.variables...)...)
			readHMAC(env)
			requireProblem(t, env, test.expected, test.found)
			if text := strings.Join(env.problems, "\n"); strings.Contains(text, "s3cr3t") || strings.Contains(text, "0001020304") {
				t.Errorf("expected no key to be shown, found %q", text)
			}
		})
	}
}

func TestReadHMACNeedsANewKeepalived(t *testing.T) {
	for found, isRefused := range map[programVersion]bool{
		{2, 3, 4}: true, {2, 4, 0}: true, {2, 4, 1}: true, {2, 4, 2}: false, {2, 4, 3}: false, {2, 5, 0}: false, {3, 0, 0}: false, {1, 9, 9}: true,
	} {
		env := testEnvironment(append(keyFiles(t, testKey), "KEEPALIVED_HMAC_MODE=enforce")...)
		env.node.keepalivedVersion = func() (programVersion, error) { return found, nil }
		readHMAC(env)
		if isRefused {
			requireProblem(t, env, "keepalived 2.4.2 or newer in this container", "does not know auth_hmac")
		} else {
			requireNoProblems(t, env)
		}
	}
	env := testEnvironment(append(keyFiles(t, testKey), "KEEPALIVED_HMAC_MODE=enforce")...)
	env.node.keepalivedVersion = func() (programVersion, error) { return programVersion{}, errors.New("it does not run") }
	readHMAC(env)
	requireProblem(t, env, "keepalived 2.4.2 or newer", "it does not run")
}

func TestParseVersion(t *testing.T) {
	found, err := parseVersion("Keepalived v2.4.3 (07/20,2026)\n\nCopyright(C) 2001-2026")
	if err != nil || found != (programVersion{2, 4, 3}) {
		t.Errorf("found %v and the error %v", found, err)
	}
	if _, err := parseVersion("something else"); err == nil {
		t.Error("expected an error")
	}
}

func TestHMACAndPasswordAreRefused(t *testing.T) {
	variables := append(keyFiles(t, testKey), testAddress, "KEEPALIVED_HMAC_MODE=enforce", "KEEPALIVED_PASSWORD=x")
	env := testEnvironment(variables...)
	if _, err := readSettings(env); err == nil {
		t.Fatal("expected an error, found none")
	}
	requireProblem(t, env, "either a password or keys of HMAC", "both")
}

func TestHMACIsRenderedAndMasked(t *testing.T) {
	for _, address := range []string{testAddress, testAddress6} {
		variables := append(keyFiles(t, testKey, plainTest), address, "KEEPALIVED_HMAC_MODE=permissive", "KEEPALIVED_VRRP_VERSION=3")
		s, err := readSettings(testEnvironment(variables...))
		if err != nil {
			t.Fatal(err)
		}
		block := "    auth_hmac {\n        key 1 %\n        key 2 %\n        active_key 1\n        mode permissive\n    }\n"
		expected := strings.Replace(strings.Replace(block, "%", testKey, 1), "%", hexOfPlain, 1)
		if text := configuration(s); !strings.Contains(text, expected) {
			t.Errorf("expected %q in %q", expected, text)
		}
		s.hmac = s.hmac.masked()
		if text := configuration(s); !strings.Contains(text, strings.ReplaceAll(block, "%", mask)) {
			t.Errorf("expected masked keys, found %q", text)
		}
	}
}

func TestIndentedMasksKeys(t *testing.T) {
	found := indented([]string{"vrrp_instance x", "{", "auth_hmac", "{", "key 1 " + testKey, `key 2 "s3cr3t"`, "key 3 file:/run/key",
		"key", "key " + testKey, "key " + testKey + " 1", "key 1 x file:/x", "key 12345678901234567890123456789012", `"key" 2 "s3cr3t s3cr3t"`,
		"active_key 1", "active_key s3cr3t", "mode receive-only", "s3cr3t", "}", "key 4 outside", "auth_hmac s3cr3t", "}"})
	expected := "vrrp_instance x\n{\n    auth_hmac\n    {\n        key 1 ********\n        key 2 ********\n        key 3 file:/run/key\n" +
		"        key\n        key ********\n        key ******** 1\n        key 1 ********\n        key ********\n        \"key\" 2 ********\n" +
		"        active_key 1\n        active_key ********\n        mode receive-only\n        ********\n    }\n    key 4 outside\n" +
		"    auth_hmac ********\n}\n"
	if found != expected {
		t.Errorf("expected %q, found %q", expected, found)
	}
}

func TestMaskMessages(t *testing.T) {
	lines := []string{"vrrp_instance x", "{", "auth_hmac", "{", `key "s3cr3t" 1`, "active_key s3cr3t-too", "}", "interface eth0", "}"}
	for message, expected := range map[string]string{
		"(x) auth_hmac key id 's3cr3t' must be between 1 and 255":         "(x) auth_hmac key id '********' must be between 1 and 255",
		"(x) auth_hmac active_key 's3cr3t-too' must be between 1 and 255": "(x) auth_hmac active_key '********' must be between 1 and 255",
		"(x) auth_hmac key id '" + testKey + "' must be":                  "(x) auth_hmac key id '********' must be",
		"Unknown keyword 'eth0'":                                          "Unknown keyword 'eth0'",
	} {
		if found := maskMessages(message, lines); found != expected {
			t.Errorf("expected %q, found %q", expected, found)
		}
	}
}
