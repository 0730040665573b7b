package report

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/postmortems/storytest"
	"github.com/oncalm/oncalm/reports"
	"github.com/oncalm/oncalm/reports/reportstest"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

var update = flag.Bool("update", false, "write the golden files anew")

// message is the message of the week, as Slack gets it.
func message(t testing.TB, w *reportstest.Week) string {
	t.Helper()
	q := reportstest.Query(t)
	week, err := reports.Read(t.Context(), w, q)
	if err != nil {
		t.Fatal(err)
	}
	q.From, q.To = q.From.AddDate(0, 0, -7), q.From
	before, err := reports.Read(t.Context(), w, q)
	if err != nil {
		t.Fatal(err)
	}
	val, err := json.MarshalIndent(blocks.Draw(Message(week, before)), "", " ")
	if err != nil {
		t.Fatal(err)
	}
	return string(val) + "\n"
}

// TestMessage: what the channel reads of a week, and of one in which nothing was.
func TestMessage(t *testing.T) {
	storytest.Golden(t, *update, filepath.Join("testdata", "week.json"), []byte(message(t, reportstest.New(t))))
	storytest.Golden(t, *update, filepath.Join("testdata", "nothing.json"), []byte(message(t, &reportstest.Week{})))
}

// TestHostile: names that others chose ping nobody and link nowhere.
func TestHostile(t *testing.T) {
	w := reportstest.New(t)
	w.Name = func(s string) string { return "<!channel> <https://evil.example|" + s + "> *b*" }
	got := message(t, w)
	for _, bad := range []string{"<!channel>", "<https://evil.example"} {
		if strings.Contains(mrkdwn(t, got), bad) {
			t.Errorf("%q is live in %s", bad, got)
		}
	}
}

// mrkdwn are the texts of a message that Slack reads as its mark-up.
func mrkdwn(t testing.TB, message string) string {
	t.Helper()
	var b strings.Builder
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case map[string]any:
			if v["type"] == "mrkdwn" {
				b.WriteString(v["text"].(string) + "\n")
			}
			if s, ok := v["text"].(string); ok && v["type"] == nil {
				b.WriteString(s + "\n") // the text for notifications
			}
			for _, one := range v {
				walk(one)
			}
		case []any:
			for _, one := range v {
				walk(one)
			}
		}
	}
	var v any
	if err := json.Unmarshal([]byte(message), &v); err != nil {
		t.Fatal(err)
	}
	walk(v)
	return b.String()
}

// A channel is what has been told, by its key.
type channel struct{ told []string }

func (c *channel) owe(_ store.Tx, _ time.Time, key, to string, m blocks.Message) {
	c.told = append(c.told, key+" "+to+" "+m.Title)
}

// TestOnceAWeek: each week is told of once, on the clock of its zone over a change of clocks, also when the program was down or fails
// in between; and not any more when it is planned otherwise.
func TestOnceAWeek(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		berlin := reportstest.Zone(t, "Europe/Berlin")
		time.Sleep(time.Until(time.Date(2026, 3, 20, 12, 0, 0, 0, berlin)))
		s, c := storetest.Memory(), &channel{}
		weekly := Default()
		weekly.Channel = "C0INC"
		teller := &Teller{Weekly: weekly, Store: s, Source: reportstest.New(t), Zone: berlin, Owe: c.owe}
		broken := errors.New("the disk is away")
		fails := 0
		handlers := map[string]outbox.Handler{Kind: func(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
			commit, err := teller.Handlers()[Kind](ctx, e)
			if fails > 0 && err == nil {
				fails--
				return nil, broken
			}
			return commit, err
		}}
		run := func(d time.Duration) {
			t.Helper()
			ctx, cancel := context.WithCancel(t.Context())
			runner := &outbox.Runner{Handlers: handlers, Groups: outbox.DefaultGroups(nil), Store: s,
				Log: slog.New(slog.DiscardHandler)}
			if err := teller.Plan(ctx); err != nil {
				t.Fatal(err)
			}
			done := make(chan struct{})
			go func() { defer close(done); _ = runner.Run(ctx) }()
			time.Sleep(d)
			synctest.Wait()
			cancel()
			<-done
		}
		const day = 24 * time.Hour
		run(4 * day) // Mon 23
		run(day)
		fails = 3
		run(6 * day)             // Mon 30, at the first attempt that does not fail
		time.Sleep(15 * day)     // two Mondays without the program
		run(day)                 // they are made up for once
		teller.Weekly.At = 60000 // it is planned otherwise by now
		run(3 * day)
		want := []string{
			"report/2026-03-23T08:00:00Z/told C0INC The week's incidents",
			"report/2026-03-30T07:00:00Z/told C0INC The week's incidents",
			"report/2026-04-06T07:00:00Z/told C0INC The week's incidents",
		}
		if diff := cmp.Diff(want, c.told); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		teller.Weekly = Weekly{}
		run(8 * day)
		if len(c.told) != len(want) {
			t.Errorf("it is off, and %q", c.told)
		}
	})
}
