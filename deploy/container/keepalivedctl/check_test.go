package main

import (
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAskByStatus(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(answer http.ResponseWriter, asked *http.Request) {
		var status int
		fmt.Sscanf(asked.URL.Path, "/%d", &status)
		answer.Header().Set("Location", "/500")
		answer.WriteHeader(status)
		fmt.Fprint(answer, "not ready")
	}))
	defer server.Close()
	for _, status := range []int{200, 204, 302, 399} {
		if err := ask(request{url: fmt.Sprintf("%s/%d", server.URL, status)}, time.Minute); err != nil {
			t.Errorf("expected status %d to be healthy, found %v", status, err)
		}
	}
	for _, status := range []int{400, 404, 500, 503} {
		err := ask(request{url: fmt.Sprintf("%s/%d", server.URL, status)}, time.Minute)
		if err == nil || !strings.Contains(err.Error(), `: "not ready"`) || !strings.Contains(err.Error(), fmt.Sprint(status)) {
			t.Errorf("expected an error with status %d and the answer, found %v", status, err)
		}
	}
}

func TestAskVerifiesServer(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	// It logs every client that does not trust it.
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	defer server.Close()
	folder := t.TempDir()
	trusted, text := filepath.Join(folder, "ca.crt"), filepath.Join(folder, "text")
	writeFile(t, trusted, certificateOf(server))
	writeFile(t, text, "not a certificate\n")
	for name, test := range map[string]struct {
		request  request
		expected string
	}{
		"with its CA":                       {request{caFile: trusted}, ""},
		"with its CA and its name":          {request{caFile: trusted, serverName: "example.com"}, ""},
		"without verification":              {request{insecure: true}, ""},
		"without its CA":                    {request{}, "certificate signed by unknown authority"},
		"with its CA and another name":      {request{caFile: trusted, serverName: "kubernetes"}, "not kubernetes"},
		"with a file without a certificate": {request{caFile: text}, "contains no certificate"},
		"with a file that is not there":     {request{caFile: folder + "/x"}, "no such file"},
	} {
		t.Run(name, func(t *testing.T) {
			test.request.url = server.URL
			err := ask(test.request, time.Minute)
			if test.expected == "" && err != nil || test.expected != "" && (err == nil || !strings.Contains(err.Error(), test.expected)) {
				t.Errorf("expected %q, found %v", test.expected, err)
			}
		})
	}
}

func TestAskTimesOut(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	if err := ask(request{url: server.URL}, 50*time.Millisecond); err == nil {
		t.Error("expected a timeout, found none")
	}
}

func TestParseFlags(t *testing.T) {
	for _, args := range [][]string{{"--timeout", "3s", "a", "b"}, {"a", "--timeout=3s", "b"}, {"a", "b", "-timeout", "3s"}} {
		timeout := time.Second
		flags := newFlags("check")
		flags.DurationVar(&timeout, "timeout", timeout, "")
		words, err := parseFlags(flags, args)
		if err != nil || !slices.Equal(words, []string{"a", "b"}) || timeout != 3*time.Second {
			t.Errorf("%q: found words %q, timeout %s, error %v", args, words, timeout, err)
		}
	}
}

func TestWrongUsage(t *testing.T) {
	for _, args := range [][]string{
		{"check"}, {"check", "http://a/", "http://b/"}, {"check", "--help"}, {"check", "--nothing"}, {"check", ":"},
		{"ready", "x"}, {"live", "x"}, {"render", "x"}, {"start"},
	} {
		requireStatus(t, dispatch(args), statusUsage)
	}
}

func requireStatus(t *testing.T, err error, status int) {
	t.Helper()
	var failed *failure
	if !errors.As(err, &failed) || failed.status != status {
		t.Errorf("expected an error with exit status %d, found %v", status, err)
	}
}

func certificateOf(server *httptest.Server) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw}))
}
