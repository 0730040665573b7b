package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/wire"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/doors"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/ops"
)

// most is what the program may ever take of its own, whatever strangers do.
const most = 130 << 10 // KiB

// greedyMain is what the doors must not be: it reads whatever comes, and keeps it until it is whole. It serves in place of serve.
func greedyMain() int {
	s := &cli.Session{Env: os.LookupEnv, Now: time.Now(), Stdout: os.Stdout, Stderr: os.Stderr}
	cfg, err := s.Load(os.Args[len(os.Args)-1])
	if err != nil {
		return s.Fail(err)
	}
	server := http.Server{Addr: cfg.Listen, ReadHeaderTimeout: time.Second,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
			if err == nil && len(body) > 0 {
				w.WriteHeader(http.StatusUnauthorized)
			}
		})}
	ended := make(chan os.Signal, 1)
	signal.Notify(ended, syscall.SIGTERM)
	go func() { <-ended; _ = server.Close() }()
	_ = server.ListenAndServe()
	return 0
}

// A stranger is one who does harm over a connection. It goes on until the connection is closed, or nothing is left to do.
type stranger func(net.Conn)

// says is a stranger who sends this again and again, and hears nothing.
func says(parts ...[]byte) stranger {
	return func(c net.Conn) {
		for _, part := range parts {
			if _, err := c.Write(part); err != nil {
				return
			}
		}
		_, _ = io.Copy(io.Discard, c)
	}
}

// slowly is a stranger who sends the beginning, and then a byte now and then.
func slowly(begin []byte) stranger {
	return func(c net.Conn) {
		for next := begin; ; next = []byte("x") {
			if _, err := c.Write(next); err != nil {
				return
			}
			time.Sleep(100 * time.Millisecond) // a real process cannot be put into a bubble
		}
	}
}

// A siege is many strangers at once.
type siege struct {
	name string
	each stranger
}

func head(path string, lines ...string) []byte {
	return []byte("POST " + path + " HTTP/1.1\r\nHost: oncalm\r\n" + strings.Join(append(lines, "\r\n"), "\r\n"))
}

// posing are headers that have the form of Slack's.
func posing() []string {
	return []string{
		"X-Slack-Signature: v0=" + strings.Repeat("0", 64), "X-Slack-Request-Timestamp: " + strconv.FormatInt(time.Now().Unix(), 10),
		"Content-Type: application/x-www-form-urlencoded",
	}
}

func sieges() []siege {
	large := bytes.Repeat([]byte("x"), 1<<20)
	length := "Content-Length: 1048576"
	chunk := append([]byte("100000\r\n"), large...)
	members := append([]byte(`{"":0`), bytes.Repeat([]byte(`,"":0`), (1<<20-6)/5)...)
	members = append(members, bytes.Repeat([]byte(" "), 1<<20-1-len(members))...)
	tiny := &bytes.Buffer{}
	for n := range 3000 {
		fmt.Fprintf(tiny, "%x:\r\n", n)
	}
	small := slices.Repeat(append(head("/slack/commands", "Content-Length: 5"), "hello"...), 200)
	return []siege{
		{"unsigned", says(head("/slack/events", length), large)},
		{"posing", says(head("/slack/commands", append(posing(), length)...), large)},
		{"chunks", says(head("/slack/commands", append(posing(), "Transfer-Encoding: chunked")...), chunk)},
		{"chunks without an end", says(head("/slack/events", "Transfer-Encoding: chunked"), chunk, []byte("\r\n"), chunk, []byte("\r\n"), chunk)},
		{"slow small bodies", slowly(append(head("/slack/commands", append(posing(), "Content-Length: 65536")...), large[:60<<10]...))},
		{"slow large bodies", slowly(append(head("/slack/commands", append(posing(), length)...), large[:600<<10]...))},
		{"slow bodies of alarms", slowly(append(head("/sns", length), large[:600<<10]...))},
		{"alarms of many members", says(head("/sns", length), append(members, '}'))},
		{"long headers", slowly(head("/slack/commands", append(posing(), "A: "+strings.Repeat("x", 15<<10), "Content-Length: 99")...))},
		{"longer headers", says(head("/slack/commands", "A: "+strings.Repeat("x", 1<<20)))},
		{"many headers", slowly(append([]byte("POST /sns HTTP/1.1\r\nHost: oncalm\r\n"), tiny.Bytes()[:18<<10]...))},
		{"many headers and a slow body", slowly(append(append([]byte("POST /sns HTTP/1.1\r\nHost: oncalm\r\n"), tiny.Bytes()[:15000]...),
			head("/", "Content-Length: 99")[bytes.IndexByte(head("/"), '\n')+1:]...))},
		{"many at once in one connection", says(small)},
		{"silence", slowly(nil)},
	}
}

