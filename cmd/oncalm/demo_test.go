package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
)

// demoAddress waits until the demo has said where its page is, and returns that.
func demoAddress(t *testing.T, said *syncBuffer) string {
	t.Helper()
	for end := time.Now().Add(30 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if _, rest, ok := strings.Cut(said.String(), "open "); ok {
			if url, _, ok := strings.Cut(rest, " in a browser"); ok {
				return url
			}
		}
	}
	t.Fatalf("the demo does not come up:\n%s", said)
	return ""
}

// startDemo runs the demo in this process until the test ends, which must be in peace.
func startDemo(t *testing.T, more ...string) (url string) {
	t.Helper()
	var out, errs syncBuffer
	ctx, cancel := context.WithCancel(context.Background())
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, append([]string{"demo", "-addr", "127.0.0.1:0"}, more...), os.LookupEnv, strings.NewReader(""), &out, &errs)
	}()
	t.Cleanup(func() {
		cancel()
		if got := <-code; got != cli.ExitFine || errs.String() != "" {
			t.Errorf("the demo ended with %d:\n%s", got, &errs)
		}
	})
	return demoAddress(t, &out)
}

// demoProcess is the demo as a process of its own, which keeps its store in a folder
// below tmp.
func demoProcess(t *testing.T, tmp, addr string) (*exec.Cmd, *syncBuffer) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	said := &syncBuffer{}
	cmd := exec.Command(self, "demo", "-addr", addr)
	cmd.Env = append(os.Environ(), childVar+"=plain", "TMPDIR="+tmp)
	cmd.Stdout, cmd.Stderr = said, said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return cmd, said
}

// TestDemoStops holds that Ctrl-C ends the demo at once, though a page listens to its
// stream and a page to Ana waits for its next step, and that nothing is left behind.
func TestDemoStops(t *testing.T) {
	tmp := t.TempDir()
	cmd, said := demoProcess(t, tmp, "127.0.0.1:0")
	url := demoAddress(t, said)
	resp, err := http.Get(url + "chat/stream")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	stream := bufio.NewReader(resp.Body)
	if line, err := stream.ReadString('\n'); err != nil || !strings.HasPrefix(line, "retry:") {
		t.Fatalf("the stream begins with %q, %v", line, err)
	}
	fired, err := http.Post(url+"chat/control", "application/json", strings.NewReader(`{"id":"fire"}`))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(fired.Body)
	_ = fired.Body.Close()
	if err != nil || !bytes.Contains(body, []byte("checkout-5xx-rate fires")) {
		t.Fatalf("firing an alarm: %s, %v", body, err)
	}
	if kept, _ := filepath.Glob(filepath.Join(tmp, "oncalm-demo-*", "oncalm.db")); len(kept) != 1 {
		t.Fatalf("the store is at %v, want it in a temporary folder", kept)
	}

	begun := time.Now()
	if err := cmd.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Errorf("the demo ended with %v:\n%s", err, said)
	}
	if took := time.Since(begun); took > 2*time.Second {
		t.Errorf("stopping took %v", took)
	}
	if _, err := io.Copy(io.Discard, stream); err != nil {
		t.Errorf("the stream did not end in peace: %v", err)
	}
	if left, _ := os.ReadDir(tmp); len(left) > 0 {
		t.Errorf("the demo has left %v behind", left)
	}
}

// TestDemoKeepsData holds that a folder given by the visitor stays.
func TestDemoKeepsData(t *testing.T) {
	r := &rig{t: t, kind: "plain", logs: &syncBuffer{}}
	dir := filepath.Join(t.TempDir(), "data")
	for range 2 { // the second time there is a store already
		said := &syncBuffer{}
		cmd := r.command("demo", "-addr", "127.0.0.1:0", "-data", dir)
		cmd.Stdout, cmd.Stderr = said, said
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		demoAddress(t, said)
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); err != nil {
			t.Fatalf("%v:\n%s", err, said)
		}
		if _, err := os.Stat(filepath.Join(dir, "oncalm.db")); err != nil {
			t.Fatal(err)
		}
	}
}

