package handoffs_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/rotationstest"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// silence tells nobody anything.
type silence struct{}

func (silence) Tell(context.Context, string, handoffs.Message) error { return nil }

func (silence) Hindrances(context.Context, string, time.Time) ([]handoffs.Hindrance, error) {
	return nil, nil
}

func (silence) SetGroup(context.Context, string, []string) error { return nil }

// A desk is a Desk and what it was made of.
type desk struct {
	handoffs.Options
	*handoffs.Desk
}

// many is a desk with weekly schedules of three people.
func many(tb testing.TB, n int, to handoffs.Messenger) desk {
	tb.Helper()
	db, err := bolt.Open(tb.TempDir()+"/oncalm.db", bolt.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = db.Close() })
	berlin := rotationstest.Zone("Europe/Berlin")
	o := handoffs.Options{
		Store: db, Messenger: to, Log: slog.New(slog.DiscardHandler), Rules: map[string]handoffs.Rule{},
		Overrides: &overrides.Book{Schedules: map[string]rotations.Schedule{}},
	}
	d := desk{o, handoffs.New(o)}
	d.Overrides.Followers = []overrides.Follower{d.Follow}
	for i := range n {
		name := fmt.Sprintf("s%05d", i)
		d.Overrides.Schedules[name] = rotations.Schedule{Name: name, Zone: berlin, Layers: []rotations.Layer{
			rotationstest.Layer("primary", "2026-01-05T09:00", "1w", "ana", "bo", "cy"),
		}}
		d.Rules[name] = handoffs.Rule{Mode: handoffs.Notice, Remind: []time.Duration{24 * time.Hour}}
	}
	return d
}

// TestManySchedules holds that a thousand schedules that hand over together are told of once each, and that a look when
// nothing has happened writes nothing.
func TestManySchedules(t *testing.T) {
	d := many(t, 1000, silence{})
	now := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	count := func() (handed, entries int) {
		t.Helper()
		err := d.Store.View(t.Context(), func(tx store.Tx) error {
			handed, entries = 0, 0
			for range tx.Range(store.Under("handed")) {
				handed++
			}
			for range tx.Range(store.Under("outbox", "entry")) {
				entries++
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return handed, entries
	}
	for _, step := range []struct {
		at              time.Time
		handed, entries int
	}{
		{now, 0, 2000}, // a border and a reminder
		{now.Add(30 * time.Minute), 0, 2000},
		{now.Add(time.Hour), 1000, 6001}, // two notices, the next border and reminder; and one to the channel
		{now.Add(time.Hour + time.Minute), 1000, 6001},
	} {
		if err := d.Look(t.Context(), step.at); err != nil {
			t.Fatal(err)
		}
		if handed, entries := count(); handed != step.handed || entries != step.entries {
			t.Errorf("at %s: %d handoffs and %d entries, want %d and %d", step.at, handed, entries, step.handed, step.entries)
		}
	}
}

// slow does something while it tells.
type slow struct {
	silence
	meanwhile func()
	told      []handoffs.What
}

func (s *slow) Tell(_ context.Context, _ string, m handoffs.Message) error {
	s.told = append(s.told, m.What)
	s.meanwhile()
	return nil
}

// TestLateForTheChannel holds that a handoff that is decided while the channel is told of others is told of as well.
func TestLateForTheChannel(t *testing.T) {
	teller := &slow{}
	d := many(t, 3, teller)
	before := time.Date(2026, 11, 23, 7, 0, 0, 0, time.UTC)
	now := before.Add(time.Hour)
	look := func(names ...string) {
		t.Helper()
		err := d.Store.Update(t.Context(), func(tx store.Tx) error {
			for _, name := range names {
				if err := d.LookAt(tx, now, name); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	owed := func(key string) (e outbox.Entry, ok bool) {
		t.Helper()
		err := d.Store.View(t.Context(), func(tx store.Tx) error {
			e, ok = outbox.In(tx, now).Get(key)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return e, ok
	}
	if err := d.Look(t.Context(), before); err != nil {
		t.Fatal(err)
	}
	look("s00000", "s00001")
	teller.meanwhile = func() { look("s00002") }
	e, ok := owed("handoffs/2026-11-23T08:00:00Z")
	if !ok {
		t.Fatal("the channel is not to be told")
	}
	commit, err := d.Handlers()[e.Kind](t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Store.Update(t.Context(), commit); err != nil {
		t.Fatal(err)
	}
	if together, ok := teller.told[0].(handoffs.Together); !ok || len(together.Handoffs) != 2 {
		t.Errorf("told: %+v", teller.told)
	}
	for name, want := range map[string]bool{"s00000": false, "s00001": false, "s00002": true} {
		if _, alone := owed("handoff/" + name + "/1/"); alone != want {
			t.Errorf("%s is told alone: %t", name, alone)
		}
	}
}

// BenchmarkLook is the look each minute, when nothing has happened, at a thousand schedules.
func BenchmarkLook(b *testing.B) {
	d := many(b, 1000, silence{})
	now := time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	if err := d.Look(b.Context(), now); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if err := d.Look(b.Context(), now.Add(time.Minute)); err != nil {
			b.Fatal(err)
		}
	}
}
