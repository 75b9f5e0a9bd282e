package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"
)

// request is a health check's URL, and how its server is verified.
type request struct {
	url, caFile, serverName string
	insecure                bool
}

// check requests a URL once.
func check(args []string) error {
	var r request
	timeout := 2 * time.Second
	flags := newFlags("check")
	flags.StringVar(&r.caFile, "ca-file", "", "")
	flags.StringVar(&r.serverName, "server-name", "", "")
	flags.BoolVar(&r.insecure, "insecure", false, "")
	flags.DurationVar(&timeout, "timeout", timeout, "")
	words, err := parseFlags(flags, args)
	if err != nil {
		return err
	}
	if len(words) != 1 {
		return wrongUsage(fmt.Sprintf("check takes one URL, got %q", words))
	}
	r.url = words[0]
	return ask(r, timeout)
}

// ask succeeds if the kubelet's own probes would: with a status from 200 to 399. Redirects are not followed.
func ask(r request, timeout time.Duration) error {
	trust := &tls.Config{ServerName: r.serverName, InsecureSkipVerify: r.insecure}
	if r.caFile != "" {
		certificates, err := readCertificates(r.caFile)
		if err != nil {
			return err
		}
		trust.RootCAs = certificates
	}
	client := &http.Client{
		// No proxy: the URL is this node's.
		Transport:     &http.Transport{TLSClientConfig: trust, DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	get, err := http.NewRequestWithContext(ctx, http.MethodGet, r.url, nil)
	if err != nil {
		return wrongUsage(err.Error())
	}
	get.Header.Set("User-Agent", "keepalivedctl")
	answer, err := client.Do(get)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 200 && answer.StatusCode <= 399 {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(answer.Body, 200))
	return fmt.Errorf("%s answered %s: %q", r.url, answer.Status, text)
}

func readCertificates(path string) (*x509.CertPool, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(text) {
		return nil, fmt.Errorf("%s contains no certificate", path)
	}
	return pool, nil
}

func newFlags(name string) *flag.FlagSet {
	flags := flag.NewFlagSet(name, flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	return flags
}

// parseFlags accepts options before and after words; the flag package stops at the first word.
func parseFlags(flags *flag.FlagSet, args []string) ([]string, error) {
	var words []string
	for {
		switch err := flags.Parse(args); {
		case errors.Is(err, flag.ErrHelp):
			return nil, wrongUsage(flags.Name())
		case err != nil:
			return nil, wrongUsage(flags.Name() + ": " + err.Error())
		}
		if flags.NArg() == 0 {
			return words, nil
		}
		words, args = append(words, flags.Arg(0)), flags.Args()[1:]
	}
}