// TestDemoGoesOn holds that the buttons do what they say over a store of an earlier demo: another alarm than before fires and
// pages, and what fired before can be cleared.
func TestDemoGoesOn(t *testing.T) {
	data := t.TempDir()
	press := func(url, control, want string) {
		t.Helper()
		resp, err := http.Post(url+"chat/control", "application/json", strings.NewReader(`{"id":"`+control+`"}`))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if body, _ := io.ReadAll(resp.Body); !bytes.Contains(body, []byte(want)) {
			t.Errorf("%s answers %s, want %q in it", control, body, want)
		}
	}
	t.Run("at first", func(t *testing.T) {
		url := startDemo(t, "-data", data)
		press(url, "fire", "checkout-5xx-rate fires")
		press(url, "storm", "160 alarms fire")
	})
	t.Run("again", func(t *testing.T) {
		url := startDemo(t, "-data", data)
		press(url, "clear", "161 alarms are OK again")
		press(url, "fire", "search-p99-latency fires")
		press(url, "storm", "160 alarms fire")
		press(url, "clear", "160 alarms are OK again")
		press(url, "clear", "search-p99-latency is OK again")
		press(url, "clear", "No alarm is firing")
	})
	var out, errs syncBuffer
	if code := run(t.Context(), []string{"incidents", "-json", "-store", filepath.Join(data, "oncalm.db")}, os.LookupEnv, strings.NewReader(""), &out,
		&errs); code != cli.ExitFine {
		t.Fatalf("exit code %d: %s", code, &errs)
	}
	if n, over := strings.Count(out.String(), `"id"`), strings.Count(out.String(), `"resolved"`+":\""); n != 32 || over != 32 { // those of each service fire together
		t.Errorf("%d incidents, %d of them resolved, want 32:\n%s", n, over, &out)
	}
}

// TestDemoAddressInUse holds what a visitor reads whose port 8080 is taken.
func TestDemoAddressInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	tmp, addr := t.TempDir(), l.Addr().String()
	cmd, said := demoProcess(t, tmp, addr)
	_ = cmd.Wait()
	if got := cmd.ProcessState.ExitCode(); got != cli.ExitUsage {
		t.Errorf("exit code %d, want %d", got, cli.ExitUsage)
	}
	for _, want := range []string{"cannot listen on " + addr, "already in use", "choose another address with -addr"} {
		if !strings.Contains(said.String(), want) {
			t.Errorf("the demo says %q, want %q in it", said, want)
		}
	}
	if left, _ := os.ReadDir(tmp); len(left) > 0 {
		t.Errorf("the demo has left %v behind", left)
	}
}

// TestDemoFeed holds that the address which /oncall feed gives a visitor is a calendar.
func TestDemoFeed(t *testing.T) {
	url := startDemo(t)
	read := func(resp *http.Response, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil || resp.StatusCode != http.StatusOK {
			t.Fatalf("%s: %s, %v", resp.Request.URL.Path, resp.Status, err)
		}
		return string(body)
	}
	read(http.Post(url+"chat/send", "application/json", strings.NewReader(`{"as":"U0ANA","channel":"C0INCIDENTS","text":"/oncall feed shop"}`)))
	given := regexp.MustCompile(regexp.QuoteMeta(url) + `ical/shop\.ics\?token=\w+`)
	var address, state string
	for end := time.Now().Add(30 * time.Second); address == "" &&
		time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		state = read(http.Get(url + "chat/state?as=U0ANA&in=C0INCIDENTS"))
		address = given.FindString(state)
	}
	if address == "" {
		t.Fatalf("Ana is given no address:\n%s", state)
	}
	if calendar := read(http.Get(address)); !strings.HasPrefix(calendar, "BEGIN:VCALENDAR") || !strings.Contains(calendar, "SUMMARY:ana") {
		t.Errorf("at the address is\n%s", calendar)
	}
}

// TestDemoLimits holds that the demo's Slack takes no more than the real one if one says so, at the start or by the switch.
func TestDemoLimits(t *testing.T) {
	url := startDemo(t, "-slack-limits")
	posted := func(path, body, want string) {
		t.Helper()
		resp, err := http.Post(url+path, "application/json", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if got, _ := io.ReadAll(resp.Body); !bytes.Contains(got, []byte(want)) {
			t.Errorf("%s answers %s, want %q in it", path, got, want)
		}
	}
	shows := func(want string) {
		t.Helper()
		resp, err := http.Get(url + "chat/state")
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		var state struct {
			Stage struct{ Controls []json.RawMessage }
		}
		if err := json.NewDecoder(resp.Body).Decode(&state); err != nil {
			t.Fatal(err)
		}
		for _, c := range state.Stage.Controls {
			if bytes.Contains(c, []byte(`"id":"limits"`)) && bytes.Contains(c, []byte(want)) {
				return
			}
		}
		t.Errorf("no switch %s in %s", want, state.Stage.Controls)
	}
	shows(`"on":true`)
	posted("chat/control", `{"id":"limits"}`, "takes everything again")
	shows(`"on":false`)
	posted("chat/control", `{"id":"limits"}`, "no more than the real one")
	shows(`"on":true`)
}
