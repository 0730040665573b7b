package alarms

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// saying is one word of a series, ready to be delivered.
type saying struct {
	series string
	state  incidents.AlarmState
	at     time.Time
	v      *sns.Verified
}

// sayings are all words that the alarms can say at those times.
func (r *rig) sayings(minutes []float64, alarms ...aws.Example) []saying {
	r.t.Helper()
	var all []saying
	for _, x := range alarms {
		for _, m := range minutes {
			for _, state := range []incidents.AlarmState{alarmOK, alarmUnknown, alarmFiring} {
				x.State, x.At = state, minute(m)
				all = append(all, saying{x.Name + x.Contributor, state, x.At, r.at(60).verified(sns.Post{Message: r.message(x)})})
			}
		}
	}
	return all
}

// deliver takes in every sequence of so many words more.
func (r *rig) deliver(said []saying, words []saying, left int) {
	if left == 0 || r.t.Failed() {
		return
	}
	before := r.store.data
	for _, w := range words {
		r.store.data = before
		r.deliver(r.hear(said, w), words, left-1)
	}
}

// sample takes in a few sequences of many words.
func (r *rig) sample(words []saying) {
	empty, dice := r.store.data, rand.New(rand.NewPCG(1, 2))
	for range 60 {
		r.store.data = empty
		var said []saying
		for range 10 {
			said = r.hear(said, words[dice.IntN(len(words))])
		}
	}
}

// hear takes in one more word, and looks.
func (r *rig) hear(said []saying, w saying) []saying {
	again := *w.v
	again.MessageID += strings.Repeat("+", len(said)) // each word may come in several messages
	r.take(&again)
	said = append(slices.Clip(said), w)
	r.judge(said)
	return said
}

// judge compares what stands in the store with what was said so far.
func (r *rig) judge(said []saying) {
	r.t.Helper()
	newest := map[string]saying{}
	fired := false
	for _, w := range said {
		last, known := newest[w.series]
		if w.state != alarmUnknown && (!known || w.at.After(last.at) || w.at.Equal(last.at) && w.state == alarmFiring) {
			newest[w.series] = w
		}
		fired = fired || w.state == alarmFiring
	}
	fires := false
	for _, w := range newest {
		fires = fires || w.state == alarmFiring
	}
	open, heard := r.standing()
	if open != fires {
		r.t.Errorf("after %s: open is %t", asTold(said), open)
	}
	if fired && !heard {
		r.t.Errorf("after %s: nothing tells that it fired", asTold(said))
	}
}

