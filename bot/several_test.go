package bot

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/incidents"
)

// several makes incidents that are open, and returns a look at how each stands.
func (w *world) several(names ...string) (status func() string) {
	w.t.Helper()
	var ids []string
	for _, name := range names {
		ids = append(ids, w.alarm(name))
		w.wait(time.Second)
	}
	short := map[incidents.Status]string{
		incidents.StatusTriggered: "t", incidents.StatusAcknowledged: "a", incidents.StatusResolved: "r",
	}
	return func() string {
		var b strings.Builder
		for _, id := range ids {
			b.WriteString(short[w.head(id).Status])
		}
		return b.String()
	}
}

// TestSeveral: several incidents are acted on all together or not at all, and the reply says on which.
func TestSeveral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		status := w.several("a", "b", "c", "d", "e")
		for _, step := range []struct {
			typed, want string
			says        []string
		}{
			{"ack 1 99", "ttttt", []string{"No incident 99.", "Nothing was changed, of the others neither."}},
			{"ack 1, 2", "aattt", []string{"You acknowledged 2 incidents.", "1 sev2 · a", "2 sev2 · b"}},
			{"ack 2 3 4", "aattt", []string{"You acknowledged 2 ", "Nothing was changed, of the others neither. For those alone: `/incident ack 3 4`"}},
			{"ack 3 `4` on it", "aaaat", []string{"You acknowledged 2 incidents", "Your note: “on it”"}},
			{"ack 4 and 99", "aaaat", []string{"No incident 99.", "Nothing was changed, of the others neither."}},
			{"ack all", "aaaaa", []string{"You acknowledged 1 incident"}},
			{"ack all", "aaaaa", []string{"No incident waits to be acknowledged; nothing was changed."}},
			{"resolve 1,2 over", "aaaaa", []string{"Nothing was resolved", "still say ALARM", "`/incident resolve 1 2 anyway`"}},
			{"resolve 1,2 anyway over", "rraaa", []string{"You resolved 2 incidents.", "Your reason: “over”"}},
			{"escalate 3 4", "rraaa", []string{"takes one incident at a time, and 3 and 4 are several; nothing was changed"}},
			{"escalate 3,4", "rraaa", []string{"takes one incident at a time"}},
			{"escalate 3 and 4", "rraaa", []string{"takes one incident at a time"}},
			{"resolve 3 & #4, and 5 anyway", "rrrrr", []string{"You resolved 3 incidents."}},
			{"reopen 3 and 4", "rrrrr", []string{"takes one incident at a time"}},
			{"undo", "rraaa", []string{"You took back"}},
			{"note 3 and 4 pods are gone", "rraaa", []string{"Noted on 3"}},
			{"info 3 4", "rraaa", []string{"takes one incident at a time"}},
			{"info 3 foo", "rraaa", []string{"I do not know what “foo” means behind"}},
			{"postmortem 3 foo", "rraaa", []string{"I do not know what “foo” means behind", "What it takes: `/incident help postmortem`"}},
			{"note 3,4 x", "rraaa", []string{"takes one incident at a time"}},
			{"resolve all anyway", "rrrrr", []string{"You resolved 3 incidents."}},
			{"resolve all", "rrrrr", []string{"No incident is open; nothing was changed."}},
		} {
			contains(t, w.typed(ana, "/incident", step.typed), step.says...)
			w.wait(time.Second)
			if got := status(); got != step.want {
				t.Fatalf("after %q: %s, want %s", step.typed, got, step.want)
			}
		}
	})
}

// TestNumberInFrontOfANote: it names an incident or nothing; a note for one incident never stands on another.
func TestNumberInFrontOfANote(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		id := w.alarm("a")
		w.wait(time.Second)
		seq := w.head(id).Seq
		contains(t, w.typed(ana, "/incident", "note 500 errors per second"), "No incident 500.", "Nothing was noted.",
			"`/incident note 1 500 errors per second`")
		contains(t, w.typed(ana, "/incident", "note 12345678901 x"), "is not the number of an incident")
		contains(t, w.typed(ana, "/incident", "note 9"), "No incident 9.")
		if got := w.head(id).Seq; got != seq {
			t.Errorf("%d events were recorded", got-seq)
		}
		contains(t, w.typed(ana, "/incident", "note 1 500 errors per second"), "Noted on 1")
		contains(t, w.typed(ana, "/incident", "note 14 errors"), "No incident 14.")
		contains(t, w.typed(ana, "/incident", "escalate 1 nobody answers"), "Your reason: “nobody answers”")
		contains(t, w.typed(ana, "/incident", "ack 1 I look"), "Your note: “I look”")
		contains(t, w.typed(ana, "/incident", "help ack"), "[ids or all] [note]")
		contains(t, w.typed(ana, "/incident", "help akc"), "Did you mean `/incident ack`?")
	})
}

// TestLineAndIncident: where a line is meant and several incidents are open, the answer names both numbers.
func TestLineAndIncident(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t)
		w.wait(time.Second)
		w.several("a", "b")
		for typed, want := range map[string]string{
			"strike 1": "Write the number of yours and that of the line: `/incident strike 1 2`",
			"edit":     "Write the number of yours and that of the line: `/incident edit 1 2`",
			"timeline": "Write the number of yours: `/incident timeline 1`",
		} {
			contains(t, w.typed(ana, "/incident", typed), want)
		}
	})
}
