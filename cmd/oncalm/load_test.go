package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
)

// These benchmarks run the program as a process of its own and load it from this one,
// on the same cores: alarms signed as SNS signs them, posted over loopback, stored
// durably, paged to a Slack that answers at once. Run them with make bench.

// loads holds what is costly to make and the same for all benchmarks.
type loads struct {
	topic  *sns.SigningTopic
	bodies [][]byte // signed alarms, all distinct, as whole HTTP requests
}

const manyAlarms = 10_000

var sharedLoads = sync.OnceValues(func() (*loads, error) {
	topic, err := sns.NewSigningTopic(rigTopic, time.Now())
	if err != nil {
		return nil, err
	}
	l := &loads{topic: topic, bodies: make([][]byte, manyAlarms)}
	var next atomic.Int64
	var all sync.WaitGroup
	for range runtime.NumCPU() {
		all.Go(func() {
			for n := next.Add(1) - 1; n < manyAlarms; n = next.Add(1) - 1 {
				body, bad := topic.Alarm(aws.Example{Name: fmt.Sprintf("checkout-%05d-5xx-rate", n), At: time.Now()})
				if bad != nil {
					panic(bad)
				}
				l.bodies[n] = request(body)
			}
		})
	}
	all.Wait()
	return l, nil
})

// request is body as a request to /sns.
func request(body []byte) []byte {
	head := fmt.Sprintf("POST /sns HTTP/1.1\r\nHost: oncalm\r\nContent-Type: text/plain; charset=UTF-8\r\n"+
		"User-Agent: Amazon Simple Notification Service Agent\r\nx-amz-sns-message-type: Notification\r\nContent-Length: %d\r\n\r\n", len(body))
	return append([]byte(head), body...)
}

// newLoadRig is a rig whose topic is the shared one.
func newLoadRig(b *testing.B) (*rig, *receiver, *loads) {
	b.Helper()
	l, err := sharedLoads()
	if err != nil {
		b.Fatal(err)
	}
	slack := newReceiver(b)
	r := newRig(b, slack.URL+"/api/")
	r.singly()
	r.topic = l.topic
	r.write("sns.pem", l.topic.Certificate())
	return r, slack, l
}

// connection is a client that costs next to nothing.
type connection struct {
	net.Conn
	in *bufio.Reader
}

func (r *rig) dial() *connection {
	r.t.Helper()
	c, err := net.Dial("tcp", r.addr)
	if err != nil {
		r.t.Fatal(err)
	}
	return &connection{c, bufio.NewReader(c)}
}

// do sends a request and returns the status of the answer.
func (c *connection) do(request []byte) (int, error) {
	if _, err := c.Write(request); err != nil {
		return 0, err
	}
	line, err := c.in.ReadSlice('\n')
	if err != nil || len(line) < 12 {
		return 0, fmt.Errorf("no answer: %w", err)
	}
	status, _ := strconv.Atoi(string(line[9:12]))
	length := 0
	for {
		if line, err = c.in.ReadSlice('\n'); err != nil {
			return 0, err
		}
		if len(line) <= 2 {
			break
		}
		if value, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			length, _ = strconv.Atoi(string(bytes.TrimSpace(value)))
		}
	}
	_, err = c.in.Discard(length)
	return status, err
}

// pour sends all requests from so many clients, and returns how long that took.
func pour(r *rig, clients int, requests [][]byte) time.Duration {
	r.t.Helper()
	var next atomic.Int64
	var all sync.WaitGroup
	begun := time.Now()
	for range clients {
		c := r.dial()
		all.Go(func() {
			defer c.Close()
			for n := int(next.Add(1)) - 1; n < len(requests); n = int(next.Add(1)) - 1 {
				if status, err := c.do(requests[n]); err != nil || status != http.StatusOK {
					r.t.Errorf("request %d: %d, %v", n, status, err)
					return
				}
			}
		})
	}
	all.Wait()
	return time.Since(begun)
}

// BenchmarkAccepted is how many alarms a second get their 200, by number of clients.
// Pages go out at the same time.
func BenchmarkAccepted(b *testing.B) {
	for _, tc := range []struct{ clients, alarms int }{{1, 2000}, {16, manyAlarms}, {64, manyAlarms}} {
		b.Run(fmt.Sprintf("clients=%d", tc.clients), func(b *testing.B) {
			for b.Loop() {
				r, _, l := newLoadRig(b)
				r.start()
				took := pour(r, tc.clients, l.bodies[:tc.alarms])
				r.stop()
				b.ReportMetric(float64(tc.alarms)/took.Seconds(), "alarms/s")
			}
		})
	}
}

// BenchmarkPaged is the time from an alarm's POST to the call of Slack, on an idle
// server; and the same of the least program.
func BenchmarkPaged(b *testing.B) {
	for _, kind := range []string{"plain", "bare"} {
		b.Run(kind, func(b *testing.B) {
			for b.Loop() {
				r, slack, l := newLoadRig(b)
				r.kind = kind
				took := oneByOne(b, r, slack, l)
				b.ReportMetric(took[len(took)/2].Seconds()*1000, "p50-ms")
				b.ReportMetric(took[len(took)*99/100].Seconds()*1000, "p99-ms")
			}
		})
	}
}

