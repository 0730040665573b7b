package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/slackfake/blockkit"
	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

var updateHandoffs = flag.Bool("update-handoffs", false, "write the goldens of handoffs anew")

// shiftsConfig is a configuration of one schedule; the verbs are the topic, keys of the schedule, its layers and what else
// there is.
const shiftsConfig = `
store: oncalm.db
slack: {bot_token: xoxb-fake, signing_secret: fake-signing-secret, channel: C0INCIDENTS}
sns: {topics: [%%q], certificate: sns.pem}
people: {ana: {slack: U0ANA, zone: Europe/Berlin}, bo: {slack: U0BO}, cy: {slack: U0CY}}
schedules:
  shop:
    zone: %s
    layers: [{name: primary, people: [ana, bo, cy], start: %s, shift: %s}]
    %s
policies:
  shop: {steps: [{page: ["schedule:shop"], wait: 5m}], rounds: 2, fallback: ["person:cy"], reminder: 0}
  cy: {steps: [{page: ["person:cy"], wait: 5m}], fallback: ["person:cy"]}
services:
  checkout: {policy: shop, severity: sev1, group: 0, alarms: ["checkout-*"]}
  search: {policy: cy, severity: sev3, group: 0, alarms: ["search-*"]}
default_service: checkout
%s
`

// A shop is what differs between the worlds of these tests.
type shop struct {
	begin              string // when the program starts, in UTC
	zone, start, shift string
	keys, more         string       // of the schedule, and of the whole file
	before             func(*world) // before the program starts
	quiet              workspace.Quiet
	deactivated        bool // bo
}

// play runs a scene in a world with one schedule of three people.
func (s shop) play(t *testing.T, scene func(*world)) {
	t.Helper()
	topic, err := sharedTopic()
	if err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, dir: t.TempDir(), topic: topic, seen: map[string]int{}}
		w.text = fmt.Sprintf(shiftsConfig, or(s.zone, "Europe/Berlin"), or(s.start, "2000-01-03T09:00"), or(s.shift, "1w"), s.keys, s.more)
		begin, err := time.Parse("2006-01-02T15:04", or(s.begin, "2000-01-04T12:00"))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Until(begin))
		w.build()
		w.slack.SetUser(workspace.User{ID: "U0BO", Name: "bo", Quiet: s.quiet, Deleted: s.deactivated})
		if s.before != nil {
			s.before(w)
		}
		w.start()
		defer w.fsck()
		defer func() { w.stop() }()
		scene(w)
	})
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// until lets time pass until an instant, in UTC.
func (w *world) until(at string) {
	w.t.Helper()
	end, err := time.Parse("2006-01-02T15:04", at)
	if err != nil {
		w.t.Fatal(err)
	}
	w.Wait(time.Until(end) + 5*time.Second)
}

// told is what somebody was told about shifts since it was looked at last, as they read it. who is a person or "channel".
func (w *world) told(who string) string {
	w.t.Helper()
	in := "C0INCIDENTS"
	if who != "channel" {
		in = slackID(who)
	}
	var all []workspace.Message
	n := 0
	for _, m := range w.slack.Messages(in) {
		if m.Metadata == nil || m.Metadata.EventType != "oncalm_notice" {
			continue
		}
		if n++; n <= w.seen["told "+who] {
			continue
		}
		if problems := blockkit.ValidateBlocks(m.Blocks); len(problems) > 0 {
			w.t.Errorf("Slack would not take this: %v", problems)
		}
		if err := blocks.Validate(m.Blocks); err != nil {
			w.t.Error(err)
		}
		all = append(all, m)
	}
	w.seen["told "+who] = n
	slices.SortStableFunc(all, func(a, b workspace.Message) int { // what is due at once goes out side by side
		if before := a.Posted.Truncate(time.Second).Compare(b.Posted.Truncate(time.Second)); before != 0 {
			return before
		}
		return strings.Compare(a.Text, b.Text)
	})
	var b strings.Builder
	for _, m := range all {
		fmt.Fprintf(&b, "%s to %s: %s\n%s", m.Posted.UTC().Format("Mon 01-02 15:04"), who, firstLine(m.Text), readable(w.t, m.Blocks))
	}
	return b.String()
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// allTold is what everybody was told since it was looked at last.
func (w *world) allTold() string {
	return w.told("ana") + w.told("bo") + w.told("cy") + w.told("channel")
}

// readable is the text of blocks.
func readable(t *testing.T, blocks json.RawMessage) string {
	t.Helper()
	var all []any
	if err := json.Unmarshal(blocks, &all); err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, block := range all {
		b.WriteString("    ")
		read(&b, block)
		b.WriteString("\n")
	}
	return b.String()
}

func read(b *strings.Builder, v any) {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			read(b, e)
		}
	case map[string]any:
		switch v["type"] {
		case "date":
			b.WriteString(fmt.Sprint(v["fallback"]))
			return
		case "text", "plain_text", "link":
			b.WriteString(fmt.Sprint(v["text"]))
			return
		case "button":
			b.WriteString("[")
			read(b, v["text"])
			b.WriteString("] ")
			return
		case "rich_text_list":
			for _, item := range v["elements"].([]any) {
				b.WriteString("\n      • ")
				read(b, item)
			}
			return
		}
		read(b, v["text"])
		read(b, v["elements"])
	}
}

