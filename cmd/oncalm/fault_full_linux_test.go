package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
)

// smallDisk mounts a disk of so many bytes.
func smallDisk(t *testing.T, size int, flags uintptr) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", flags, fmt.Sprintf("size=%d", size)); err != nil {
		needed(t, "root, who may mount a small disk: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// refusal posts a message and returns the answer.
func (r *rig) refusal(body []byte) (status int, code string) {
	r.t.Helper()
	resp, err := r.client.Post("http://"+r.addr+"/sns", "text/plain; charset=UTF-8", bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	var answer struct{ Code string }
	if err := json.NewDecoder(resp.Body).Decode(&answer); err != nil {
		r.t.Fatal(err)
	}
	return resp.StatusCode, answer.Code
}

// flood is alarms that pour in while a disk is full.
type flood struct {
	full, done chan struct{} // closed at the first refusal; to end it

	mu       sync.Mutex
	n        int
	accepted map[string]string // names by the ids of their messages
	refused  map[string][]byte // messages by names
	codes    map[string]int    // what was answered
}

// pour posts new alarms, several at a time, until f.done is closed.
func (f *flood) pour(r *rig) {
	r.t.Helper()
	f.accepted, f.codes = map[string]string{}, map[string]int{}
	f.more(r)
}

// more goes on pouring until f.done is closed again.
func (f *flood) more(r *rig) {
	r.t.Helper()
	f.refused = map[string][]byte{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for f.one(r) {
			}
		})
	}
	all.Wait()
}

// one posts one alarm, unless the flood is over.
func (f *flood) one(r *rig) bool {
	select {
	case <-f.done:
		return false
	default:
	}
	f.mu.Lock()
	f.n++
	name := fmt.Sprintf("alarm-%05d", f.n)
	f.mu.Unlock()
	body := r.alarm(name, incidents.AlarmFiring, time.Now())
	status, code := r.refusal(body)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.codes[fmt.Sprint(status, " ", code)]++
	if status == http.StatusOK {
		f.accepted[messageID(r.t, body)] = name
		return true
	}
	if len(f.refused) == 0 {
		close(f.full)
	}
	f.refused[name] = body
	return true
}

// again posts what was refused once there is space, as SNS would.
func (f *flood) again(r *rig, refused map[string][]byte) {
	r.t.Helper()
	for name, body := range refused {
		if status, code := r.refusal(body); status != http.StatusOK {
			r.t.Errorf("with space again: %d %s", status, code)
		}
		f.accepted[messageID(r.t, body)] = name
	}
}

// TestFullDisk fills the disk below the program. It says so to SNS, which sends again,
// lives on, and takes alarms again when there is space. Nothing accepted is lost, and
// nobody is paged for ever because it cannot be written down that they were.
func TestFullDisk(t *testing.T) {
	t.Parallel() // it waits more than it computes
	dir := smallDisk(t, 3<<20, 0)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	r.storesIn(filepath.Join(dir, "oncalm.db"))
	r.start()
	f := &flood{full: make(chan struct{}), done: make(chan struct{})}
	var watching sync.WaitGroup
	watching.Go(func() {
		defer close(f.done)
		<-f.full
		r.watchFull(20 * time.Second)
		if !testing.Short() {
			time.Sleep(5 * time.Second) // pages go out, and cannot be recorded as delivered
		}
	})
	f.pour(r)
	watching.Wait()
	want := []string{"channel: 🔴 Oncalm cannot store alarms: no space left", "ana: 🔴 Oncalm cannot store alarms: no space left", "bo: 🔴 Oncalm cannot store alarms: no space left"}
	if got := selfPages(slack); !slices.Equal(got, want) {
		t.Errorf("self-pages: %q, want %q", got, want)
	}
	t.Logf("answers while the disk was full: %v", f.codes)
	if f.codes["200 "]+f.codes["503 E1017"] != len(f.accepted)+len(f.refused) {
		t.Errorf("answers: %v, want 200 and 503 E1017", f.codes)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	f.again(r, firstOf(f.refused, 20))
	r.allPaged(slack, f.accepted, 2)
	if code := r.stop(); code != cli.ExitFine {
		t.Errorf("exit %d:\n%s", code, r.logs)
	}
	holdsAccepted(t, filepath.Join(dir, "oncalm.db"), f.accepted)
	t.Logf("%d alarms accepted", len(f.accepted))
}

// TestStartOnFullDisk: where nothing can be written the program still starts, says what is
// wrong, and takes alarms as soon as there is space.
func TestStartOnFullDisk(t *testing.T) {
	t.Parallel()
	dir := smallDisk(t, 3<<20, 0)
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	r.storesIn(filepath.Join(dir, "oncalm.db"))
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 2<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	f := &flood{full: make(chan struct{}), done: make(chan struct{})}
	r.start()
	go func() { <-f.full; close(f.done) }()
	f.pour(r)
	r.kill()
	fill, err := os.OpenFile(filepath.Join(dir, "more"), os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	for err == nil { // to the last byte
		_, err = fill.Write(make([]byte, 4096))
	}
	fill.Close()
	r.start()
	if f.full, f.done = make(chan struct{}), make(chan struct{}); !r.alive() {
		t.Error("on a full disk it does not start")
	}
	go func() { <-f.full; close(f.done) }()
	f.more(r) // what was free within the file is used first
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	f.again(r, f.refused)
	r.allPaged(slack, f.accepted, 3)
	if code := r.stop(); code != cli.ExitFine {
		t.Errorf("exit %d:\n%s", code, r.logs)
	}
}

// watchFull waits until the program says that it is not ready, since the store is full,
// and looks that it is alive.
func (r *rig) watchFull(patience time.Duration) {
	const full = `{"name":"store","ok":false,"reason":"no space left for the store"}`
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		status, body := r.get("/readyz")
		if status == http.StatusServiceUnavailable && strings.Contains(body, full) {
			break
		}
		if time.Now().After(end) {
			r.t.Errorf("on a full disk readyz says %d %s", status, body)
			break
		}
	}
	if !r.alive() {
		r.t.Error("on a full disk it is not alive")
	}
}

// firstOf returns some of them.
func firstOf[V any](all map[string]V, n int) map[string]V {
	some := map[string]V{}
	for k, v := range all {
		if len(some) < n {
			some[k] = v
		}
	}
	return some
}

// TestReadOnlyDisk starts the program where nothing can be written.
func TestReadOnlyDisk(t *testing.T) {
	r := newRig(t, newSlack(t).APIURL())
	dir := smallDisk(t, 1<<20, syscall.MS_RDONLY)
	r.storesIn(filepath.Join(dir, "oncalm.db"))
	out, code := r.call("serve", "-config", r.path("oncalm.yaml"))
	if want := "read-only file system: mount it for writing, or keep the store elsewhere\n"; code != cli.ExitUsage || !strings.HasSuffix(out, want) {
		t.Errorf("exit %d: %s\nwant exit %d: …%s", code, out, cli.ExitUsage, want)
	}
}
