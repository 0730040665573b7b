package bot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/bot/slackfake/workspace"
)

// TestUndoSaysWhatStays holds that whoever takes a swap back, and everybody who is told, reads what of it is past and stays:
// a half that is over, and of one that is running what is over of it.
func TestUndoSaysWhatStays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		var b strings.Builder
		said := map[string]bool{}
		until := func(day, hour int) {
			w.wait(time.Until(time.Date(2000, 1, day, hour, 0, 0, 0, time.UTC)))
		}
		swap := func(user, words, with, other string) {
			w.press(w.said(user, "swap "+words), "Ask "+with, user)
			w.wait(5 * time.Second)
			w.press(w.newestQuestion(other), "Accept", other)
			w.wait(5 * time.Second)
		}
		undo := func(title, user string) {
			b.WriteString("# " + title + "\n\n" + w.answers(user, "/oncall", "undo"))
			w.wait(5 * time.Second)
			for _, told := range []struct {
				to  string
				all []workspace.Message
			}{{"ana", w.slack.DM(ana)}, {"bo", w.slack.DM(bo)}, {"cy", w.slack.DM(cy)}, {"the channel", w.slack.Messages(channel)}} {
				for _, m := range told.all {
					if strings.Contains(m.Text, "Undone") && !said[told.to+m.TS] {
						shown(t, m)
						b.WriteString("To " + told.to + ":\n" + m.Text + "\n\n")
						said[told.to+m.TS] = true
					}
				}
			}
		}
		until(1, 1)
		swap(bo, "@cy", "cy", cy)
		until(5, 12)
		undo("bo takes back, after two days of the first half", bo)
		swap(bo, "@cy 6 jan 12 jan", "cy", cy)
		until(12, 12)
		undo("cy takes back: the first half is over, the second running", cy)
		swap(ana, "@cy 18 jan 1 feb", "cy", cy)
		until(19, 18)
		w.said(bo, "me 2h")
		until(26, 12)
		undo("cy takes back: the first half, in which bo took over for a while, is over, the second ahead", cy)
		golden(t, "override-undone.txt", b.String())
	})
}

// TestCoverAcceptedTooLate holds that whoever asked is told that nobody has it, whoever found that out.
func TestCoverAcceptedTooLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		w.wait(time.Hour)
		w.press(w.said(ana, "cover me 5m"), "Ask the others", ana)
		w.wait(6 * time.Minute) // it is over, and the question is not yet
		w.press(w.last(bo), "Accept", bo)
		w.wait(2 * time.Second)
		contains(t, w.last(ana).Text, "Nobody has accepted")
		w.wait(time.Hour)
		if n := len(w.slack.DM(ana)); n != 1 {
			t.Errorf("she was told %d times", n)
		}
	})
}

// TestCoverOfWhatHasChanged holds that nobody is asked to stand in for somebody who is not on call any more.
func TestCoverOfWhatHasChanged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t, three)
		w.wait(time.Hour)
		m := w.said(ana, "cover me 20:00..22:00")
		w.press(w.said(cy, "override @cy 19:00..23:00"), "Confirm", cy)
		w.press(m, "Ask the others", ana)
		w.wait(2 * time.Second)
		contains(t, w.seen(ana).Text, "You are not on call for shop then, so there is nothing to cover", "belongs to cy")
		if n := len(w.slack.DM(bo)); n != 0 {
			t.Errorf("bo was asked: %s", w.last(bo).Text)
		}
	})
}
