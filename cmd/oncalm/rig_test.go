package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"runtime/pprof"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/incidents"
)

// childVar makes the test binary be the program itself, so that tests can run it as a
// process of its own, and kill it.
const childVar = "ONCALM_TEST_CHILD"

func TestMain(m *testing.M) {
	switch os.Getenv(childVar) {
	case "":
		// What the runtime makes for signals it makes once, for whoever asks first; made in a bubble it would end the process.
		signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
		os.Exit(m.Run())
	case "hasty":
		os.Exit(hastyMain())
	case "pinned":
		os.Exit(pinnedMain())
	case "bare":
		os.Exit(bareMain())
	case "greedy":
		os.Exit(greedyMain())
	case "migrating":
		os.Exit(migratingMain())
	case "archiving":
		os.Exit(archivingMain())
	case "rolling":
		os.Exit(rollingMain())
	case "forgetting":
		os.Exit(forgettingMain())
	case "rash":
		os.Exit(rashMain())
	default:
		os.Exit(childMain())
	}
}

// profileVar names a file that the program's CPU profile is written to.
const profileVar = "ONCALM_TEST_PROFILE"

func childMain() int {
	if path := os.Getenv(profileVar); path != "" {
		f, err := os.Create(path)
		if err != nil {
			panic(err)
		}
		defer f.Close()
		if err := pprof.StartCPUProfile(f); err != nil {
			panic(err)
		}
		defer pprof.StopCPUProfile()
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	return run(ctx, os.Args[1:], os.LookupEnv, os.Stdin, os.Stdout, os.Stderr)
}

const rigTopic = "arn:aws:sns:eu-central-1:123456789012:alarms"

// rig is the program as a process, between a topic that signs and a Slack.
type rig struct {
	t      testing.TB
	dir    string
	kind   string // of child
	binary string // the program; empty: this one, with all that tests need
	store  string // its file
	addr   string // of the public door
	web    string // of the private one
	topic  *sns.SigningTopic
	client *http.Client

	cmd   *exec.Cmd
	ended chan struct{} // closed when cmd has ended
	logs  *syncBuffer
	wrap  []string // command that the program is run under
	env   []string // added to its environment
}

// rigConfig is a configuration with one person on call, and an incident for each alarm; %s are the two addresses,
// the store, Slack and the certificate.
const rigConfig = `
listen: %q
web: {listen: %q}
store: %q
slack: {api_url: %q, bot_token: xoxb-fake, signing_secret: fake-signing-secret, channel: C0INCIDENTS}
sns: {topics: [%q], certificate: %q}
people: {ana: {slack: U0ANA}, bo: {slack: U0BO}}
schedules:
  main: {zone: Europe/Berlin, layers: [{name: primary, people: [ana], start: 2026-01-05T09:00, shift: 1w}]}
policies:
  main: {steps: [{page: ["schedule:main"], wait: 30m}], rounds: 3, fallback: ["person:bo"]}
services:
  shop: {policy: main, severity: sev2, group: 0, alarms: ["*"]}
default_service: shop
`

// rigsTopic spares each rig the making of a key.
var rigsTopic = sync.OnceValues(func() (*sns.SigningTopic, error) {
	return sns.NewSigningTopic(rigTopic, time.Now())
})

func newRig(t testing.TB, slackURL string) *rig {
	t.Helper()
	topic, err := rigsTopic()
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{
		t: t, dir: t.TempDir(), kind: "plain", topic: topic, logs: &syncBuffer{},
		client: &http.Client{Timeout: 20 * time.Second,
			Transport: &http.Transport{MaxIdleConnsPerHost: 128, MaxIdleConns: 128}},
	}
	r.addr, r.web = freeAddrs(t)
	r.store = r.path("oncalm.db")
	r.write("sns.pem", topic.Certificate())
	r.write("oncalm.yaml", fmt.Appendf(nil, rigConfig, r.addr, r.web, r.path("oncalm.db"), slackURL, rigTopic, r.path("sns.pem")))
	t.Cleanup(r.kill)
	t.Cleanup(r.client.CloseIdleConnections)
	return r
}

func (r *rig) path(name string) string { return filepath.Join(r.dir, name) }

func (r *rig) write(name string, text []byte) {
	r.t.Helper()
	if err := os.WriteFile(r.path(name), text, 0o600); err != nil {
		r.t.Fatal(err)
	}
}

// storesIn has the program keep its store elsewhere.
func (r *rig) storesIn(path string) {
	r.t.Helper()
	r.configure(r.store, path)
	r.store = path
}

// configure replaces a part of the configuration.
func (r *rig) configure(old, replacement string) {
	r.t.Helper()
	text, err := os.ReadFile(r.path("oncalm.yaml"))
	if err != nil {
		r.t.Fatal(err)
	}
	if !strings.Contains(string(text), old) {
		r.t.Fatalf("the configuration has no %q:\n%s", old, text)
	}
	r.write("oncalm.yaml", []byte(strings.ReplaceAll(string(text), old, replacement)))
}

// freeAddrs are two addresses on loopback where nobody listens now. They are none that the system gives to whoever asks for
// any, so that no other connection takes one before the program listens there. None is had twice: a program that is killed lets go of
// its addresses until it is started again, and another that took one meanwhile would answer in its place, to tests that run at the
// same time.
func freeAddrs(t testing.TB) (public, private string) {
	t.Helper()
	one, two := freeListener(t), freeListener(t)
	defer one.Close()
	defer two.Close()
	return one.Addr().String(), two.Addr().String()
}

// The ports from which addresses are taken, one after another from a random one on, so that two runs of the tests seldom meet.
const (
	lowestPort = 10_000
	ports      = 20_000
)

var (
	firstPort = rand.Int64N(ports)
	portsHad  atomic.Int64
)

func freeListener(t testing.TB) net.Listener {
	t.Helper()
	for range 1000 {
		if l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", lowestPort+(firstPort+portsHad.Add(1))%ports)); err == nil {
			return l
		}
	}
	t.Fatal("no free port")
	return nil
}

