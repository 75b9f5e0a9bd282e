package main

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

const (
	hmacModeVariable   = "KEEPALIVED_HMAC_MODE"
	hmacActiveVariable = "KEEPALIVED_HMAC_ACTIVE_KEY"
	// The least and the most bytes of a key (keepalived.conf(5), "auth_hmac").
	shortestKey, longestKey = 32, 64
	// Far more than a key with the prefix hex: and a line break.
	largestKeyFile = 1000
)

// The variables with the files of the keys: that of the first slot, and that of the second.
var hmacKeyVariables = []string{"KEEPALIVED_HMAC_KEY_FILE", "KEEPALIVED_HMAC_KEY_FILE_2"}

// The modes, in the order in which a group is moved from one to the next.
var hmacModes = []string{"receive-only", "permissive", "enforce"}

var (
	plainKey         = regexp.MustCompile(`^[!-~]*$`)
	versionOfProgram = regexp.MustCompile(`Keepalived v(\d+)\.(\d+)\.(\d+)`)
)

// hmac is how advertisements are authenticated by HMAC-SHA256 (keepalived.conf(5), "auth_hmac").
type hmac struct {
	mode string
	// The number of the key that signs.
	active int
	keys   []hmacKey
}

type hmacKey struct {
	number int
	// As in the configuration.
	value string
}

// readHMAC returns nil if there are no keys. The problems that it adds never contain one.
func readHMAC(env *environment) *hmac {
	var h hmac
	for n, variable := range hmacKeyVariables {
		if path, set := env.text(variable); set {
			h.keys = append(h.keys, hmacKey{n + 1, readKey(env, variable, path)})
		}
	}
	mode, isModeSet := env.text(hmacModeVariable)
	_, isActiveSet := env.text(hmacActiveVariable)
	if len(h.keys) == 0 {
		if isModeSet || isActiveSet {
			env.problems.add(hmacKeyVariables[0]+" to name the file of a key, because another variable of HMAC is set", "no key")
		}
		return nil
	}
	// There is no default: the wrong mode makes two nodes take the addresses.
	if !slices.Contains(hmacModes, mode) {
		env.problems.add(hmacModeVariable+" to be receive-only, permissive or enforce, because there is a key", quotedOrNone(mode))
	}
	h.mode = mode
	h.active = env.integer(hmacActiveVariable, h.keys[0].number, 1, len(hmacKeyVariables))
	if !h.has(h.active) {
		env.problems.add(fmt.Sprintf("%s to be the number of a key that has a file", hmacActiveVariable), strconv.Itoa(h.active))
	}
	requireHMAC(env)
	return &h
}

func quotedOrNone(text string) string {
	if text == "" {
		return "none"
	}
	return strconv.Quote(text)
}

func (h *hmac) has(number int) bool {
	return slices.ContainsFunc(h.keys, func(key hmacKey) bool { return key.number == number })
}

// readKey returns a key as keepalived would read it from the file. It is rendered in hex, which needs no quotation marks.
func readKey(env *environment, variable, path string) string {
	shown := shownPath(path)
	content, err := os.ReadFile(path)
	if err != nil {
		env.problems.add(variable+" to name a file that can be read", shownReadError(path, err))
		return ""
	}
	if len(content) > largestKeyFile {
		env.problems.add("the key in "+shown+" to have 32 to 64 bytes", fmt.Sprintf("a file of %d bytes", len(content)))
		return ""
	}
	text := strings.TrimRight(string(content), "\r\n")
	key := []byte(text)
	if digits, isHex := strings.CutPrefix(text, "hex:"); isHex {
		if key, err = hex.DecodeString(digits); err != nil {
			env.problems.add("the key in "+shown+" to have an even number of hexadecimal digits after hex:", "something else")
			return ""
		}
	} else if !plainKey.MatchString(text) {
		env.problems.add("the key in "+shown+" to begin with hex:, or to consist of printable characters without spaces", "another character")
	}
	if len(key) < shortestKey || len(key) > longestKey {
		env.problems.add(fmt.Sprintf("the key in %s to have %d to %d bytes", shown, shortestKey, longestKey), fmt.Sprintf("%d bytes", len(key)))
	}
	return "hex:" + hex.EncodeToString(key)
}

