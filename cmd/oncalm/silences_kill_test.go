package main

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// hush is one alarm that somebody silences, and what was confirmed of that.
type hush struct {
	name     string
	silenced bool // that it is silenced was confirmed
	body     []byte
	accepted bool // the alarm got its 200
	tried    bool // somebody has tried to end the silence
	ended    bool // and that was confirmed
}

// typed is what somebody is answered to a slash command; empty if nobody answers.
func typed(t *testing.T, s *slackfake.Slack, text string) string {
	resp := s.Hands.Command(t.Context(), "U0BO", "C0INCIDENTS", "/oncall", text)
	if resp.Err != nil || resp.Status != http.StatusOK {
		return ""
	}
	return string(resp.Body)
}

// acts silences the alarm, lets it fire, and ends the silence or not, as long as the server answers.
func (h *hush) acts(t *testing.T, s *slackfake.Slack, r *rig, ends bool) {
	if h.silenced = strings.Contains(typed(t, s, "silence "+h.name+" 2h we deploy"), "Silenced:"); !h.silenced {
		return
	}
	if h.accepted = r.post(h.body) == http.StatusOK; !h.accepted || !ends {
		return
	}
	h.tried = true
	h.ended = strings.Contains(typed(t, s, "unsilence "+h.name), "Ended:")
}

