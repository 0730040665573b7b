package bot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/incidents"
)

// mergedWorld is a world in which incident 3 was merged into 2, and 2 into 1.
func mergedWorld(t *testing.T) *world {
	t.Helper()
	w := begin(t)
	w.wait(time.Second)
	w.several("a", "b", "c")
	for _, said := range []string{"merge 3 into 2", "merge 2 into 1"} {
		contains(t, w.typed(bo, "/incident", said), "You merged")
		w.wait(2 * time.Second)
	}
	return w
}

// TestWordsOnMerged: no word changes an incident that was merged. Whoever says one reads where it goes on, and can say it there by a
// button or as it is typed.
func TestWordsOnMerged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := mergedWorld(t)
		before := w.head("3").Seq
		for said, there := range map[string]string{
			"note 3 the disk is full": "`/incident note 1 the disk is full`", "ack 3": "`/incident ack 1`", "3 note x": "`/incident note 1 x`",
			"resolve 3 over": "`/incident resolve 1 over`", "severity 3 sev1 it is bad": "`/incident severity 1 sev1 it is bad`",
			"escalate 3": "`/incident escalate 1`", "snooze 3 30m": "`/incident snooze 1 30m`", "lead 3": "`/incident lead 1`",
			"summary 3 it is slow": "`/incident summary 1 it is slow`", "impact 3 all": "`/incident impact 1 all`",
			"rename 3 slow": "`/incident rename 1 slow`", "update 3 investigating we look": "`/incident update 1 investigating we look`",
			"action 3 @ana look": "`/incident action 1 @ana look`", "page 3 @bo look": "`/incident page 1 @bo look`",
			"split 3 c": "`/incident split 1 c`", "reopen 3": "", "write 3 summary hm": "`/incident write 1 summary hm`",
		} {
			got := w.typed(ana, "/incident", said)
			contains(t, got, "3 was merged ", "by bo, and goes on as 1 (a); nothing changed.", there)
			w.wait(time.Second)
		}
		contains(t, w.typed(ana, "/incident", "ack 1 3"), "3 was merged ", "Nothing was changed, of the others neither.")
		for _, said := range []string{"info 3", "timeline 3", "why 3", "roles 3", "postmortem 3"} { // these look
			if got := w.typed(ana, "/incident", said); strings.Contains(got, "nothing changed") {
				t.Errorf("%q: %s", said, got)
			}
		}
		contains(t, w.typed(ana, "/incident", "timeline 3"), "It goes on as incident 2.")
		if after := w.head("3").Seq; after != before {
			t.Errorf("%d events were recorded on what was merged", after-before)
		}
		if got := w.head("1").Status; got != incidents.StatusTriggered {
			t.Errorf("incident 1 is %s", got)
		}
		contains(t, w.typed(ana, "/incident", "note 3 the `disk` <is> full"), "and goes on as 1")
		w.press(last(t, w.slack.Ephemerals(channel, ana)), "note 1", ana)
		w.wait(time.Second)
		w.wantNotes("1", "ana 00:00:25 the `disk` <is> full")
	})
}

// TestPressOnMerged: a button of before the merge changes nothing, and its answer names the incident.
func TestPressOnMerged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.several("a", "b")
		card := last(t, w.slack.Messages(channel))
		w.typed(bo, "/incident", "merge 2 into 1")
		w.wait(2 * time.Second)
		w.press(card, "Acknowledge", ana)
		w.wait(2 * time.Second)
		contains(t, last(t, w.slack.Ephemerals(channel, ana)).Text, "2 was merged", "goes on as 1")
	})
}

// TestNumberInFront: an incident's number in front of the word is understood, or the order is said.
func TestNumberInFront(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		status := w.several("a", "b", "c")
		for _, step := range []struct{ typed, want, says string }{
			{"1 ack on it", "att", "Your note: “on it”"},
			{"#2: resolve anyway it is over", "art", "You resolved 2"},
			{"1,3 resolve anyway", "rrr", "You resolved 2 incidents"},
			{"3 reopen", "rrt", "You reopened 3"},
			{"3 akc", "rrt", "Did you mean `/incident ack 3`?"},
			{"3", "rrt", "The word comes first, and then the number; nothing was done. `/incident info 3` shows it"},
			{"3 declare sev1 it burns", "rrt", "The word comes first"},
			{"3 note 4 pods are gone", "rrt", "Noted on 3"},
			{"3 pods are gone", "rrt", "I do not know “pods”; nothing was done."},
			{"3 “ack”", "rra", "You acknowledged 3"},
			{"1 undo", "rra", "You took back that you resolved 1"},
		} {
			contains(t, w.typed(ana, "/incident", step.typed), step.says)
			w.wait(time.Second)
			if got := status(); got != step.want && step.typed != "1 undo" {
				t.Fatalf("after %q: %s, want %s", step.typed, got, step.want)
			}
		}
		w.wantNotes("3", "ana 00:00:11 4 pods are gone")
	})
}

