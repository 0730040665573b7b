package bot

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
)

// slowDisk is a store whose commits take a while, or come to nothing after it.
type slowDisk struct {
	store.Store
	takes time.Duration
	fails error
}

func (s *slowDisk) Update(ctx context.Context, fn func(store.Tx) error) error {
	takes, fails := s.takes, s.fails // as it was when it began
	if fails != nil {
		time.Sleep(takes)
		return fails
	}
	err := s.Store.Update(ctx, fn)
	time.Sleep(takes)
	return err
}

// on gives the bot's doors a slow disk.
func (w *world) on(takes time.Duration, fails error) {
	*w.bot.o.Book = incidents.Book{Store: &slowDisk{w.db, takes, fails}, Followers: w.book.Followers}
}

// TestSlowDisk: at 2.5 s people are told that it is being stored, and then what came of it, whichever door they used.
func TestSlowDisk(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(w *world)
		want string
	}{
		{"command", func(w *world) { w.typed(ana, "/incident", "note hm") }, "Noted on 1"},
		{"acknowledgement typed", func(w *world) { w.typed(ana, "/incident", "ack") }, "You acknowledged 1"},
		{"override", func(w *world) { w.typed(bo, "/oncall", "me 2h payments") }, "You are on call for payments now."},
	} {
		for _, fails := range []error{nil, store.ErrFull} {
			t.Run(tt.name, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					w := begin(t)
					w.wait(time.Second)
					w.alarm("checkout-5xx")
					w.wait(5 * time.Second)
					w.on(8*time.Second, fails)
					begun := time.Now()
					tt.do(w)
					if took := time.Since(begun); took > 2600*time.Millisecond {
						t.Errorf("answered after %s", took)
					}
					who := ana
					if tt.name == "override" {
						who = bo
					}
					contains(t, last(t, w.slack.Ephemerals(channel, who)).Text, "being stored")
					w.wait(7 * time.Second)
					want := tt.want
					if fails != nil {
						want = "Nothing was changed: there is no space left"
					}
					contains(t, last(t, w.slack.Ephemerals(channel, who)).Text, want)
				})
			})
		}
	}
}

// TestPressedOnASlowDisk: who presses again meanwhile changes nothing a second time.
func TestPressedOnASlowDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("checkout-5xx")
		w.wait(5 * time.Second)
		w.on(8*time.Second, nil)
		page := w.only(w.slack.DM(ana))
		begun := time.Now()
		w.press(page, "Acknowledge", ana)
		w.press(page, "Acknowledge", ana)
		if took := time.Since(begun); took > 5200*time.Millisecond {
			t.Errorf("answered after %s", took)
		}
		w.wait(30 * time.Second)
		acked := 0
		err := w.db.View(context.Background(), func(tx store.Tx) error {
			events, err := incidents.Timeline(tx, id)
			for _, e := range events {
				if _, ok := e.Body.(incidents.Acknowledged); ok {
					acked++
				}
			}
			return err
		})
		if err != nil || acked != 1 {
			t.Errorf("acknowledged %d times, %v", acked, err)
		}
		var all strings.Builder
		for _, m := range w.slack.Ephemerals(page.Channel, ana) {
			all.WriteString(m.Text + "\n")
		}
		contains(t, all.String(), "being stored", "You acknowledged 1")
	})
}

// TestFormOnASlowDisk: what came of a form follows as a direct message.
func TestFormOnASlowDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		w.wait(time.Hour)
		w.on(8*time.Second, errors.New("the disk is gone"))
		now := time.Now()
		p := overrides.Plan{How: "me", By: "bo", Change: "x", Schedule: "shop", Person: "bo",
			Span: overrides.SpanOf(now, now.Add(time.Hour))}
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		answer := w.submit(ctx, "slack:x", bo, slack.Form{Callback: "oncall/confirm", Metadata: written(t, p)})
		if took := time.Since(now); took > 2500*time.Millisecond {
			t.Errorf("answered after %s", took)
		}
		contains(t, answer, "being stored")
		w.wait(7 * time.Second)
		contains(t, last(t, w.slack.DM(bo)).Text, "That failed, and it is our fault")
	})
}