// standing are the alarms that are silenced, in a store that nobody has.
func standing(t *testing.T, path string) map[string]bool {
	t.Helper()
	db, err := cli.OpenStore(t.Context(), path, bolt.Options{MustExist: true})
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	err = db.View(t.Context(), func(tx store.Tx) error {
		for _, s := range silences.All(tx) {
			found[s.What()] = s.Ended.IsZero()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	return found
}

// killedSilencing kills the program again and again while people silence alarms and end that, and returns what was lost.
func killedSilencing(t *testing.T, kind string, rounds int) (wrong []string) {
	t.Helper()
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	slack.Bot.Connect("http://"+r.addr, nil)
	var mu sync.Mutex
	var all []*hush
	next := func() *hush {
		mu.Lock()
		defer mu.Unlock()
		h := &hush{name: fmt.Sprintf("alarm-%05d", len(all)+1)}
		h.body = r.alarm(h.name, incidents.AlarmFiring, time.Now())
		all = append(all, h)
		return h
	}
	r.kind = kind
	for range rounds {
		r.start()
		life := time.Duration(20+rand.IntN(150)) * time.Millisecond
		timer := time.AfterFunc(life, func() { _ = r.cmd.Process.Kill() })
		var people sync.WaitGroup
		for n := range 2 {
			people.Go(func() {
				for end := time.Now().Add(life); time.Now().Before(end); {
					next().acts(t, slack, r, n == 0 || rand.IntN(2) == 0)
				}
			})
		}
		people.Wait()
		timer.Stop()
		r.kill()
	}
	r.kind = "plain"
	r.start()
	for _, h := range all { // SNS sends again what had no answer
		if !h.accepted && r.post(h.body) != http.StatusOK {
			t.Fatalf("%s sent again after the last start is not accepted", h.name)
		}
	}
	time.Sleep(time.Second) // what should not be paged would be by then
	if code := r.stop(); code != cli.ExitFine {
		t.Errorf("exit %d", code)
	}
	silent := standing(t, r.path("oncalm.db"))
	r.start()
	patience := time.Now().Add(20 * time.Second)
	if kind != "plain" {
		patience = time.Now().Add(2 * time.Second)
	}
	for {
		if wrong = lostSilences(all, silent, r.pagesByAlarm(slack, "U0ANA")); len(wrong) == 0 || time.Now().After(patience) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	r.stop()
	if out, code := callStore(r.path("oncalm.db"), "fsck"); code != cli.ExitFine && kind == "plain" {
		wrong = append(wrong, fmt.Sprintf("fsck: exit %d: %s", code, out))
	}
	t.Logf("%d rounds, %d alarms, %d silences stand", rounds, len(all), len(silent))
	return wrong
}

// lostSilences is what does not hold: what was confirmed has happened, what is silenced pages nobody, and all else somebody.
func lostSilences(all []*hush, silent map[string]bool, pages map[string]int) (wrong []string) {
	say := func(format string, args ...any) { wrong = append(wrong, fmt.Sprintf(format, args...)) }
	for _, h := range all {
		switch stands := silent[h.name]; {
		case h.silenced && !h.tried && !stands:
			say("%s was silenced, and is not", h.name)
		case h.ended && stands:
			say("the silence of %s was ended, and stands", h.name)
		case stands && pages[h.name] > 0:
			say("%s is silenced, and was paged", h.name)
		case !stands && pages[h.name] == 0:
			say("%s is not silenced, and nobody was paged", h.name)
		}
	}
	return wrong
}

// TestKilledWhileSilencing kills the program again and again while people silence alarms and end that. Nothing that was confirmed is
// lost, what is silenced pages nobody, and what is not any more pages.
func TestKilledWhileSilencing(t *testing.T) {
	rounds := 15
	if testing.Short() {
		rounds = 4
	}
	for _, w := range killedSilencing(t, "plain", rounds) {
		t.Error(w)
	}
}

// TestKilledWhileSilencingControl shows that the test above can fail, with a store that answers before it has written.
func TestKilledWhileSilencingControl(t *testing.T) {
	for range 4 {
		if len(killedSilencing(t, "hasty", 6)) > 0 {
			return
		}
	}
	t.Error("a program that answers before it has written lost nothing: the test has no teeth")
}

// TestKilledOverMaintenance kills the program again and again while maintenance ends, or is taken out of the configuration: what
// still fires then pages, or is resolved, once and not before.
func TestKilledOverMaintenance(t *testing.T) {
	slack := newSlack(t)
	r := newRig(t, slack.APIURL())
	begun := time.Now().Add(-time.Minute).UTC()
	border := begun.Add(time.Minute + 5*time.Second).Truncate(time.Second)
	form := "2006-01-02T15:04:05"
	rule := func(name, alarm string, to time.Time, more string) string {
		return fmt.Sprintf("  - {name: %s, match: [%s], zone: UTC, from: %s, to: %s%s}\n", name, alarm, begun.Format(form), to.Format(form), more)
	}
	gone := rule("gone", "alarm-00003", border.Add(time.Hour), "")
	r.configure("default_service:", "maintenance:\n"+rule("pages", "alarm-00001", border, "")+
		rule("resolves", "alarm-00002", border, ", end: resolve")+gone+"default_service:")
	r.start()
	for _, name := range []string{"alarm-00001", "alarm-00002", "alarm-00003"} {
		if status := r.post(r.alarm(name, incidents.AlarmFiring, time.Now())); status != http.StatusOK {
			t.Fatalf("%s: %d", name, status)
		}
	}
	for time.Now().Before(border.Add(time.Second)) {
		time.Sleep(time.Duration(20+rand.IntN(200)) * time.Millisecond)
		r.kill()
		if n := pagesAbout(slack, "alarm-0000"); n > 0 && time.Now().Before(border) {
			t.Fatalf("%d pages %v before the maintenance is over", n, time.Until(border))
		}
		r.start()
	}
	r.kill()
	r.configure(gone, "")
	for range 4 {
		r.start()
		time.Sleep(time.Duration(rand.IntN(60)) * time.Millisecond)
		r.kill()
	}
	r.start()
	unpaged := func() bool { return pagesAbout(slack, "alarm-00001") == 0 || pagesAbout(slack, "alarm-00003") == 0 }
	for end := time.Now().Add(20 * time.Second); unpaged(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("not all that fires was paged:\n%s", r.logs)
		}
	}
	time.Sleep(500 * time.Millisecond) // what should not come would come now
	for name, want := range map[string]int{"alarm-00001": 1, "alarm-00002": 0, "alarm-00003": 1} {
		if n := pagesAbout(slack, name); n != want {
			t.Errorf("%d pages about %s, want %d", n, name, want)
		}
	}
	r.stop()
	out, _ := callStore(r.path("oncalm.db"), "timeline", "2")
	if n := strings.Count(out, "is over, and resolves what it silenced"); n != 1 {
		t.Errorf("it was resolved %d times:\n%s", n, out)
	}
	if out, code := callStore(r.path("oncalm.db"), "fsck"); code != cli.ExitFine {
		t.Errorf("fsck: exit %d: %s", code, out)
	}
}
