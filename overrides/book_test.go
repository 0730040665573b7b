package overrides_test

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/bolt"
)

// weekOf is a schedule in which ana and bo take turns, a week each from 2000-01-03 09:00 UTC on.
func weekOf(name string) rotations.Schedule {
	start, err := civil.Parse("2000-01-03T09:00")
	week, err2 := rotations.ParseLength("1w")
	if err := errors.Join(err, err2); err != nil {
		panic(err)
	}
	return rotations.Schedule{Name: name, Zone: time.UTC, Layers: []rotations.Layer{
		{Name: "primary", People: rotations.Turns("ana", "bo"), Start: start, Shift: week},
	}}
}

func bookOf(names ...string) *overrides.Book {
	all := map[string]rotations.Schedule{}
	for _, n := range names {
		all[n] = weekOf(n)
	}
	return &overrides.Book{Schedules: all, Known: func(p string) bool {
		return slices.Contains([]string{"ana", "bo", "cy"}, p)
	}}
}

func openStore(t *testing.T) store.Store {
	t.Helper()
	db, err := bolt.Open(filepath.Join(t.TempDir(), "o.db"), bolt.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func change(t *testing.T, db store.Store, do func(tx store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), do); err != nil {
		t.Fatal(err)
	}
}

var midday = time.Date(2000, 1, 4, 12, 0, 0, 0, time.UTC)

func span(person string, from, to time.Duration) rotations.Override {
	return rotations.Override{Schedule: "shop", Person: person, From: midday.Add(from), To: midday.Add(to)}
}

func TestMake(t *testing.T) {
	tests := []struct {
		name   string
		wanted rotations.Override
		err    error
	}{
		{"fine", span("cy", time.Hour, 2*time.Hour), nil},
		{"in progress", span("cy", -time.Hour, 2*time.Hour), nil},
		{"for somebody", rotations.Override{Schedule: "shop", Person: "cy", For: "ana", From: midday, To: midday.Add(time.Hour)}, nil},
		{"as long as can be", span("cy", 0, 90*day), nil},
		{"too long", span("cy", 0, 90*day+time.Second), overrides.ErrTooLong},
		{"too far", span("cy", 367*day, 368*day), overrides.ErrTooFar},
		{"over", span("cy", -2*time.Hour, -time.Hour), overrides.ErrOver},
		{"ends now", span("cy", -time.Hour, 0), overrides.ErrOver},
		{"backwards", span("cy", 2*time.Hour, time.Hour), overrides.ErrBackwards},
		{"of no length", span("cy", time.Hour, time.Hour), overrides.ErrBackwards},
		{"nobody knows them", span("dan", time.Hour, 2*time.Hour), overrides.ErrUnknownPerson},
		{"for nobody", rotations.Override{Schedule: "shop", Person: "cy", For: "dan", From: midday, To: midday.Add(time.Hour)},
			overrides.ErrUnknownPerson},
		{"for oneself", rotations.Override{Schedule: "shop", Person: "cy", For: "cy", From: midday, To: midday.Add(time.Hour)},
			overrides.ErrSamePerson},
		{"no schedule", rotations.Override{Schedule: "ship", Person: "cy", From: midday, To: midday.Add(time.Hour)},
			overrides.ErrUnknownSchedule},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			db, book := openStore(t), bookOf("shop")
			err := db.Update(t.Context(), func(tx store.Tx) error {
				c, err := book.Make(tx, midday, "ana", "c1", overrides.HowOverride, tt.wanted)
				if err == nil && c.Overrides[0].From.Before(midday) {
					t.Errorf("it begins at %s, before it was made", c.Overrides[0].From)
				}
				return err
			})
			if !errors.Is(err, tt.err) {
				t.Errorf("error %v, want %v", err, tt.err)
			}
			change(t, db, func(tx store.Tx) error {
				if n, want := len(overrides.All(tx, "")), 1; (n == want) != (tt.err == nil) {
					t.Errorf("%d overrides are kept", n)
				}
				return nil
			})
		})
	}
}

// TestMakeIsAllOrNothing holds that of a change that cannot be made in full nothing is made.
func TestMakeIsAllOrNothing(t *testing.T) {
	db, book := openStore(t), bookOf("shop")
	change(t, db, func(tx store.Tx) error {
		if _, err := book.Make(tx, midday, "ana", "c1", overrides.HowOverride, span("cy", 0, time.Hour),
			span("dan", 0, time.Hour)); err == nil {
			t.Error("it was made, with a person whom nobody knows")
		}
		if n := len(overrides.All(tx, "")); n != 0 {
			t.Errorf("%d overrides are kept", n)
		}
		if _, err := book.Make(tx, midday, "ana", "c1", overrides.HowOverride, span("cy", 0, time.Hour),
			span("bo", 2*time.Hour, 3*time.Hour)); err != nil {
			t.Error(err)
		}
		if _, err := book.Make(tx, midday, "ana", "c1", overrides.HowOverride, span("cy", 0, time.Hour)); !errors.Is(err,
			overrides.ErrMade) {
			t.Errorf("the second time: %v", err)
		}
		if _, err := book.Cancel(tx, midday, "ana", "c1"); err != nil {
			t.Error(err)
		}
		if _, err := book.Make(tx, midday, "ana", "c1", overrides.HowOverride, span("cy", 0, time.Hour)); !errors.Is(err,
			overrides.ErrMade) {
			t.Errorf("after it was taken back: %v", err)
		}
		return nil
	})
}