// standing reports whether an incident is open, and whether anything is known at all.
func (r *rig) standing() (open, heard bool) {
	r.t.Helper()
	err := r.store.View(r.t.Context(), func(tx store.Tx) error {
		open = len(incidents.OpenIDs(tx, 0)) > 0
		for range tx.Range(store.Under("incident")) {
			heard = true
		}
		marks, err := changes.Between(tx, time.Unix(0, 0), testTime.Add(1000*time.Hour))
		heard = heard || len(marks) > 0
		return err
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return open, heard
}

func asTold(said []saying) string {
	var words []string
	for _, w := range said {
		words = append(words, w.series+" "+string(w.state)+" "+w.at.Format("15:04"))
	}
	return strings.Join(words, ", ")
}

// TestEveryOrder: whatever an alarm said, and however it was delivered, an incident is
// open after each word if, and only if, of what was heard by then ALARM was said last.
// INSUFFICIENT_DATA says nothing about that.
func TestEveryOrder(t *testing.T) {
	tests := []struct {
		name    string
		minutes []float64
		all     int // how many words are tried in all orders
		alarms  func(*rig) []aws.Example
	}{
		{"one alarm", []float64{0, 1, 2}, 4, func(*rig) []aws.Example { return []aws.Example{{Name: "a"}} }},
		{"one alarm, slowly", []float64{0, 20, 40}, 3, func(*rig) []aws.Example { return []aws.Example{{Name: "a"}} }},
		{"contributors", []float64{0, 1}, 3, func(*rig) []aws.Example {
			return []aws.Example{{Name: "a", Contributor: "x"}, {Name: "a", Contributor: "y"}}
		}},
		{"composite", []float64{0, 1}, 3, func(r *rig) []aws.Example {
			return []aws.Example{{Name: "a"}, {Name: "all", Rule: `ALARM("a")`, Children: []string{r.topic.AlarmARN("a")}}}
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			words := r.sayings(tt.minutes, tt.alarms(r)...)
			r.sample(words)
			r.store = newMemory()
			r.intake.Book = &incidents.Book{Store: r.store}
			r.deliver(nil, words, tt.all)
		})
	}
}

// TestLacksData: INSUFFICIENT_DATA that comes too early takes nothing from what was
// said before it.
func TestLacksData(t *testing.T) {
	t.Run("ALARM later", func(t *testing.T) {
		r := newRig(t).at(3)
		r.want(r.alarm(aws.Example{State: alarmUnknown, At: minute(2)}), Noted)
		r.want(r.alarm(aws.Example{At: minute(1)}), Opened)
		if got, want := r.lines("1"), "opened, The alarm checkout-5xx reported INSUFFICIENT_DATA at 2026-11-02 14:04:00 UTC. "+
			"That does not mean it has recovered."; got != want || len(r.changes()) > 0 {
			t.Errorf("timeline: %s, changes %v", got, r.changes())
		}
		r.want(r.alarm(aws.Example{At: minute(1)}), Repeated)
	})
	t.Run("OK later", func(t *testing.T) {
		r := newRig(t)
		r.alarm(aws.Example{At: minute(0)})
		r.alarm(aws.Example{State: alarmUnknown, At: minute(2)})
		r.want(r.alarm(aws.Example{State: alarmOK, At: minute(1)}), Resolved)
		if got, want := r.lines("1"), "opened, reported, reported, resolved: the alarm went to OK, and has had insufficient data since"; got != want {
			t.Errorf("timeline: %s", got)
		}
		r.want(r.alarm(aws.Example{At: minute(1.5)}), Reopened)
		if i := r.incident(); len(i.Firing) != 1 {
			t.Errorf("%+v", i)
		}
	})
	t.Run("second ALARM later", func(t *testing.T) {
		r := newRig(t)
		r.alarm(aws.Example{At: minute(0)})
		r.alarm(aws.Example{State: alarmUnknown, At: minute(3)})
		r.want(r.alarm(aws.Example{At: minute(2)}), Late)
		r.want(r.alarm(aws.Example{State: alarmOK, At: minute(1)}), Late)
		if i := r.incident(); !i.Open() || i.Alarm.State != alarmUnknown {
			t.Errorf("it is %s, and the alarm says %s", i.Status, i.Alarm.State)
		}
	})
	t.Run("both contributors", func(t *testing.T) {
		r := newRig(t)
		word := func(id string, state incidents.AlarmState, at float64) Outcome {
			return r.alarm(aws.Example{Name: "load", Contributor: id, State: state, At: minute(at)})
		}
		word("a", alarmFiring, 0)
		word("b", alarmUnknown, 3)
		r.want(word("b", alarmFiring, 1), Reported)
		r.want(word("a", alarmOK, 2), Reported)
		r.want(word("b", alarmOK, 2), Resolved)
		if got := r.lines("1"); !strings.HasSuffix(got, "resolved: none of its alarms is in ALARM any more") {
			t.Errorf("timeline: %s", got)
		}
	})
}

// lines is the timeline with the texts of its notes and resolutions.
func (r *rig) lines(id string) string {
	r.t.Helper()
	var lines []string
	err := r.store.View(r.t.Context(), func(tx store.Tx) error {
		for _, e := range must[[]incidents.Event](r.t)(incidents.Timeline(tx, id)) {
			switch b := e.Body.(type) {
			case incidents.Noted:
				lines = append(lines, b.Text)
			case incidents.Resolved:
				lines = append(lines, "resolved: "+b.Reason)
			default:
				lines = append(lines, e.Kind())
			}
		}
		return nil
	})
	if err != nil {
		r.t.Fatal(err)
	}
	return strings.Join(lines, ", ")
}

// TestOldRecords: a record of before has one word, which may be INSUFFICIENT_DATA. What
// was said before that is not known then: ALARM pages rather once too often, and OK
// closes nothing that may have fired after it.
func TestOldRecords(t *testing.T) {
	r := newRig(t)
	r.alarm(aws.Example{At: minute(1)})
	for key := range r.store.data {
		if fp, ok := strings.CutPrefix(key, "alarm/"); ok {
			r.store.data[key] = []byte(`{"name":"checkout-5xx","incident":"1","series":{"` + fp +
				`":{"state":"INSUFFICIENT_DATA","changed":"` + minute(2).Format(time.RFC3339) + `"}},"heard":"` + minute(2).Format(time.RFC3339) + `"}`)
		}
	}
	old := r.store.data
	r.want(r.at(5).alarm(aws.Example{State: alarmUnknown, At: minute(2)}), Repeated)
	r.want(r.alarm(aws.Example{State: alarmUnknown, At: minute(1)}), Late)
	r.want(r.alarm(aws.Example{State: alarmOK, At: minute(0)}), Late)
	r.want(r.alarm(aws.Example{State: alarmOK, At: minute(2)}), Late)
	r.want(r.alarm(aws.Example{State: alarmUnknown, At: minute(3)}), Reported)
	r.want(r.alarm(aws.Example{State: alarmOK, At: minute(2)}), Late)
	if i := r.incident(); !i.Open() {
		t.Error("an OK of before closed it")
	}
	r.want(r.alarm(aws.Example{State: alarmOK, At: minute(2.5)}), Resolved)
	r.store.data = old
	r.alarm(aws.Example{At: minute(1)})
	if i := r.incident(); !i.Open() {
		t.Error("it is not open")
	}
	r.want(r.alarm(aws.Example{State: alarmOK, At: minute(1.5)}), Resolved)
}

// TestFiresAgainByItsOwnClock: how soon an alarm fired again is a matter between its own
// times, whenever we learn of them; after a person resolved it, of the person's.
func TestFiresAgainByItsOwnClock(t *testing.T) {
	tests := []struct {
		name      string
		ok, again float64
		hand      bool // a person resolves it before the OK comes
		before    int  // how many lines are on the timeline between
		want      string
	}{
		{"30 minutes later", -50, -20, false, 0, Opened},
		{"15 minutes later", -50, -35, false, 0, Reopened},
		{"15 minutes later, with many lines between", -50, -35, false, 300, Reopened},
		{"30 minutes later, with many lines between", -50, -20, false, 300, Opened},
		{"resolved by hand", -50, -20, true, 0, Reopened},
	}
	for _, tt := range tests {
		r := newRig(t)
		r.alarm(aws.Example{At: minute(-60)})
		record := func(body incidents.Body) {
			t.Helper()
			err := r.store.Update(t.Context(), func(tx store.Tx) error {
				_, err := r.intake.Book.Append(tx, r.now, "1", incidents.Event{By: incidents.Person("ana"), Body: body})
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if tt.hand {
			record(incidents.Resolved{})
		}
		r.alarm(aws.Example{State: alarmOK, At: minute(tt.ok)})
		for range tt.before {
			record(incidents.Noted{Text: "x"})
		}
		if got := r.alarm(aws.Example{At: minute(tt.again)}).What; got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