// goldenText compares what people read with a file.
func goldenText(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", "handoffs", name)
	if *updateHandoffs {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}

// handed lists the handoffs that are on record.
func (w *world) handed() (all []handoffs.Record) {
	w.t.Helper()
	err := w.app.store.View(w.t.Context(), func(tx store.Tx) error {
		all = nil
		from, to := store.Under("handed", "shop")
		for _, val := range tx.Range(from, to) {
			var r handoffs.Record
			if err := json.Unmarshal(val, &r); err != nil {
				return err
			}
			all = append(all, r)
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// override makes an override, as the chat does.
func (w *world) override(id string, o rotations.Override) {
	w.t.Helper()
	o.Schedule = "shop"
	book := &overrides.Book{Schedules: w.cfg.Schedules, Known: func(string) bool { return true }}
	err := w.app.store.Update(w.t.Context(), func(tx store.Tx) error {
		_, err := book.Make(tx, time.Now(), "ana", id, overrides.HowOverride, o)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	synctest.Wait()
}

func TestHandoffs(t *testing.T) {
	shop{keys: "remind: 0s", begin: "2000-01-10T06:00"}.play(t, func(w *world) {
		w.Wait(time.Hour)
		if got := w.allTold(); got != "" {
			t.Errorf("told at the first start:\n%s", got)
		}
		w.Alarm("checkout-5xx")
		w.Press("ana", w.Paged("ana", "checkout-5xx"), "Acknowledge")
		w.Alarm("checkout-<!channel>")
		w.Alarm("search-p99") // pages cy: of no concern to the schedule
		w.until("2000-01-10T07:59")
		before := w.allTold()
		w.Wait(time.Minute)
		goldenText(t, "handoff.txt", before+w.allTold())
	})
}

// TestHandoffsOverClockChanges holds that a handoff is told of when the wall clock says so, once.
func TestHandoffsOverClockChanges(t *testing.T) {
	tests := []struct {
		name, zone, start, begin, end string
		want                          []string
	}{
		{"Berlin in March", "Europe/Berlin", "2000-03-01T02:30", "2000-03-25T22:00", "2000-03-27T01:00", []string{
			"2000-03-26T01:00:00Z", "2000-03-27T00:30:00Z",
		}},
		{"Berlin in October", "Europe/Berlin", "2000-10-01T02:30", "2000-10-28T22:00", "2000-10-30T02:00", []string{
			"2000-10-29T00:30:00Z", "2000-10-30T01:30:00Z",
		}},
		{"Santiago, where midnight is skipped", "America/Santiago", "2000-10-01T00:00", "2000-10-15T02:00", "2000-10-16T04:00", []string{
			"2000-10-15T04:00:00Z", "2000-10-16T03:00:00Z",
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			shop{zone: tt.zone, start: tt.start, shift: "1d", begin: tt.begin, keys: "remind: 0s"}.play(t, func(w *world) {
				w.until(tt.end)
				var got []string
				for _, r := range w.handed() {
					got = append(got, r.At.UTC().Format(time.RFC3339))
					if late := r.Recorded.Sub(r.At); late > time.Second {
						t.Errorf("%s: %s late", r.At, late)
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("handoffs (-want +got):\n%s", diff)
				}
				if n := strings.Count(w.told("channel"), " to channel: "); n != len(tt.want) {
					t.Errorf("the channel was told %d times", n)
				}
			})
		})
	}
}