// command is a call of the program that is not running yet.
func (r *rig) command(args ...string) *exec.Cmd {
	program := r.binary
	if program == "" {
		var err error
		if program, err = os.Executable(); err != nil {
			r.t.Fatal(err)
		}
	}
	argv := append(append(append([]string{}, r.wrap...), program), args...)
	cmd := exec.Command(argv[0], argv[1:]...)
	// With the race detector a process waits for a second before it exits, unless told not to.
	cmd.Env = append(os.Environ(), childVar+"="+r.kind, "TZ=UTC", "GORACE=atexit_sleep_ms=0 "+os.Getenv("GORACE"))
	cmd.Env = append(cmd.Env, r.env...)
	cmd.Stdout, cmd.Stderr = r.logs, r.logs
	return cmd
}

// launch runs the server, and reports whether it answered before it ended.
func (r *rig) launch() (up bool) {
	r.t.Helper()
	cmd, ended := r.command("serve", "-config", r.path("oncalm.yaml")), make(chan struct{})
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	go func() { defer close(ended); _ = cmd.Wait() }()
	r.cmd, r.ended = cmd, ended
	for begun := time.Now(); time.Since(begun) < 30*time.Second; {
		if r.alive() {
			return true
		}
		select {
		case <-ended:
			return false
		case <-time.After(time.Millisecond):
		}
	}
	r.t.Fatalf("the server did not come up:\n%s", r.logs)
	return false
}

// start runs the server and returns how long it took until it answered.
func (r *rig) start() time.Duration {
	r.t.Helper()
	begun := time.Now()
	if !r.launch() {
		r.t.Fatalf("the server ended with %d:\n%s", r.cmd.ProcessState.ExitCode(), r.logs)
	}
	return time.Since(begun)
}

// alive asks the server whether it is.
func (r *rig) alive() bool {
	resp, err := r.client.Get("http://" + r.addr + "/healthz")
	if err != nil {
		return false
	}
	_ = resp.Body.Close()
	return resp.StatusCode == http.StatusOK
}

// kill ends the server as kill -9 does.
func (r *rig) kill() {
	if r.cmd == nil {
		return
	}
	_ = r.cmd.Process.Kill()
	r.wait()
}

// stop ends the server as an operator does, and returns its exit code.
func (r *rig) stop() int {
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	return r.wait()
}

// wait waits for the server's end, and returns its exit code.
func (r *rig) wait() int {
	<-r.ended
	code := r.cmd.ProcessState.ExitCode()
	r.cmd = nil
	r.client.CloseIdleConnections()
	return code
}

// call runs another command of the program and returns what it printed and its code.
func (r *rig) call(args ...string) (out string, code int) {
	r.t.Helper()
	cmd := r.command(args...)
	var text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &text, &text
	if err := cmd.Start(); err != nil {
		r.t.Fatal(err)
	}
	patience := time.AfterFunc(30*time.Second, func() { _ = cmd.Process.Kill() })
	defer patience.Stop()
	_ = cmd.Wait() // the code tells
	return text.String(), cmd.ProcessState.ExitCode()
}

// alarm makes the signed message of an alarm.
func (r *rig) alarm(name string, state incidents.AlarmState, at time.Time) []byte {
	r.t.Helper()
	body, err := r.topic.Alarm(aws.Example{Name: name, State: state, At: at})
	if err != nil {
		r.t.Fatal(err)
	}
	return body
}

// post sends a message and returns the status, or 0 if there was no answer.
func (r *rig) post(body []byte) int {
	resp, err := r.client.Post("http://"+r.addr+"/sns", "text/plain; charset=UTF-8", bytes.NewReader(body))
	if err != nil {
		return 0
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode
}

// get fetches a page of the public door.
func (r *rig) get(path string) (status int, body string) {
	r.t.Helper()
	resp, err := r.client.Get("http://" + r.addr + path)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, string(text)
}

// syncBuffer collects the logs of a process, the last of them.
type syncBuffer struct {
	mu  sync.Mutex
	buf []byte
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.buf = append(b.buf, p...)
	if over := len(b.buf) - 64<<10; over > 0 {
		b.buf = b.buf[over:]
	}
	return len(p), nil
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return string(b.buf)
}
