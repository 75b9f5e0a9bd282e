package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Keywords with which keepalived starts programs (keepalived.conf(5)).
var startsPrograms = regexp.MustCompile(
	`^(vrrp_script|notify|notify_(master|backup|fault|stop|deleted|master_rx_lower_pri|up|down)|` +
		`(vrrp_|lvs_)?notify_fifo_script|MISC_CHECK|quorum_up|quorum_down|startup_script|shutdown_script)$`)

var includesFiles = regexp.MustCompile(`(?:^|[\s{}])(include[rmwba]?)[ \t]+(.+)$`)

const capabilitySetgid = 6

// refuseScripts refuses a configuration whose scripts cannot be started: keepalived counts that as success,
// so a check would never fail.
func refuseScripts(path string) error {
	effective, err := effectiveCapabilities()
	if err != nil || effective&(1<<capabilitySetgid) != 0 {
		return err
	}
	found, err := findScript(path, map[string]bool{})
	if err != nil || found == "" {
		return err
	}
	return noRights("the capability SETGID, because keepalived is to start programs according to "+path,
		found+" without that capability; alternatively set KEEPALIVED_CHECK_URL, and track "+checkFile+" with track_file")
}

// findScript finds a keyword with which keepalived starts a program, in a configuration and in the files that
// it includes. It looks at every word: a keyword may follow a brace, a condition, or a definition of a
// parameter (keepalived's parser.c).
func findScript(path string, visited map[string]bool) (string, error) {
	if visited[path] {
		return "", nil
	}
	visited[path] = true
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		line = withoutComment(strings.TrimRight(line, "\r\n"))
		for _, word := range strings.FieldsFunc(line, endsWord) {
			if startsPrograms.MatchString(word) {
				return strconv.Quote(word) + " in " + path, nil
			}
		}
		include := includesFiles.FindStringSubmatch(line)
		if include == nil {
			continue
		}
		found, err := findInIncluded(path, strings.TrimSpace(include[2]), visited)
		if err != nil || found != "" {
			return found, err
		}
	}
	return "", nil
}

// findInIncluded looks into the files of an include. Their paths are relative to the including file's folder.
func findInIncluded(path, pattern string, visited map[string]bool) (string, error) {
	files, known, err := includedFiles(path, pattern)
	if err != nil {
		return "", err
	}
	if !known {
		return "include " + strconv.Quote(pattern) + ", whose files only keepalived can determine, in " + path, nil
	}
	for _, file := range files {
		found, err := findScript(file, visited)
		// keepalived skips what it cannot read, such as a folder.
		if found != "" || err != nil && !errors.Is(err, os.ErrNotExist) && isFile(file) {
			return found, err
		}
	}
	return "", nil
}

// includedFiles expands the pattern of an include; known is false if only keepalived can do so.
func includedFiles(path, pattern string) (files []string, known bool, err error) {
	if strings.ContainsAny(pattern, `{}$"~`) {
		return nil, false, nil
	}
	if !filepath.IsAbs(pattern) {
		pattern = filepath.Join(filepath.Dir(path), pattern)
	}
	files, err = filepath.Glob(pattern)
	return files, true, err
}

func isFile(path string) bool {
	status, err := os.Stat(path)
	return err == nil && status.Mode().IsRegular()
}

// withoutComment removes what follows the first ! or # that is neither quoted nor escaped.
func withoutComment(line string) string {
	quoted, escaped := false, false
	for at, character := range line {
		switch {
		case escaped:
			escaped = false
		case character == '\\':
			escaped = true
		case character == '"':
			quoted = !quoted
		case !quoted && (character == '#' || character == '!'):
			return line[:at]
		}
	}
	return line
}

func endsWord(character rune) bool { return strings.ContainsRune(" \t\v\f\r{}=\"\\", character) }
