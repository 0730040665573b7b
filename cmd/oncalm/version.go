package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"time"
)

type versionCommand struct{ jsonFlag }

// version tells what the program was built from. A build that left that out says so.
type version struct {
	Version  string `json:"version"`
	Commit   string `json:"commit"` // empty if unknown
	Modified bool   `json:"modified"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// built is the version that the linker was given, for builds that do not see version
// control: -ldflags "-X main.built=v1.2.3". Nothing else sets it.
var built string

func thisVersion() version {
	v := version{Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	v.Version = cmp.Or(built, info.Main.Version, "(devel)")
	for _, setting := range info.Settings {
		switch setting.Key {
		case "vcs.revision":
			v.Commit = setting.Value
		case "vcs.modified":
			v.Modified = setting.Value == "true"
		}
	}
	return v
}

// Run prints the version.
func (c *versionCommand) Run(s *session) error {
	v := thisVersion()
	if c.JSON {
		return s.json(v)
	}
	line := "oncalm " + v.Version
	if v.Commit != "" {
		line += " (" + v.Commit + ")"
	}
	s.printf("%s, %s, %s", line, v.Go, v.Platform)
	return nil
}

type healthcheckCommand struct {
	URL    string `name:"url" placeholder:"URL" help:"What to ask (default: /healthz at the address of the configuration, or else of this machine's port 8080)."`
	Config string `placeholder:"FILE" help:"The configuration, for its address."`
}

const healthTimeout = 4 * time.Second

// Run asks a running server whether it is alive.
func (c *healthcheckCommand) Run(ctx context.Context, s *session) error {
	url, err := c.url(s)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return &stop{exitUsage, quoted(url) + " is not a URL", "give one such as http://127.0.0.1:8080/healthz"}
	}
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}} // the proxy is not for this machine
	resp, err := client.Do(req)
	if err != nil {
		return &stop{exitNo, err.Error(), "is the bot running?"}
	}
	defer func() { _ = resp.Body.Close() }()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
	text := strings.TrimSpace(string(body))
	if resp.StatusCode != http.StatusOK {
		return &stop{exitNo, fmt.Sprintf("%s answered %s", url, resp.Status), quoted(text)}
	}
	s.printf("%s", text)
	return nil
}

func (c *healthcheckCommand) url(s *session) (string, error) {
	if c.URL != "" {
		return c.URL, nil
	}
	address := "127.0.0.1:8080"
	if c.Config != "" {
		cfg, err := s.load(c.Config, "listen")
		if err != nil {
			return "", err
		}
		address = cfg.Listen
	}
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return "", err
	}
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	return "http://" + net.JoinHostPort(host, port) + "/healthz", nil
}

// quoted shows a word from outside on one line.
func quoted(s string) string { return strconv.Quote(s) }
