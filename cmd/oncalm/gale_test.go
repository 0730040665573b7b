package main

import (
	"bytes"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
)

// A gale is that many alarms which fire at once, spread evenly over services, and over people who are on call, with Slack's
// limits. Half a minute later an alarm of a sev1 fires on a service of the first person.
type gale struct {
	alarms, services, people int
	singly                   bool // each incident is told in a message of its own
}

// figures is what a storm was like for the people, and for Slack.
type figures struct {
	first  time.Duration // until the first page stands
	told   time.Duration // until every incident but the sev1 is told to somebody
	urgent time.Duration // until the sev1 is told, from its own alarm on
	minute int           // messages to one person in the first minute, at most
	all    int           // messages to one person until all are told, at most
	cards  int           // messages in the channel until then
	calls  float64       // for one message that Slack accepts
	lines  float64       // of the log, in a second
	logged int           // bytes of it
}

func (f figures) String() string {
	return fmt.Sprintf("first page after %v, sev1 after %v, all told after %v; to one person %d messages in the first minute, %d in all; %d in the channel; %.2f calls for one message; %.2f log lines a second, %d KiB",
		f.first, f.urgent, f.told, f.minute, f.all, f.cards, f.calls, f.lines, f.logged>>10)
}

// person is the name of the n-th.
func (s gale) person(n int) string { return fmt.Sprintf("p%02d", n%s.people) }

// config is a configuration in which each service is of one person.
func (s gale) config() string {
	var b strings.Builder
	fmt.Fprintf(&b, "store: oncalm.db\n"+
		"slack: {bot_token: xoxb-fake, signing_secret: fake-signing-secret, channel: C0INCIDENTS, joined_pages: %t}\n", !s.singly)
	b.WriteString(
		"sns: {topics: [%q], certificate: sns.pem}\npeople:\n")
	for n := range s.people {
		fmt.Fprintf(&b, "  %s: {slack: %s}\n", s.person(n), slackID(s.person(n)))
	}
	b.WriteString("policies:\n")
	for n := range s.people {
		fmt.Fprintf(&b, "  %[1]s: {steps: [{page: [\"person:%[1]s\"], wait: 2h}], rounds: 1, fallback: [\"person:%[1]s\"]}\n", s.person(n))
	}
	fmt.Fprintf(&b, "services:\n  urgent: {policy: %s, severity: sev1, group: 0, alarms: [\"urgent-*\"]}\n", s.person(0))
	for n := range s.services {
		fmt.Fprintf(&b, "  svc%02d: {policy: %s, severity: sev2, group: 0, alarms: [\"svc%02d-*\"]}\n", n, s.person(n), n)
	}
	b.WriteString("default_service: svc00\n")
	return b.String()
}

// diary counts what is logged.
type diary struct {
	mu           sync.Mutex
	lines, bytes int
}

func (d *diary) Write(p []byte) (int, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.lines += bytes.Count(p, []byte("\n"))
	d.bytes += len(p)
	return len(p), nil
}

func (d *diary) read() (lines, size int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lines, d.bytes
}

// rage lets the storm break loose, and watches it until every incident is told, for two hours at most.
func (s gale) rage(t *testing.T) (f figures) {
	t.Helper()
	topic, err := sharedTopic()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		var said diary
		w := &world{t: t, dir: t.TempDir(), topic: topic, seen: map[string]int{}, text: s.config()}
		w.log = slog.New(slog.NewJSONHandler(&said, nil))
		w.build()
		for n := range s.people {
			w.slack.SetUser(workspace.User{ID: slackID(s.person(n)), Name: s.person(n)})
		}
		w.slack.Limits.On(true)
		w.start()
		defer func() { w.stop(); w.fsck() }()
		w.Wait(10 * time.Second) // it has asked Slack all that it asks at its start
		s.watch(w, &said, &f)
	})
	return f
}

func (s gale) watch(w *world, said *diary, f *figures) {
	w.t.Helper()
	begun, before := time.Now(), w.slack.Limits.Counts()
	linesBefore, bytesBefore := said.read()
	for n := range s.alarms {
		w.Alarm(fmt.Sprintf("svc%02d-alarm-%05d", n%s.services, n/s.services))
	}
	var urgent time.Time
	for tick := 1; f.told == 0; tick++ {
		if time.Since(begun) > 2*time.Hour {
			w.t.Fatal("not all are told after two hours")
		}
		w.Wait(100 * time.Millisecond)
		since := time.Since(begun)
		if f.first == 0 && s.most(w) > 0 {
			f.first = since
		}
		if since <= time.Minute {
			f.minute = s.most(w)
		}
		if urgent.IsZero() && since >= 30*time.Second {
			urgent = time.Now()
			w.Alarm("urgent-5xx-rate")
		}
		if tick%100 == 0 && !urgent.IsZero() {
			open, last := s.untold(w, begun, urgent, f)
			if open == 0 {
				f.told = last
			}
		}
	}
	f.all = s.most(w)
	after := w.slack.Limits.Counts()
	made, accepted := 0, 0
	for _, method := range []string{"chat.postMessage", "chat.update"} {
		made += after.Methods[method].Calls - before.Methods[method].Calls
		accepted += after.Methods[method].Accepted() - before.Methods[method].Accepted()
	}
	f.calls = float64(made) / float64(accepted)
	f.cards = after.Conversations["C0INCIDENTS"].Accepted()
	lines, size := said.read()
	f.lines, f.logged = float64(lines-linesBefore)/time.Since(begun).Seconds(), size-bytesBefore
}

