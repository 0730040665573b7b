package bot

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/workspace"
	"github.com/oncalm/oncalm/store"
)

// told counts the messages that have a text in them.
func told(all []workspace.Message, text string) (n int) {
	for _, m := range all {
		if strings.Contains(m.Text, text) {
			n++
		}
	}
	return n
}

// until waits until a time of the bubble, which begins on Saturday, 2000-01-01.
func (w *world) until(at string) {
	w.t.Helper()
	t, err := time.Parse("2006-01-02 15:04", at)
	if err != nil || !t.After(time.Now()) {
		w.t.Fatalf("%s is not to come: %v", at, err)
	}
	w.wait(time.Until(t))
}

// TestReminders: the owner of an item hears of it three days before it is due, on the day, and each week after, once each and at nine
// where they live, whatever is restarted in between; and not when it is done.
func TestReminders(t *testing.T) {
	led(t, func(w *world, id string) {
		w.tells(bo, "ack")
		w.tells(bo, "resolve anyway")
		w.tells(bo, "action 1 @ana an alarm on the pool due 2000-01-14") // a Friday, as bo sees it
		if n := told(w.slack.DM(ana), "An action item for you"); n != 1 {
			t.Errorf("ana is told %d times that it is hers", n)
		}
		for _, step := range []struct {
			at    string
			soon  int
			today int
			late  int
		}{
			{"2000-01-11 07:59", 0, 0, 0}, {"2000-01-11 08:01", 1, 0, 0}, // nine for ana, who lives an hour ahead
			{"2000-01-14 07:59", 1, 0, 0}, {"2000-01-14 08:01", 1, 1, 0}, {"2000-01-21 07:59", 1, 1, 0},
			{"2000-01-21 08:01", 1, 1, 1}, {"2000-01-28 08:01", 1, 1, 2},
		} {
			w.until(step.at)
			w.restart()
			w.wait(10 * time.Second)
			all := w.slack.DM(ana)
			if s, n, l := told(all, "1-1 is due soon"), told(all, "1-1 is due today"), told(all, "1-1 is overdue"); s != step.soon ||
				n != step.today || l != step.late {
				t.Errorf("at %s ana is told %d times before, %d times on the day and %d times after", step.at, s, n, l)
			}
		}
		w.press(last(t, w.slack.DM(ana)), "Done", ana)
		w.wait(30 * 24 * time.Hour)
		if l := told(w.slack.DM(ana), "1-1 is overdue"); l != 2 {
			t.Errorf("of what is done she is told, too: %d times", l)
		}
		if n := told(w.slack.Messages(channel), "1 action item is open"); n != 1 {
			t.Errorf("the channel has %d digests, want that of January alone", n)
		}
		if n := told(w.slack.DM(bo), "1-1"); n != 0 {
			t.Errorf("bo is told %d times", n)
		}
	})
}

// TestRemindersMove: of what is due at another time, or somebody else's, the right person hears at the right time; and nobody is woken by
// what waited for Slack.
func TestRemindersMove(t *testing.T) {
	led(t, func(w *world, id string) {
		w.tells(bo, "ack")
		w.tells(bo, "action 1 @ana an alarm due 2000-01-14")
		w.tells(bo, "action 1-1 @cy due 2000-01-20")
		w.until("2000-01-17 08:59")
		if n := told(w.slack.DM(ana), "1-1 is") + told(w.slack.DM(cy), "1-1 is"); n != 0 {
			t.Errorf("told %d times too early", n)
		}
		w.until("2000-01-17 09:01")
		if a, c := told(w.slack.DM(ana), "1-1 is"), told(w.slack.DM(cy), "1-1 is due soon"); a != 0 || c != 1 {
			t.Errorf("ana is told %d times, cy %d times", a, c)
		}
		w.until("2000-01-20 08:50")
		w.stop() // the day of which it tells is over when it starts again, at night
		w.wait(14 * time.Hour)
		w.restart()
		w.wait(time.Hour)
		if c := told(w.slack.DM(cy), "1-1 is due today") + told(w.slack.DM(cy), "1-1 is overdue"); c != 0 {
			t.Errorf("cy is told %d times at night", c)
		}
		w.until("2000-01-21 09:01")
		if c := told(w.slack.DM(cy), "1-1 is overdue"); c != 1 {
			t.Errorf("cy is told %d times in the morning", c)
		}
	})
}

// TestDigest: on the first working day of the month the channel reads what is open, what is overdue, and whose owner has left; of
// these it is told when they are due, too.
func TestDigest(t *testing.T) {
	led(t, func(w *world, id string) {
		w.tells(bo, "ack")
		w.tells(bo, "resolve anyway")
		w.tells(bo, "action 1 @ana an alarm on the pool due 2000-01-14")
		w.tells(bo, "action 1 a test without a day")
		w.restart(func(o *Options) { delete(o.People, "ana") })
		w.until("2000-01-14 09:01")
		m := last(t, w.slack.Messages(channel))
		contains(t, m.Text, "Action item 1-1 is due today", "ana is not among the people of Oncalm any more.",
			"/incident action 1-1 @somebody")
		w.until("2000-02-01 08:59")
		if n := told(w.slack.Messages(channel), "2 action items are open"); n != 1 {
			t.Errorf("%d digests, want that of January", n)
		}
		w.until("2000-02-01 09:01")
		w.restart()
		w.until("2000-02-04 09:01")
		if n := told(w.slack.Messages(channel), "2 action items are open"); n != 2 {
			t.Errorf("%d digests", n)
		}
		for _, m := range w.slack.Messages(channel) {
			if strings.Contains(m.Text, "2 action items are open") && strings.Contains(m.Text, "Overdue") {
				contains(t, m.Text, "Overdue (1)", "• 1-1 an alarm on the pool", "With nobody who does it (1)",
					"• 1-2 a test without a day", "It is nobody’s.")
			}
		}
	})
}

// TestRemindersOfBefore: an item of a version that reminded nobody is reminded of after the start.
func TestRemindersOfBefore(t *testing.T) {
	led(t, func(w *world, id string) {
		w.tells(bo, "ack")
		w.tells(bo, "action 1 @cy an alarm due 2000-01-14")
		w.stop()
		err := w.disk.Update(t.Context(), func(tx store.Tx) error {
			var gone []string
			for key := range tx.Range("", "~") {
				if strings.Contains(key, "1/action/") || strings.HasPrefix(key, "action") {
					gone = append(gone, key)
				}
			}
			if len(gone) < 4 {
				t.Errorf("%q", gone)
			}
			for _, key := range gone {
				tx.Delete(key)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		w.restart()
		w.until("2000-01-14 09:01")
		if n := told(w.slack.DM(cy), "1-1 is due"); n != 2 {
			t.Errorf("told %d times", n)
		}
	})
}
