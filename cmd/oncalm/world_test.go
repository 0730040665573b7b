package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/cmd/oncalm/amazon"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// world is the whole program, wired as serve wires it, over a real store, with an SNS
// topic that signs before it and Slack behind it, in a bubble of time. Its words say
// what people and alarms do, and what is to be seen of it.
type world struct {
	t     *testing.T
	dir   string
	cfg   *config.Config
	topic *sns.SigningTopic
	slack *slackfake.Slack
	app   *app
	db    *bolt.DB
	stop  func()

	text   string                        // of the configuration; empty: worldConfig
	naked  bool                          // nobody audits
	lossy  bool                          // what was lost stays so: the store is not sound when all is over
	reload bool                          // another configuration is put in force without a restart
	hands  *hands                        // of the machine's clock
	unruly func(*world, time.Duration)   // lets time pass, for a clock that is set meanwhile; nil: it is not
	around func(store.Store) store.Store // what stands between the program and its store; nil: nothing
	scopes []string                      // of the bot's token; nil: all
	aws    http.RoundTripper             // to where AWS keeps its certificates
	ways   amazon.Ways                   // into AWS
	log    *slog.Logger                  // nil: nobody reads it

	heartbeat http.RoundTripper // to who watches over it

	flaky time.Duration  // how much later than told things may be seen
	seen  map[string]int // pages that were looked at, by person
}

// worldConfig has three people, two schedules, and an alarm of each severity. Each alarm has an incident of its own, which is what most
// scenes tell of; those of [together] do not.
const worldConfig = `
store: oncalm.db
slack: {bot_token: xoxb-fake, signing_secret: fake-signing-secret, channel: C0INCIDENTS}
sns: {topics: [%q], certificate: sns.pem}
people: {ana: {slack: U0ANA, zone: Europe/Berlin}, bo: {slack: U0BO}, cy: {slack: U0CY}}
schedules:
  days:
    zone: Europe/Berlin
    layers: [{name: primary, people: [ana], start: 1999-12-27T09:00, shift: 1w}]
  gap:
    zone: UTC
    layers: [{name: office, people: [bo], start: 1999-12-27T09:00, shift: 1w, only: [{days: mon-fri, from: "09:00", to: "10:00"}]}]
policies:
  days:
    steps: [{page: ["schedule:days"], wait: 5m}, {page: ["person:bo"], wait: 10m}]
    rounds: 2
    fallback: ["person:cy"]
    reminder: 30m
  gap: {steps: [{page: ["schedule:gap"], wait: 5m}], rounds: 1, fallback: ["person:cy"]}
services:
  checkout: {policy: days, severity: sev1, group: 0, alarms: ["checkout-*"], runbook: "https://wiki.example.com/checkout"}
  search: {policy: days, severity: sev3, group: 0, alarms: ["search-*"]}
  nights: {policy: gap, severity: sev2, group: 0, alarms: ["nights-*"]}
  rest: {policy: days, severity: sev2, group: 0, alarms: ["*"]}
default_service: rest
`

// sharedTopic spares each world the making of a key.
var sharedTopic = sync.OnceValues(func() (*sns.SigningTopic, error) {
	return sns.NewSigningTopic(rigTopic, time.Date(2000, 1, 1, 12, 0, 0, 0, time.UTC))
})

// play runs a scene in a new world.
func play(t *testing.T, scene func(*world)) {
	t.Helper()
	topic, err := sharedTopic()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, dir: t.TempDir(), topic: topic, seen: map[string]int{}}
		w.build()
		w.start()
		defer w.fsck()
		defer func() { w.stop() }()
		scene(w)
	})
}