// oneByOne posts alarms, each when the page for the one before has come, and returns how
// long that took, in order.
func oneByOne(b *testing.B, r *rig, slack *receiver, l *loads) (took []time.Duration) {
	b.Helper()
	r.start()
	defer r.kill()
	c := r.dial()
	defer c.Close()
	for n, body := range l.bodies[:600] {
		begun := time.Now()
		if status, err := c.do(body); status != http.StatusOK {
			b.Fatal(status, err)
		}
		at := slack.page(fmt.Sprintf("%d/page/0.0/ana", n+1), 5*time.Second)
		if n >= 100 { // the first warm everything up
			took = append(took, at.Sub(begun))
		}
	}
	slices.Sort(took)
	return took
}

// BenchmarkStorm is 10,000 distinct alarms until the last page is out, what that costs
// in CPU and memory, and then 10,000 repeats of one of them.
func BenchmarkStorm(b *testing.B) {
	for b.Loop() {
		r, slack, l := newLoadRig(b)
		storming(b, r, slack, l)
	}
}

// BenchmarkBare is BenchmarkAccepted and the first part of BenchmarkStorm for a program
// that does next to nothing: what this machine allows.
func BenchmarkBare(b *testing.B) {
	for _, clients := range []int{1, 16, 64} {
		b.Run(fmt.Sprintf("clients=%d", clients), func(b *testing.B) {
			for b.Loop() {
				r, slack, l := newLoadRig(b)
				r.kind = "bare"
				r.start()
				alarms := min(clients*2000, manyAlarms)
				pid := r.cmd.Process.Pid
				before, begun := cpu(b, pid), time.Now()
				took := pour(r, clients, l.bodies[:alarms])
				out := slack.pagesOut(alarms, time.Minute).Sub(begun)
				b.ReportMetric(float64(alarms)/took.Seconds(), "alarms/s")
				b.ReportMetric(out.Seconds(), "all-out-s")
				b.ReportMetric((cpu(b, pid)-before).Seconds()/float64(alarms)*1000, "cpu-s/1000")
				r.stop()
			}
		})
	}
}

func storming(b *testing.B, r *rig, slack *receiver, l *loads) {
	b.Helper()
	ready := r.start()
	time.Sleep(300 * time.Millisecond)
	pid := r.cmd.Process.Pid
	b.ReportMetric(ready.Seconds()*1000, "ready-ms")
	b.ReportMetric(status(b, pid, "RssAnon")/1024, "idle-MiB") // what is mapped of files the kernel takes back when it likes
	before := cpu(b, pid)
	begun := time.Now()
	accepted := pour(r, 64, l.bodies)
	out := slack.pagesOut(manyAlarms, time.Minute).Sub(begun)
	b.ReportMetric(manyAlarms/accepted.Seconds(), "alarms/s")
	b.ReportMetric(out.Seconds(), "all-out-s")
	b.ReportMetric((cpu(b, pid)-before).Seconds()/manyAlarms*1000, "cpu-s/1000")
	repeats := slices.Repeat(l.bodies[:1], manyAlarms)
	pages := slack.count()
	took := pour(r, 64, repeats)
	b.ReportMetric(manyAlarms/took.Seconds(), "repeats/s")
	b.ReportMetric(status(b, pid, "RssAnon")/1024, "anon-MiB")
	if again := slack.count(); again != pages {
		b.Errorf("%d repeats caused %d pages", manyAlarms, again-pages)
	}
	for key, times := range slack.paged() {
		if times != 1 {
			b.Errorf("%s came %d times", key, times)
		}
	}
	r.stop()
}

// BenchmarkFull is BenchmarkStorm on a store with 100,000 incidents in it.
func BenchmarkFull(b *testing.B) {
	const stored = 100_000
	full := filepath.Join(b.TempDir(), "full.db")
	fill(b, full, stored)
	b.ResetTimer()
	for b.Loop() {
		r, slack, l := newLoadRig(b)
		copyFile(b, full, r.path("oncalm.db"))
		info, err := os.Stat(full)
		if err != nil {
			b.Fatal(err)
		}
		storming(b, r, slack, l)
		b.ReportMetric(float64(info.Size())/(1<<20), "store-MiB")
	}
}

func copyFile(t testing.TB, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Sync(); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

// status reads a line of a process's status, in kB.
func status(t testing.TB, pid int, name string) float64 {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, name+":"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(value)[0], 64)
			return kb
		}
	}
	t.Fatalf("/proc/%d/status has no %s", pid, name)
	return 0
}

// cpu is the time that a process has computed.
func cpu(t testing.TB, pid int) time.Duration {
	t.Helper()
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	fields := strings.Fields(string(text[bytes.LastIndexByte(text, ')')+1:]))
	user, _ := strconv.Atoi(fields[11])
	system, _ := strconv.Atoi(fields[12])
	return time.Duration(user+system) * 10 * time.Millisecond // ticks of 1/100 s
}