// pour lets so many strangers in for a while.
func (f siege) pour(addr string, strangers int, while time.Duration) {
	over := time.Now().Add(while)
	var all sync.WaitGroup
	for range strangers {
		all.Go(func() {
			for time.Now().Before(over) {
				c, err := net.DialTimeout("tcp", addr, time.Until(over))
				if err != nil {
					time.Sleep(10 * time.Millisecond)
					continue
				}
				_ = c.SetDeadline(over)
				f.each(c)
				_ = c.Close()
			}
		})
	}
	all.Wait()
}

// slash sends a command as Slack does, on a connection of its own, and returns how long the answer took.
func (r *rig) slash(text string) (time.Duration, error) {
	form := url.Values{
		"team_id": {"T0TEST"}, "user_id": {"U0ANA"}, "command": {"/incident"}, "text": {text},
		"trigger_id": {strconv.FormatInt(time.Now().UnixNano(), 10)},
	}.Encode()
	begun := time.Now()
	req, err := http.NewRequest(http.MethodPost, "http://"+r.addr+"/slack/commands", strings.NewReader(form))
	if err != nil {
		return 0, err
	}
	stamp := strconv.FormatInt(begun.Unix(), 10)
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("X-Slack-Request-Timestamp", stamp)
	req.Header.Set("X-Slack-Signature", wire.Sign("fake-signing-secret", stamp, []byte(form)))
	resp, err := stranded(5 * time.Second).Do(req)
	if err != nil {
		return time.Since(begun), err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err == nil && (resp.StatusCode != http.StatusOK || !bytes.Contains(answer, []byte("ncident"))) {
		err = fmt.Errorf("%s: %s", resp.Status, answer)
	}
	return time.Since(begun), err
}

// stranded is a client with no connection open yet.
func stranded(patience time.Duration) *http.Client {
	return &http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
}

// sns posts an alarm on a connection of its own, and returns how long the answer took.
func (r *rig) sns(name string) (time.Duration, error) {
	begun := time.Now()
	body := r.alarm(name, incidents.AlarmFiring, begun)
	resp, err := stranded(10*time.Second).Post("http://"+r.addr+"/sns", "text/plain; charset=UTF-8", bytes.NewReader(body))
	if err != nil {
		return time.Since(begun), err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		err = errors.New(resp.Status)
	}
	return time.Since(begun), err
}

// buildProgram makes the program as people run it: what the race detector adds to its size and slowness is none of theirs.
func buildProgram(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "oncalm")
	build := exec.Command("go", "build", "-o", path, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return path
}

// TestSieges: whatever strangers send, the program stays small, alarms are taken in and Slack is answered in time.
func TestSieges(t *testing.T) {
	if testing.Short() {
		t.Skip("pours for a minute")
	}
	r := newRig(t, newReceiver(t).URL+"/api/")
	r.binary = buildProgram(t)
	r.start()
	pid := r.cmd.Process.Pid
	for n, f := range sieges() {
		var over sync.WaitGroup
		over.Go(func() { f.pour(r.addr, 1000, 3*time.Second) })
		var slowest [2]time.Duration
		for i := range 5 {
			time.Sleep(300 * time.Millisecond) // until they are many
			took, err := r.sns(fmt.Sprintf("alarm-%d-%d", n, i))
			for again := 0; err != nil && again < 3; again++ { // SNS tries three times more at once
				took, err = r.sns(fmt.Sprintf("alarm-%d-%d", n, i))
			}
			if err != nil {
				t.Errorf("%s: an alarm: %v after %v", f.name, err, took)
			}
			slowest[0] = max(slowest[0], took)
			if took, err = r.slash("list"); err != nil || took > 3*time.Second {
				t.Errorf("%s: a command: %v after %v", f.name, err, took)
			}
			slowest[1] = max(slowest[1], took)
		}
		over.Wait()
		t.Logf("%-32s alarm %-8v command %-8v peak %3.0f MiB now %3.0f MiB", f.name, slowest[0].Round(time.Millisecond), slowest[1].Round(time.Millisecond),
			ownPeak(t, pid)/1024, status(t, pid, "RssAnon")/1024)
	}
	if peak := ownPeak(t, pid); peak > most {
		t.Errorf("the program took %.0f MiB", peak/1024)
	}
}

// ownPeak is how much memory a process had at most, without what is mapped of files: mostly the program itself, which the kernel takes
// back when it likes. In KiB.
func ownPeak(t *testing.T, pid int) float64 {
	return status(t, pid, "VmHWM") - status(t, pid, "RssFile")
}

// TestSilentCrowd: those who say nothing go when others come, whether they ever said something or not; and the program can be
// asked whether it lives.
func TestSilentCrowd(t *testing.T) {
	r := newRig(t, newReceiver(t).URL+"/api/")
	r.start()
	for _, begin := range []string{"", "GET /healthz HTTP/1.1\r\nHost: oncalm\r\n\r\n"} {
		for range 1100 {
			c, err := net.Dial("tcp", r.addr)
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			if _, err := c.Write([]byte(begin)); err != nil {
				t.Fatal(err)
			}
		}
		if took, err := r.sns("alarm" + strconv.Itoa(len(begin))); err != nil || took > 5*time.Second {
			t.Errorf("an alarm: %v after %v", err, took)
		}
		if took, err := r.slash("list"); err != nil || took > 3*time.Second {
			t.Errorf("a command: %v after %v", err, took)
		}
		if out, code := r.call("healthcheck", "-config", r.path("oncalm.yaml")); code != 0 {
			t.Errorf("healthcheck: %d %s", code, out)
		}
	}
	if !strings.Contains(r.logs.String(), "a door is full") {
		t.Errorf("nothing is said about it:\n%s", r.logs)
	}
}

// TestFewFiles: with few files for the process, those that are needed to page somebody are not given to strangers.
func TestFewFiles(t *testing.T) {
	slack := newReceiver(t)
	r := newRig(t, slack.URL+"/api/")
	r.singly()
	r.wrap = []string{"sh", "-c", `ulimit -n 64; exec "$0" "$@"`}
	r.start()
	for range 120 {
		c, err := net.Dial("tcp", r.addr)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	for n := range 20 {
		if took, err := r.sns(fmt.Sprintf("alarm-%d", n)); err != nil {
			t.Fatalf("an alarm: %v after %v", err, took)
		}
	}
	slack.pagesOut(20, 10*time.Second)
	if took, err := r.slash("list"); err != nil || took > 3*time.Second {
		t.Errorf("a command: %v after %v", err, took)
	}
	if out, code := r.call("healthcheck", "-config", r.path("oncalm.yaml")); code != 0 {
		t.Errorf("healthcheck: %d %s", code, out)
	}
	if out, code := r.call("incidents", "-config", r.path("oncalm.yaml")); code != 0 {
		t.Errorf("incidents: %d %s", code, out)
	}
	for said, want := range map[string]bool{"few open files": true, "too many open files": false} {
		if strings.Contains(r.logs.String(), said) != want {
			t.Errorf("%q in the log: %v\n%s", said, !want, r.logs)
		}
	}
}

// TestHealthBesideTheStore: the program can be asked whether it lives also where its door does not answer.
func TestHealthBesideTheStore(t *testing.T) {
	r := newRig(t, "http://127.0.0.1:1/")
	l, err := ops.ListenLocal(r.path("oncalm.db"))
	if err != nil {
		t.Fatal(err)
	}
	server := doors.NewServer(ops.Admin(nil, nil, slog.New(slog.DiscardHandler)), slog.New(slog.DiscardHandler))
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	if out, code := r.call("healthcheck", "-config", r.path("oncalm.yaml")); code != 0 || out != "alive\n" {
		t.Errorf("%d %s", code, out)
	}
	if err := server.Close(); err != nil {
		t.Error(err)
	}
	<-served
	if out, code := r.call("healthcheck", "-config", r.path("oncalm.yaml")); code != cli.ExitNo {
		t.Errorf("when nobody is there: %d %s", code, out)
	}
}

// TestGreedyDoors is the control: doors that read what comes are filled by the same.
func TestGreedyDoors(t *testing.T) {
	if testing.Short() {
		t.Skip("pours for seconds")
	}
	r := newRig(t, newReceiver(t).URL+"/api/")
	r.kind = "greedy"
	r.start()
	f := sieges()[5] // slow large bodies
	f.pour(r.addr, 1000, 6*time.Second)
	if peak := ownPeak(t, r.cmd.Process.Pid); peak <= most {
		t.Errorf("the siege fills only %.0f MiB", peak/1024)
	}
}
