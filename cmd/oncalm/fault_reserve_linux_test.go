package main

import (
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
)

// TestReserve fills the disk to the last byte while incidents are open, and whatever fills it goes
// on trying. They are escalated to the end and can be acknowledged, new alarms are refused, and
// with space again the reserve is made whole. Without a reserve the same incidents stay where they are.
func TestReserve(t *testing.T) {
	t.Parallel() // it waits more than it computes
	if n := onFullDisk(t, true); n > 0 {
		t.Errorf("%d incidents were not escalated on a full disk", n)
	}
}

// TestReserveControl shows that the test above can fail.
func TestReserveControl(t *testing.T) {
	t.Parallel()
	if onFullDisk(t, false) == 0 {
		t.Error("without a reserve all was escalated: the test has no teeth")
	}
}

// onFullDisk returns how many of 20 incidents were not escalated on a full disk.
func onFullDisk(t *testing.T, reserved bool) (frozen int) {
	dir := smallDisk(t, 16<<20, 0)
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	path := filepath.Join(dir, "oncalm.db")
	r.storesIn(path)
	r.configure("wait: 30m}], rounds: 3", `wait: 6s}, {page: ["person:bo"], wait: 10m}], rounds: 3`)
	if !reserved { // where too little is free there is none
		if err := os.WriteFile(filepath.Join(dir, "ballast"), make([]byte, 14<<20), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	r.start()
	slack.Bot.Connect("http://"+r.addr, nil)
	open := map[string]string{}
	for n := range 20 {
		name := fmt.Sprintf("open-%05d", n)
		body := r.alarm(name, incidents.AlarmFiring, time.Now())
		if status := r.post(body); status != http.StatusOK {
			t.Fatal(status)
		}
		open[messageID(t, body)] = name
	}
	empty := keepFull(t, filepath.Join(dir, "filler"))
	f := &flood{full: make(chan struct{}), done: make(chan struct{})}
	go func() { <-f.full; close(f.done) }()
	f.pour(r)
	r.watchFull(20 * time.Second)
	frozen = r.escalated(slack, open)
	if !reserved {
		return frozen
	}
	pages := slack.DM("U0BO")
	m := pages[slices.IndexFunc(pages, func(m workspace.Message) bool { return strings.HasPrefix(m.Text, "sev2: open-") })]
	if resp := slack.Hands.Press(t.Context(), m, "Acknowledge", "U0BO"); resp.Status != http.StatusOK {
		t.Errorf("an acknowledgement on a full disk: %+v", resp)
	}
	if status, code := r.refusal(r.alarm("late", incidents.AlarmFiring,
		time.Now())); status != http.StatusServiceUnavailable || code != "E1017" {
		t.Errorf("a new alarm on a full disk: %d %s", status, code)
	}
	empty()
	later := r.alarm("later", incidents.AlarmFiring, time.Now())
	status, code := r.refusal(later)
	for again := 0; status == http.StatusServiceUnavailable && again < 3; again++ {
		status, code = r.refusal(later) // SNS tries three times more at once; a write may be under way that began while the disk was full
	}
	if status != http.StatusOK {
		t.Errorf("a new alarm with space again: %d %s", status, code)
	}
	if code := r.stop(); code != cli.ExitFine {
		t.Errorf("exit %d:\n%s", code, r.logs)
	}
	out, _ := r.call("incidents", "-config", r.path("oncalm.yaml"))
	if !strings.Contains(out, "acknowledged") {
		t.Errorf("nothing is acknowledged:\n%s", out)
	}
	return frozen
}

// escalated waits until somebody else was paged for each of these, too, and returns how many were not.
func (r *rig) escalated(slack *slackfake.Slack, open map[string]string) (frozen int) {
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(50 * time.Millisecond) {
		frozen = 0
		pages := r.pagesByAlarm(slack, "U0BO")
		for _, name := range open {
			if pages[name] == 0 {
				frozen++
			}
		}
		if frozen == 0 || time.Now().After(end) {
			return frozen
		}
	}
}

// keepFull makes a disk full to the last byte, and keeps it so until it is emptied: what others
// give up is taken at once.
func keepFull(t *testing.T, path string) (empty func()) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	fill := func() {
		for _, size := range []int{64 << 10, 4 << 10} {
			for err := error(nil); err == nil; {
				_, err = f.Write(make([]byte, size))
			}
		}
	}
	fill()
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for looks := time.Tick(5 * time.Millisecond); ; fill() {
			select {
			case <-looks:
			case <-end:
				return
			}
		}
	}()
	empty = sync.OnceFunc(func() {
		close(end)
		<-ended
		if err := errors.Join(f.Close(), os.Remove(path)); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(empty)
	return empty
}