// most is how many messages the person has got who has got the most.
func (s gale) most(w *world) (n int) {
	by := w.slack.Limits.Counts().Conversations
	for p := range s.people {
		n = max(n, by[workspace.DMID(slackID(s.person(p)))].Accepted())
	}
	return n
}

// untold counts the incidents that were told to nobody yet, and says when the last was told of the others.
func (s gale) untold(w *world, begun, urgent time.Time, f *figures) (open int, last time.Duration) {
	w.t.Helper()
	err := w.app.store.View(w.t.Context(), func(tx store.Tx) error {
		all, err := history.Newest(tx, s.alarms+1)
		if err != nil {
			return err
		}
		for _, i := range all {
			at, ok := toldAt(i)
			switch {
			case !ok:
				open++
			case i.Service == "urgent":
				f.urgent = at.Sub(urgent)
			default:
				last = max(last, at.Sub(begun))
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return open, last
}

// toldAt is when the first page of an incident was delivered.
func toldAt(i incidents.Incident) (at time.Time, ok bool) {
	for p := range maps.Values(i.Pages) {
		if !p.Delivered.IsZero() && (!ok || p.Delivered.Before(at)) {
			at, ok = p.Delivered, true
		}
	}
	return at, ok
}

// beyond names what was worse than it may be.
func (f figures) beyond(most figures) (worse []string) {
	add := func(what string, got, most float64) {
		if got > most {
			worse = append(worse, fmt.Sprintf("%s: %.2f, more than %.2f", what, got, most))
		}
	}
	add("seconds to the first page", f.first.Seconds(), most.first.Seconds())
	add("seconds until all are told", f.told.Seconds(), most.told.Seconds())
	add("seconds until the sev1 is told", f.urgent.Seconds(), most.urgent.Seconds())
	add("messages to one person in the first minute", float64(f.minute), float64(most.minute))
	add("messages to one person", float64(f.all), float64(most.all))
	add("messages in the channel", float64(f.cards), float64(most.cards))
	add("calls for one message", f.calls, most.calls)
	add("log lines in a second", f.lines, most.lines)
	add("bytes of the log", float64(f.logged), float64(most.logged))
	return worse
}

// TestGale is a thousand alarms on twenty services, of which one person is told; and a thousand of which sixty
// people are told, who share what Slack takes from a workspace. Before pages were joined and messages admitted in turns, the first of
// these was: first page after 100ms, sev1 after 2m13s, all told after 16m38s; to one person 62 messages in the first minute, 1001 in all;
// 1001 in the channel; 1.96 calls for one message; 498 log lines a second, 108 MiB.
func TestGale(t *testing.T) {
	most := figures{
		first: time.Second, told: 2 * time.Minute, urgent: 2 * time.Second, minute: 10, all: 25, cards: 8,
		calls: 1.2, lines: 1, logged: 1 << 20,
	}
	gales := []gale{{alarms: 1000, services: 20, people: 1}, {alarms: 1000, services: 60, people: 60}}
	if testing.Short() {
		gales = []gale{{alarms: 200, services: 20, people: 1}}
	}
	for _, s := range gales {
		t.Run(fmt.Sprintf("%d alarms for %d", s.alarms, s.people), func(t *testing.T) {
			f := s.rage(t)
			t.Log(f)
			for _, what := range f.beyond(most) {
				t.Error(what)
			}
		})
	}
}

// TestGaleControl holds that pages which are not joined are too much.
func TestGaleControl(t *testing.T) {
	f := gale{alarms: 200, services: 20, people: 1, singly: true}.rage(t)
	t.Log(f)
	if f.minute <= 10 || f.all <= 25 {
		t.Errorf("each incident has a message of its own, and there are %d in the first minute, %d in all", f.minute, f.all)
	}
}

// TestGaleCanFail holds that each figure is compared.
func TestGaleCanFail(t *testing.T) {
	bad := figures{2 * time.Second, 2 * time.Second, 2 * time.Second, 2, 2, 2, 2, 2, 2}
	good := figures{time.Second, time.Second, time.Second, 1, 1, 1, 1, 1, 1}
	if n := len(bad.beyond(good)); n != 9 {
		t.Errorf("of nine figures that are beyond, %d are named", n)
	}
	if worse := good.beyond(good); len(worse) > 0 {
		t.Error(worse)
	}
}
