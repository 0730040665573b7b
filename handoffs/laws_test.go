package handoffs_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// TestRecordsTellTheStory holds, whatever happens and whenever it is looked at: the records of a schedule are a chain without
// gaps, its end is who is on call at the time of the look, and each border is looked at in the end.
func TestRecordsTellTheStory(t *testing.T) {
	d := many(t, 1, silence{})
	s := d.Overrides.Schedules["s00000"]
	s.Layers[0].Shift = rotations.Length{N: 12, Unit: rotations.Hour}
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		s.Name = fmt.Sprintf("s%05d", round) // a schedule that nothing is known of
		d.Overrides.Schedules = map[string]rotations.Schedule{s.Name: s}
		d.Rules[s.Name] = handoffs.Rule{
			Mode:   rapid.SampledFrom([]handoffs.Mode{handoffs.Notice, handoffs.Accept}).Draw(rt, "mode"),
			Within: time.Duration(rapid.IntRange(1, 24*60).Draw(rt, "within")) * time.Minute, Remind: []time.Duration{time.Hour},
		}
		now := time.Date(2026, 3, 28, 0, 0, 0, 0,
			time.UTC).Add(time.Duration(rapid.IntRange(0, 3*24*3600).Draw(rt, "begin")) * time.Second)
		for range rapid.IntRange(1, 12).Draw(rt, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 14*3600).Draw(rt, "pass")) * time.Second)
			act(rt, t, d, s.Name, now)
			check(rt, t, d, s, now)
		}
	})
}

// act lets something happen, and looks.
func act(rt *rapid.T, t *testing.T, d desk, name string, now time.Time) {
	people := rapid.SampledFrom([]string{"ana", "bo", "cy"})
	what, person := rapid.IntRange(0, 3).Draw(rt, "what"), people.Draw(rt, "person")
	id := fmt.Sprintf("%s-%d", name, now.Unix())
	length := time.Duration(rapid.IntRange(1, 20*60).Draw(rt, "length")) * time.Minute
	err := d.Store.Update(t.Context(), func(tx store.Tx) error {
		book := d.Overrides
		var err error
		switch what {
		case 0:
			_, err = book.Make(tx, now, "ana", id, overrides.HowMe,
				rotations.Override{Schedule: name, Person: person, From: now, To: now.Add(length)})
		case 1:
			if all := overrides.All(tx, name); len(all) > 0 && all[len(all)-1].How == overrides.HowMe {
				_, err = book.Cancel(tx, now, "ana", all[len(all)-1].Change)
			}
		case 2:
			_, err = book.Accept(tx, now, person, name, d.Overrides.Schedules[name].At(now, nil).From)
		}
		for _, refused := range []error{
			overrides.ErrMade, overrides.ErrNoChange, overrides.ErrTooLate, overrides.ErrNotYours, overrides.ErrAccepted,
		} {
			if errors.Is(err, refused) {
				err = nil
			}
		}
		if err != nil {
			return err
		}
		return d.LookAt(tx, now, name)
	})
	if err != nil {
		rt.Fatal(err)
	}
}

func check(rt *rapid.T, t *testing.T, d desk, s rotations.Schedule, now time.Time) {
	err := d.Store.View(t.Context(), func(tx store.Tx) error {
		var last *handoffs.Record
		for _, val := range tx.Range(store.Under("handed", s.Name)) {
			var r handoffs.Record
			if err := json.Unmarshal(val, &r); err != nil {
				return err
			}
			switch {
			case last != nil && (r.Number != last.Number+1 || !cmp.Equal(r.From, last.To, cmpopts.EquateEmpty())):
				rt.Fatalf("after %+v comes %+v", last, r)
			case slices.Equal(r.From, r.To):
				rt.Fatalf("nothing was handed over: %+v", r)
			case r.At.After(r.Recorded):
				rt.Fatalf("recorded before it was: %+v", r)
			}
			last = &r
		}
		onCall := d.Overrides.OnCall(tx, s.Name, now)
		if last != nil && !cmp.Equal(last.To, onCall, cmpopts.EquateEmpty()) {
			rt.Fatalf("at %s %v are on call, and announced were %v", now, onCall, last.To)
		}
		a := s.At(now, d.Overrides.Of(tx, s.Name))
		if _, owed := outbox.In(tx, now).Get(store.Key("handoff", s.Name, a.To.UTC().Format(time.RFC3339))); !owed {
			rt.Fatalf("at %s nothing is owed for the border at %s", now, a.To)
		}
		return nil
	})
	if err != nil {
		rt.Fatal(err)
	}
}
