//go:build unix

package main

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/ops"
)

// eventually waits until something is so.
func (r *rig) eventually(what string, so func() bool) {
	r.t.Helper()
	for end := time.Now().Add(time.Minute); !so(); {
		if time.Now().After(end) {
			r.t.Fatalf("not within a minute: %s\n%s", what, r.logs)
		}
		<-time.After(5 * time.Millisecond)
	}
}

func (r *rig) logged(text string) func() bool {
	return func() bool { return strings.Contains(r.logs.String(), text) }
}

// TestHangup: the signal by which operators have a program read its configuration again does so, and so does the command. A
// wrong one is told to both, and changes nothing.
func TestHangup(t *testing.T) {
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	r.start()
	r.configure("people: [ana]", "people: [bo]")
	if err := r.cmd.Process.Signal(syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	r.eventually("a line in the log", r.logged(`"changes":["schedules: changed main"]`))
	if status := r.post(r.alarm("alarm-00001", incidents.AlarmFiring, time.Now())); status != http.StatusOK {
		t.Fatal(status)
	}
	r.eventually("a page to bo", func() bool { // who may have got the notice of the handoff, too
		return slices.ContainsFunc(slack.DM("U0BO"), func(m workspace.Message) bool {
			return strings.Contains(m.Text, "alarm-00001")
		})
	})

	r.configure(`page: ["schedule:main"]`, `page: ["schedule:mian"]`)
	config := r.path("oncalm.yaml")
	out, code := r.call("reload", "-config", config)
	if code != cli.ExitUsage || !strings.Contains(out, `oncalm: `+config+`:11:26: there is no schedule "mian"; did you mean "main"?`) ||
		!strings.Contains(out, "the configuration of before stays in force") {
		t.Errorf("exit %d: %s", code, out)
	}
	if !r.logged(`:11:26: there is no schedule \"mian\"`)() {
		t.Errorf("the log does not say it:\n%s", r.logs)
	}
	if status := r.post(r.alarm("alarm-00002", incidents.AlarmFiring, time.Now())); status != http.StatusOK {
		t.Fatal(status)
	}

	r.configure(`schedule:mian`, `schedule:main`)
	r.configure(`listen: "`+r.addr, `listen: "127.0.0.1:1`)
	if out, code = r.call("reload", "-config", config); code != cli.ExitFine ||
		!strings.HasSuffix(out, "is in force\n  unchanged until the server is restarted: listen\n") {
		t.Errorf("exit %d: %s", code, out)
	}
	if !r.alive() {
		t.Error("it does not listen where it did")
	}
	r.configure("{ana: ", "{dee: {slack: U0DEE}, ana: ")
	var told ops.Reloaded
	if out, code = r.call("reload", "-config", config, "-json"); code != cli.ExitFine || json.Unmarshal([]byte(out), &told) != nil ||
		!told.Done || len(told.Changes) != 1 || told.Changes[0].String() != "people: added dee" {
		t.Errorf("exit %d: %s", code, out)
	}
	r.write("oncalm.yaml", []byte("listen: ["))
	if out, code = r.call("reload", "-config", config); code != cli.ExitUsage || !strings.Contains(out, config+":1:9: ") {
		t.Errorf("exit %d: %s", code, out)
	}
	if code := r.stop(); code != cli.ExitFine {
		t.Errorf("exit %d:\n%s", code, r.logs)
	}
	if out, code = r.call("reload", "-store", r.path("oncalm.db")); code != cli.ExitNo || !strings.Contains(out, "start it with oncalm serve") {
		t.Errorf("exit %d: %s", code, out)
	}
}

// TestHangupsInAStorm: while alarms pour in, the configuration is read again all the time; each alarm is answered, and each
// page goes out once.
func TestHangupsInAStorm(t *testing.T) {
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	r.start()
	s, over := newStorm(), atomic.Bool{}
	hung := make(chan int)
	go func() {
		n := 0
		for ; !over.Load(); n++ {
			_ = r.cmd.Process.Signal(syscall.SIGHUP)
			<-time.After(20 * time.Millisecond)
		}
		hung <- n
	}()
	s.blow(r, 8, 2*time.Second)
	over.Store(true)
	n := <-hung
	if len(s.queued) > 0 || len(s.acked) < 20 {
		t.Errorf("%d alarms were not answered, %d were", len(s.queued), len(s.acked))
	}
	r.eventually("all are paged", func() bool { return len(r.pagesByAlarm(slack, "U0ANA")) == len(s.acked) })
	for name, pages := range r.pagesByAlarm(slack, "U0ANA") {
		if pages != 1 || !s.acked[name] {
			t.Errorf("%s: %d pages", name, pages)
		}
	}
	r.eventually("the last is done", r.logged("a new configuration is in force"))
	t.Logf("%d alarms, %d signals", len(s.acked), n)
	if code := r.stop(); code != cli.ExitFine {
		t.Errorf("exit %d:\n%s", code, r.logs)
	}
}