// requireHMAC adds a problem if keepalived has no auth_hmac, or signs in another way than later versions: those before 2.4.2 have
// no receive-only, and no node accepts what they sign with IPv6.
func requireHMAC(env *environment) {
	const expected = "keepalived 2.4.2 or newer in this container, because keys of HMAC are set"
	version, err := env.node.keepalivedVersion()
	switch {
	case err != nil:
		env.problems.add(expected, err.Error())
	case version.major < 2 || version.major == 2 && (version.minor < 4 || version.minor == 4 && version.patch < 2):
		env.problems.add(expected, fmt.Sprintf("keepalived %d.%d.%d, which does not know auth_hmac, or not as newer versions do",
			version.major, version.minor, version.patch))
	}
}

// programVersion is a version of keepalived.
type programVersion struct{ major, minor, patch int }

// askVersion asks keepalived for its version.
func askVersion() (programVersion, error) {
	command := exec.Command(keepalived, "--version")
	command.Env = environmentOfKeepalived()
	// Otherwise Go would open /dev/null, which some container runtimes do not provide.
	command.Stdin = os.Stdin
	var output bytes.Buffer
	command.Stdout, command.Stderr = &output, &output
	if err := command.Run(); err != nil {
		return programVersion{}, fmt.Errorf("keepalived --version: %w", err)
	}
	return parseVersion(output.String())
}

func parseVersion(text string) (programVersion, error) {
	numbers := versionOfProgram.FindStringSubmatch(text)
	if numbers == nil {
		return programVersion{}, fmt.Errorf("keepalived --version prints no version")
	}
	var parts [3]int
	for n := range parts {
		value, err := strconv.Atoi(numbers[n+1])
		if err != nil {
			return programVersion{}, err
		}
		parts[n] = value
	}
	return programVersion{parts[0], parts[1], parts[2]}, nil
}

// lines is the block of the configuration.
func (h *hmac) lines() []string {
	var lines []string
	for _, key := range h.keys {
		lines = append(lines, fmt.Sprintf("key %d %s", key.number, key.value))
	}
	return append(lines, fmt.Sprintf("active_key %d", h.active), "mode "+h.mode)
}

// masked is the same without the keys.
func (h *hmac) masked() *hmac {
	copied := hmac{mode: h.mode, active: h.active}
	for _, key := range h.keys {
		copied.keys = append(copied.keys, hmacKey{key.number, mask})
	}
	return &copied
}

// hmacLines reports for each line of a configuration whether it is the keyword auth_hmac, or within the braces after it.
func hmacLines(lines []string) []bool {
	found := make([]bool, len(lines))
	depth := 0
	for n, line := range lines {
		switch {
		case depth == 0 && line == "{" && n > 0 && found[n-1]:
			depth = 1
		case depth == 0:
			found[n] = keyword(line) == "auth_hmac"
		case line == "{":
			depth++
		case line == "}":
			depth--
		default:
			found[n] = true
		}
	}
	return found
}

// Keywords and values of auth_hmac that are no key, also if they are in the wrong place: a number is too short for one.
var harmlessInHMAC = regexp.MustCompile(
	`^"?(auth_hmac|key|active_key|time_window|anti_replay|mode|time|monotonic|receive-only|permissive|enforce|\d{1,5})"?$`)

// secretsIn returns the words of a line of auth_hmac that may be a key. Only what is certainly none is left out, because a
// line with a mistake may have its key anywhere.
func secretsIn(line string) []string {
	words := strings.Fields(line)
	if len(words) == 3 && keyword(line) == "key" && strings.HasPrefix(strings.TrimLeft(words[2], `"`), "file:") {
		words = words[:2]
	}
	return slices.DeleteFunc(words, harmlessInHMAC.MatchString)
}

// maskKeys masks the keys in a line of auth_hmac.
func maskKeys(line string) string {
	secrets := secretsIn(line)
	words := strings.Fields(line)
	for n, word := range words {
		if slices.Contains(secrets, word) {
			words[n] = mask
		}
	}
	return strings.Join(slices.Compact(words), " ")
}

var hexKey = regexp.MustCompile(`hex:[0-9A-Fa-f]+`)

// maskMessages masks the keys of a configuration in what keepalived prints about it: it quotes a word that it does not expect.
func maskMessages(messages string, lines []string) string {
	for n, isHMAC := range hmacLines(lines) {
		if !isHMAC {
			continue
		}
		for _, secret := range secretsIn(lines[n]) {
			secret = strings.Trim(secret, `"`)
			messages = strings.ReplaceAll(messages, "'"+secret+"'", "'"+mask+"'")
			// A short word may be part of any other one; a part of a key with spaces is not in quotation marks of its own.
			if len(secret) >= 8 {
				messages = strings.ReplaceAll(messages, secret, mask)
			}
		}
	}
	return hexKey.ReplaceAllString(messages, mask)
}
