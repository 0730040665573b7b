package bot

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/oncalm/oncalm/actions"
	talk "github.com/oncalm/oncalm/bot/actions"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/bot/slackfake"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
)

var update = flag.Bool("update", false, "write the golden files anew")

// world is the bot with everything around it: Slack and a store in memory, paging, a running outbox.
type world struct {
	t         *testing.T
	slack     *slackfake.Slack
	bot       *Bot
	book      *incidents.Book
	overrides *overrides.Book
	pager     *paging.Pager
	runner    *outbox.Runner
	db        store.Store
	disk      store.Store // what outlives a restart
	logged    *buffer
	groups    []outbox.Group
	drawings  atomic.Int64 // attempts to draw a card
	stop      func()
	// subscriptions are the events that Slack tells of when people act.
	subscriptions []string

	joined bool // pages that wait are told together

	connect func()           // how Slack reaches the bot, if not by its handler
	line    string           // the number of a line of a timeline (see noted)
	buttons map[string]drawn // see drawn
}

const (
	ana, bo, cy = "U0ANA", "U0BO", "U0CY"
	channel     = "incidents"
)

// begin makes a world inside a bubble. It ends with the test.
func begin(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	return beginWith(t, outbox.DefaultGroups(nil), change...)
}

func beginWith(t *testing.T, groups []outbox.Group, change ...func(*Options)) *world {
	t.Helper()
	return (&world{t: t, logged: &buffer{}, groups: groups}).begin(change...)
}

// beginJoined is begin with joined pages.
func beginJoined(t *testing.T, change ...func(*Options)) *world {
	t.Helper()
	return (&world{t: t, logged: &buffer{}, groups: outbox.DefaultGroups(nil), joined: true}).begin(change...)
}

func (w *world) begin(change ...func(*Options)) *world {
	w.t.Helper()
	w.slack = slackfake.New(slackfake.Options{
		Users: []workspace.User{
			{ID: ana, Name: "ana", RealName: "Ana Alvarez", Zone: "Europe/Berlin"}, {ID: bo, Name: "bo"}, {ID: cy, Name: "cy"},
			{ID: "U0MAL", Name: "mal"},
		},
		Subscriptions: w.subscriptions, Groups: []workspace.UserGroup{{ID: "S0LEADS", Handle: "leads", Users: []string{"U0MAL"}}},
		Channels: []workspace.Channel{{ID: "C0INC", Name: channel}, {ID: "C0GEN", Name: "general"}, elsewhere()},
	})
	w.disk = newMemory()
	w.open(w.disk, change...)
	synctest.Wait() // Slack has told who we are
	return w
}

func (w *world) open(db store.Store, change ...func(*Options)) {
	log := slog.New(slog.NewTextHandler(w.logged, &slog.HandlerOptions{Level: slog.LevelDebug}))
	w.runner = &outbox.Runner{Handlers: map[string]outbox.Handler{}, Groups: w.groups, Log: log,
		Calendar: map[string]bool{talk.KindRemind: true, talk.KindDigest: true, review.KindRemind: true}}
	w.db = outbox.Waking(db, w.runner)
	w.runner.Store = w.db
	w.book = &incidents.Book{Store: w.db}
	w.overrides = &overrides.Book{Schedules: schedules()}
	w.pager = &paging.Pager{Book: w.book, Policy: policy, Overrides: w.overrides}
	o := Options{
		APIURL: w.slack.APIURL(), Token: w.slack.Token(), SigningSecrets: []string{w.slack.SigningSecret()},
		Transport: w.slack.API.RoundTripper(), Channel: "C0INC", Book: &incidents.Book{Store: w.db},
		Pager: w.pager, Overrides: w.overrides, Services: []string{"checkout"},
		People: map[string]chat.Person{"ana": {Slack: ana, Zone: time.FixedZone("CET", 3600)}, "bo": {Slack: bo}, "cy": {Slack: cy},
			"nil": {}},
		Postmortem: func(_ context.Context, id string) (string, error) {
			return "# Postmortem of " + id + "\n\n<!channel> *hostile*\n", nil
		},
		Log: log, Metrics: prometheus.NewRegistry(),
	}
	for _, f := range change {
		f(&o)
	}
	b, err := New(o)
	if err != nil {
		w.t.Fatal(err)
	}
	w.bot = b
	w.pager.Channels = map[string]paging.Channel{incidents.ViaSlack: b.Pages()}
	if !w.joined {
		w.pager.Channels[incidents.ViaSlack] = paging.Singly{Channel: b.Pages()}
	}
	w.overrides.Known, w.overrides.Reachable = func(person string) bool { _, ok := o.People[person]; return ok },
		func(person string) bool { return o.People[person].Slack != "" }
	w.overrides.Followers = []overrides.Follower{b.FollowOverrides}
	if o.Silences != nil {
		o.Silences.Followers = []silences.Follower{b.Silence.Follow}
		maps.Copy(w.runner.Handlers, o.Silences.Handlers())
	}
	for n := range w.groups {
		if w.groups[n].Name == "pages" {
			w.groups[n].Probe = b.Probe
		}
	}
	w.book.Followers = []incidents.Follower{w.pager.Follow, b.Follow, actions.Follow}
	handlers := []map[string]outbox.Handler{w.overrides.Handlers(), w.pager.Handlers(), b.Handlers()}
	if o.Freezes != nil {
		w.book.Followers = append(w.book.Followers, o.Freezes.Follow)
		handlers = append(handlers, o.Freezes.Handlers())
	}
	if o.Rollbacks != nil {
		w.book.Followers = append(w.book.Followers, o.Rollbacks.Follow)
		handlers = append(handlers, o.Rollbacks.Handlers())
	}
	b.o.Book.Followers = w.book.Followers
	for _, hs := range handlers {
		maps.Copy(w.runner.Handlers, hs)
	}
	draw := w.runner.Handlers[KindCard]
	w.runner.Handlers[KindCard] = func(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
		w.drawings.Add(1)
		return draw(ctx, e)
	}
	w.slack.Bot.ConnectHandler(b.Handler())
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { _ = w.runner.Run(ctx) })
	running.Go(func() { b.Run(ctx) })
	w.stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	w.t.Cleanup(w.stop)
}