// TestOddJoints: between two numbers may stand what joins them in another language; what is not known is asked about, and nothing is done.
func TestOddJoints(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		status := w.several("a", "b", "c", "d")
		for _, step := range []struct{ typed, want, says string }{
			{"ack 1 mit 2", "tttt", "Do you mean 2, too? Nothing was changed. For all of them: `/incident ack 1 2`"},
			{"ack 1 mit 2", "tttt", "If “mit 2” is text: `/incident ack 1 \"mit 2\"`"},
			{"resolve 1 sowie #2", "tttt", "`/incident resolve 1 2`"},
			{"ack 1, 2 bis 4", "tttt", "`/incident ack 1 2 4`"},
			{"escalate 1 mit 2", "tttt", "takes one incident at a time"},
			{"reopen 1 mit 2", "tttt", "takes one incident at a time"},
			{"ack 2 und 3", "taat", "You acknowledged 2 incidents"},
			{"ack 1 restarted 99", "aaat", "Your note: “restarted 99”"}, // there is no incident 99
			{`ack 4 "mit 2"`, "aaaa", "Your note: “mit 2”"},
			{"resolve 2 et 3 anyway", "arra", "You resolved 2 incidents"},
			{"merge 1 and 4 into 3", "arra", "3 was resolved"},
			{"resolve 1 anyway 4", "rrra", "Your reason: “4”"},
		} {
			contains(t, w.typed(ana, "/incident", step.typed), step.says)
			w.wait(time.Second)
			if got := status(); got != step.want {
				t.Fatalf("after %q: %s, want %s", step.typed, got, step.want)
			}
		}
	})
}

// TestUndoSaysWhich: what was done last and cannot be taken back is named, with what can be done instead; what was done before it is taken
// back only if that is said.
func TestUndoSaysWhich(t *testing.T) {
	inBubble(t, func(w *world, _ string) {
		for _, said := range []string{"note 1 the disk is full", "ack 1", "escalate 1 nobody answers"} {
			w.typed(ana, "/incident", said)
			w.wait(time.Second)
		}
		contains(t, w.typed(ana, "/incident", "undo"), "You escalated 1 last, which cannot be taken back; nothing changed.",
			"To have nobody else paged: `/incident ack 1`", "Before that you noted “the disk is full” on 1. To take that back: `/incident undo 1 ")
		w.press(last(t, w.slack.Ephemerals(channel, ana)), "Take that back", ana)
		w.wait(time.Second)
		w.wantNotes("1", "ana 00:00:03 the disk is full ~ana: taken back")
		if got := w.typed(ana, "/incident", "undo"); strings.Contains(got, "Before that") {
			t.Error(got)
		}
		contains(t, w.typed(ana, "/incident", "undo 1 1"), "You did nothing") // that line is the alarm's
		contains(t, w.typed(ana, "/incident", "undo 1 please"), "I do not know what “please” means")
		contains(t, w.typed(ana, "/incident", "undo please"), "is not the number of an incident")
		for said, hint := range map[string]string{
			"summary 1 it is slow": "`/incident summary 1 TEXT`", "page 1 @bo look": "A page that went out stays so.",
			"update 1 we look": "Correct it with another", "action 1 @bo look due fri": "can be left out",
			"impact 1 all": "`/incident impact 1 TEXT`",
		} {
			w.typed(ana, "/incident", said)
			w.wait(time.Second)
			contains(t, w.typed(ana, "/incident", "undo"), "which cannot be taken back", hint)
		}
		w.typed(ana, "/incident", "resolve 1 anyway")
		w.wait(time.Second)
		w.typed(bo, "/incident", "reopen 1")
		w.wait(time.Second)
		contains(t, w.typed(bo, "/incident", "undo"), "You reopened 1 last", "`/incident resolve 1`")
		w.alarm("other")
		w.wait(time.Second)
		w.typed(bo, "/incident", "merge 2 into 1")
		w.wait(time.Second)
		contains(t, w.typed(bo, "/incident", "undo"), "You merged", "`/incident split 1 NAME`")
	})
}