// TestCancelledFromNowOn holds that taking back changes nothing that was.
func TestCancelledFromNowOn(t *testing.T) {
	db, book := openStore(t), bookOf("shop")
	who := func(tx store.Tx, after time.Duration) string {
		return book.OnCall(tx, "shop", midday.Add(after))[0]
	}
	change(t, db, func(tx store.Tx) error {
		_, err := book.Make(tx, midday, "cy", "c1", overrides.HowMe, span("cy", 0, 3*time.Hour))
		return err
	})
	change(t, db, func(tx store.Tx) error {
		if _, err := book.Cancel(tx, midday.Add(time.Hour), "bo", "c1"); !errors.Is(err, overrides.ErrNotYours) {
			t.Errorf("by somebody whom it does not concern: %v", err)
		}
		c, err := book.Cancel(tx, midday.Add(time.Hour), "cy", "c1")
		if got := c.Overrides; err != nil || len(got) != 1 || !got[0].Ends().Equal(midday.Add(time.Hour)) ||
			got[0].CancelledBy != "cy" {
			t.Errorf("cancelled %+v, %v", got, err)
		}
		if _, err := book.Cancel(tx, midday.Add(time.Hour), "cy", "c1"); !errors.Is(err, overrides.ErrNoChange) {
			t.Errorf("the second time: %v", err)
		}
		if _, err := book.Cancel(tx, midday, "bo", "c2"); !errors.Is(err, overrides.ErrNoChange) {
			t.Errorf("what was never made: %v", err)
		}
		return nil
	})
	change(t, db, func(tx store.Tx) error {
		got := []string{who(tx, -time.Second), who(tx, 0), who(tx, time.Hour-time.Second), who(tx, time.Hour)}
		if diff := cmp.Diff([]string{"ana", "cy", "cy", "ana"}, got); diff != "" {
			t.Errorf("on call (-want +got):\n%s", diff)
		}
		all := overrides.All(tx, "shop")
		if len(all) != 1 || all[0].By != "cy" || all[0].How != overrides.HowMe || !all[0].Made.Equal(midday) {
			t.Errorf("what is told of it: %+v", all)
		}
		return nil
	})
}

// TestTheLastMadeWins holds that an override counts over those that were made before it, whenever they begin.
func TestTheLastMadeWins(t *testing.T) {
	db, book := openStore(t), bookOf("shop", "shop2")
	book.Planned = map[string][]rotations.Override{"shop": {span("bo", -time.Hour, 9*time.Hour)}}
	change(t, db, func(tx store.Tx) error {
		_, err := book.Make(tx, midday, "ana", "b", overrides.HowOverride, span("ana", 2*time.Hour, 6*time.Hour))
		_, err2 := book.Make(tx, midday.Add(time.Minute), "ana", "a", overrides.HowOverride, span("cy", time.Hour, 4*time.Hour))
		return errors.Join(err, err2)
	})
	change(t, db, func(tx store.Tx) error {
		var got []string
		for h := range 8 {
			got = append(got, book.OnCall(tx, "shop", midday.Add(time.Duration(h)*time.Hour))...)
		}
		if diff := cmp.Diff([]string{"bo", "cy", "cy", "cy", "ana", "ana", "bo", "bo"}, got); diff != "" {
			t.Errorf("on call (-want +got):\n%s", diff)
		}
		if got := book.OnCall(tx, "shop2", midday.Add(time.Hour)); got[0] != "ana" {
			t.Errorf("the other schedule has %v", got)
		}
		return nil
	})
}

// TestOnCallFindsLongOverrides holds that looking only at what can count misses nothing.
func TestOnCallFindsLongOverrides(t *testing.T) {
	db, book := openStore(t), bookOf("shop")
	change(t, db, func(tx store.Tx) error {
		_, err := book.Make(tx, midday, "ana", "c", overrides.HowOverride, span("cy", 0, overrides.MaxOverride))
		return err
	})
	change(t, db, func(tx store.Tx) error {
		for _, at := range []time.Duration{0, overrides.MaxOverride / 2, overrides.MaxOverride - time.Second} {
			if got := book.OnCall(tx, "shop", midday.Add(at)); got[0] != "cy" {
				t.Errorf("after %s %v", at, got)
			}
		}
		return nil
	})
}

// TestMakeNeedsNobody holds that what others have to agree to is not made without them.
func TestMakeNeedsNobody(t *testing.T) {
	for _, how := range []overrides.How{overrides.HowCover, overrides.HowSwap, overrides.HowHandoff, ""} {
		playing(t, func(p *play) {
			p.fails(overrides.ErrConsent, func() (overrides.Change, error) {
				return p.book.Make(p.tx, p.now, "ana", "c", how, span("cy", 0, time.Hour))
			})
		})
	}
}

// TestFollowers hold that each hears of each change, in their order, when it is written.
func TestFollowers(t *testing.T) {
	db, book := openStore(t), bookOf("shop")
	var heard []string
	follower := func(name string) overrides.Follower {
		return func(tx store.Tx, now time.Time, c overrides.Change) {
			heard = append(heard, name+" "+string(c.What)+" "+c.By+" "+strings.Join(book.OnCall(tx, "shop", now), " ")+" "+
				strings.Join(c.Before[c.ID], " "))
		}
	}
	book.Followers = []overrides.Follower{follower("first"), follower("second")}
	change(t, db, func(tx store.Tx) error {
		_, err := book.Make(tx, midday, "bo", "c1", overrides.HowMe, span("bo", 0, time.Hour))
		_, err2 := book.Cancel(tx, midday.Add(time.Minute), "bo", "c1")
		return errors.Join(err, err2)
	})
	want := []string{"first made bo bo ana", "second made bo bo ana", "first cancelled bo ana bo", "second cancelled bo ana bo"}
	if diff := cmp.Diff(want, heard); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
}