func (w *world) build() {
	w.t.Helper()
	w.text = cmp.Or(w.text, worldConfig)
	w.hands = newHands()
	w.slack = slackfake.New(slackfake.Options{
		Users: []workspace.User{
			{ID: "U0ANA", Name: "ana"}, {ID: "U0BO", Name: "bo"}, {ID: "U0CY", Name: "cy"}, {ID: "U0EVE", Name: "eve"},
		},
		Channels: []workspace.Channel{{ID: "C0INCIDENTS", Name: "incidents"}},
		Scopes:   w.scopes, Subscriptions: []string{"reaction_added", "reaction_removed", "pin_added", "pin_removed"},
		Groups: []workspace.UserGroup{{ID: "S0ONCALL", Handle: "oncall", Users: []string{"U0EVE"}}},
	})
	for name, text := range map[string][]byte{
		"sns.pem": w.topic.Certificate(), "oncalm.yaml": fmt.Appendf(nil, w.text, rigTopic),
	} {
		if err := os.WriteFile(filepath.Join(w.dir, name), text, 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	cfg, problems := config.Load(filepath.Join(w.dir, "oncalm.yaml"), os.LookupEnv, time.Now())
	if errs := problems.Errors(); len(errs) > 0 {
		w.t.Fatal(errs)
	}
	w.cfg = cfg
}

// start runs the program.
func (w *world) start() {
	w.t.Helper()
	db, err := cli.OpenStore(w.t.Context(), w.cfg.Store, bolt.Options{})
	if err != nil {
		w.t.Fatal(err)
	}
	w.db = db
	var behind store.Store = db
	if w.around != nil {
		behind = w.around(db)
	}
	log := cmp.Or(w.log, slog.New(slog.DiscardHandler))
	w.app, err = newApp(w.cfg, behind, log, outside{
		slack: dated{w.slack.API.RoundTripper(), w.hands}, dial: w.slack.Socket.Dial, aws: w.aws, clock: w.hands.clock(),
		ways: w.ways, heartbeat: w.heartbeat,
		configuration: func(now time.Time) (*config.Config, reading.Problems) {
			return config.Load(filepath.Join(w.dir, "oncalm.yaml"), os.LookupEnv, now)
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	if w.naked {
		w.app.auditEach = 0
	}
	if w.slack.Bot.ConnectHandler(w.app.public()); w.cfg.Slack.Socket() {
		w.slack.Bot.Connect("https://socket.invalid", w.slack.Socket)
	}
	ctx, cancel := context.WithCancel(w.t.Context())
	w.app.now().planSilences(ctx)
	w.app.now().beginWatch(ctx)
	w.app.now().planHeartbeats(ctx)
	ended := make(chan error, 1)
	go func() { ended <- w.app.run(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Error(err)
		}
		if err := db.Close(); err != nil {
			w.t.Error(err)
		}
	}
	synctest.Wait()
}

// Restart stops the program and starts it again on the same store.
func (w *world) Restart() {
	w.t.Helper()
	w.stop()
	w.start()
}

// Wait lets time pass.
func (w *world) Wait(d time.Duration) {
	if w.unruly != nil && d > 3*time.Second {
		w.unruly(w, d)
		return
	}
	w.pass(d)
}

func (w *world) pass(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// Post posts a message of the topic and returns the status of the answer.
func (w *world) Post(x aws.Example) int {
	w.t.Helper()
	if x.At.IsZero() {
		x.At = time.Now()
	}
	body, err := w.topic.Alarm(x)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.PostBody(body)
}

// PostBody posts what SNS would.
func (w *world) PostBody(body []byte) int {
	r := httptest.NewRequest(http.MethodPost, "/sns", bytes.NewReader(body))
	rec := httptest.NewRecorder()
	w.app.public().ServeHTTP(rec, r)
	synctest.Wait()
	return rec.Code
}

// Alarm says that an alarm fires.
func (w *world) Alarm(name string) {
	w.t.Helper()
	if status := w.Post(aws.Example{Name: name}); status != http.StatusOK {
		w.t.Fatalf("alarm %s: %d", name, status)
	}
}

// OK says that an alarm is OK again.
func (w *world) OK(name string) {
	w.t.Helper()
	if status := w.Post(aws.Example{Name: name, State: incidents.AlarmOK}); status != http.StatusOK {
		w.t.Fatalf("alarm %s OK: %d", name, status)
	}
}

// slackID is the id of one of our people.
func slackID(person string) string { return "U0" + strings.ToUpper(person) }

// pages lists the pages to somebody, the oldest first. Where calls of Slack fail, one may come twice, and counts once.
func (w *world) pages(person string) []workspace.Message {
	told := map[string]bool{}
	return slices.DeleteFunc(w.slack.DM(slackID(person)), func(m workspace.Message) bool {
		if m.Metadata == nil || m.Metadata.EventType != "oncalm_page" {
			return true
		}
		key := fmt.Sprint(m.Metadata.EventPayload)
		again := told[key] && (w.flaky > 0 || strings.HasPrefix(m.Text, "(perhaps a repeat) "))
		told[key] = true
		return again
	})
}

// Paged says that somebody has got a page that was not looked at yet, and looks at it.
func (w *world) Paged(person, text string) workspace.Message {
	w.t.Helper()
	n := w.seen[person]
	for end := time.Now().Add(w.flaky); len(w.pages(person)) <= n && time.Now().Before(end); {
		w.Wait(time.Second)
	}
	pages := w.pages(person)
	if len(pages) <= n {
		w.t.Fatalf("at %s: no page to %s about %s", clock(), person, text)
	}
	w.seen[person]++
	if !strings.Contains(pages[n].Text, text) {
		w.t.Errorf("at %s: the page to %s is %q, want one about %s", clock(), person, pages[n].Text, text)
	}
	return pages[n]
}

func clock() string { return time.Now().UTC().Format("15:04:05") }

// Quiet says that nobody has got a page that was not looked at yet.
func (w *world) Quiet() {
	w.t.Helper()
	for _, person := range []string{"ana", "bo", "cy"} {
		pages := w.pages(person)
		for _, m := range pages[min(w.seen[person], len(pages)):] {
			w.t.Errorf("at %s: a page to %s that nobody should have got: %s", clock(), person, m.Text)
		}
		w.seen[person] = len(pages)
	}
}

// Press presses a button of a message.
func (w *world) Press(person string, m workspace.Message, button string) {
	w.t.Helper()
	b, ok := m.Button(button)
	if !ok {
		w.t.Fatalf("the message %q has no button %s", m.Text, button)
	}
	resp := w.slack.Hands.Press(w.t.Context(), m, b.ActionID, slackID(person))
	if resp.Err != nil || resp.Status != http.StatusOK {
		w.t.Fatalf("%s pressed %s: %d, %v", person, button, resp.Status, resp.Err)
	}
	synctest.Wait()
}

// Says is what somebody is answered to a slash command in the channel.
func (w *world) Says(person, command, text string) string {
	w.t.Helper()
	resp := w.slack.Hands.Command(w.t.Context(), slackID(person), "C0INCIDENTS", command, text)
	if resp.Err != nil || resp.Status != http.StatusOK {
		w.t.Fatalf("%s typed %s %s: %d, %v", person, command, text, resp.Status, resp.Err)
	}
	synctest.Wait()
	if resp.Message == nil {
		return ""
	}
	return resp.Message.Text + "\n" + string(resp.Message.Blocks)
}

// turnsAway has a stranger type a command, and returns what they are told once Slack has said who they are.
func (w *world) turnsAway(stranger, command, text string) string {
	w.t.Helper()
	before := len(w.slack.Ephemerals("C0INCIDENTS", slackID(stranger)))
	if now := w.Says(stranger, command, text); now != "" {
		return now
	}
	w.Wait(time.Second)
	told := w.slack.Ephemerals("C0INCIDENTS", slackID(stranger))
	if len(told) != before+1 {
		w.t.Fatalf("%s typed %s %s, and was told %d times", stranger, command, text, len(told)-before)
	}
	return told[before].Text
}

// Card is the incident's message in the channel, as it stands.
func (w *world) Card(id string) workspace.Message {
	w.t.Helper()
	var found []workspace.Message
	for end := time.Now().Add(w.flaky + 5*time.Second); len(found) == 0 && time.Now().Before(end); w.Wait(time.Second) {
		for _, m := range w.slack.Messages("C0INCIDENTS") {
			if m.Metadata != nil && strings.HasPrefix(fmt.Sprint(m.Metadata.EventPayload["key"]), id+"/card") {
				found = append(found, m)
			}
		}
	}
	if len(found) != 1 {
		w.t.Fatalf("incident %s has %d cards, want 1", id, len(found))
	}
	return found[0]
}

// evidence is what the alarm of an incident says.
func (w *world) evidence(i incidents.Incident) (a *incidents.Alarm) {
	w.t.Helper()
	err := w.app.store.View(w.t.Context(), func(tx store.Tx) (err error) {
		a, err = incidents.Evidence(tx, &i)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return a
}

// Incident reads an incident.
func (w *world) Incident(id string) (i incidents.Incident, kinds []string) {
	w.t.Helper()
	err := w.app.store.View(w.t.Context(), func(tx store.Tx) error {
		events, err := incidents.Timeline(tx, id)
		if err != nil {
			return err
		}
		kinds = nil
		for _, e := range events {
			kinds = append(kinds, e.Kind())
		}
		i, err = incidents.Fold(id, events)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return i, kinds
}

// Status says that an incident has a status.
func (w *world) Status(id string, want incidents.Status) {
	w.t.Helper()
	if i, _ := w.Incident(id); i.Status != want {
		w.t.Errorf("at %s: incident %s is %s, want %s", clock(), id, i.Status, want)
	}
}

// fsck checks that the store holds what it must when all is over.
func (w *world) fsck() {
	w.t.Helper()
	if w.lossy {
		return
	}
	var out bytes.Buffer
	code := run(context.Background(), []string{"fsck", "-config", filepath.Join(w.dir, "oncalm.yaml")},
		os.LookupEnv, nil, &out, &out)
	if code != cli.ExitFine {
		w.t.Errorf("fsck: exit %d: %s", code, out.String())
	}
}