// restart ends the process, as it were, and starts another on the same store.
func (w *world) restart(change ...func(*Options)) {
	w.stop()
	w.open(w.disk, change...)
}

// policy pages whoever is on call, then bo, then, as the fallback, cy.
func policy(string) paging.Policy {
	return paging.Policy{
		Name: "payments", Rounds: 2, Fallback: []paging.Target{"person:cy"}, Reminder: 30 * time.Minute,
		Steps: []paging.Step{
			{Page: []paging.Target{"schedule:payments"}, Wait: 5 * time.Minute},
			{Page: []paging.Target{"person:bo"}, Wait: 10 * time.Minute},
		},
	}
}

func schedules() map[string]rotations.Schedule {
	week, err := rotations.ParseLength("1w")
	start, err2 := civil.Parse("1999-12-27T09:00")
	if err != nil || err2 != nil {
		panic("the test's own schedule cannot be read")
	}
	return map[string]rotations.Schedule{
		"payments": {Name: "payments", Zone: time.UTC, Layers: []rotations.Layer{
			{Name: "primary", People: rotations.Turns("ana", "bo"), Start: start, Shift: week},
		}},
		"nobody": {Name: "nobody", Zone: time.UTC},
	}
}

// buffer collects the log.
type buffer struct {
	mu  sync.Mutex
	all bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.all.String()
}

// alarm opens an incident as the alarms door does.
func (w *world) alarm(title string, change ...func(*incidents.Opened)) string {
	w.t.Helper()
	now := time.Now()
	o := incidents.Opened{
		Title: title, Service: "checkout", Severity: incidents.Sev2, Runbook: "https://wiki.example.com/checkout",
		Alarm: &incidents.Alarm{
			Name: title, Series: title, State: incidents.AlarmFiring, Changed: now, Received: now,
			Reason: "Threshold Crossed: 1 datapoint (12.0) was greater than the threshold (5.0).",
			Link:   "https://eu-central-1.console.aws.amazon.com/cloudwatch/home?region=eu-central-1#alarmsV2:alarm/checkout",
		},
	}
	for _, f := range change {
		f(&o)
	}
	var id string
	err := w.db.Update(context.Background(), func(tx store.Tx) error {
		i, err := w.book.Open(tx, now, now, incidents.ByAlarm(title), o)
		if err == nil {
			id = i.ID
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return id
}

// wait lets d pass, and everything that happens in it.
func (w *world) wait(d time.Duration) {
	time.Sleep(d)
	synctest.Wait()
}

// typed types a slash command in the channel and returns what the person then reads.
func (w *world) typed(user, command, text string) string {
	w.t.Helper()
	r := w.slack.Hands.Command(context.Background(), user, channel, command, text)
	if r.Err != nil {
		w.t.Errorf("%s %s: %v", command, text, r.Err)
	}
	return r.Text()
}

// press presses a button and fails if Slack would show an error.
func (w *world) press(m workspace.Message, button, user string) {
	w.t.Helper()
	if r := w.slack.Hands.Press(context.Background(), m, button, user); r.Err != nil {
		w.t.Errorf("pressing %s: %v", button, r.Err)
	}
}

// head reads an incident.
func (w *world) head(id string) *incidents.Incident {
	w.t.Helper()
	var i *incidents.Incident
	err := w.db.View(context.Background(), func(tx store.Tx) (err error) {
		i, err = incidents.Head(tx, id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return i
}

// only returns the one message there is.
func (w *world) only(all []workspace.Message) workspace.Message {
	w.t.Helper()
	if len(all) != 1 {
		w.t.Fatalf("%d messages, want 1: %v", len(all), texts(all))
	}
	return all[0]
}

func texts(all []workspace.Message) []string {
	var out []string
	for _, m := range all {
		out = append(out, m.Text)
	}
	return out
}

// labels are the labels of a message's buttons.
func labels(m workspace.Message) string {
	var all []string
	for _, b := range m.Buttons() {
		all = append(all, b.Label)
	}
	return strings.Join(all, ", ")
}

// golden compares with testdata/name.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// contains fails unless got has all parts in it.
func contains(t *testing.T, got string, parts ...string) {
	t.Helper()
	got = strings.ReplaceAll(got, "\u00a0", " ")
	for _, p := range parts {
		if !strings.Contains(got, p) {
			t.Errorf("%q is not in:\n%s", p, got)
		}
	}
}

// written is a plan as it travels in the button that confirms it.
func written(t *testing.T, p overrides.Plan) string {
	t.Helper()
	val, err := json.Marshal(p)
	if err != nil {
		t.Fatal(err)
	}
	return string(val)
}
