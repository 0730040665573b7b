package paging_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
	"github.com/oncalm/oncalm/store"
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

func change(t *testing.T, db store.Store, do func(tx store.Tx) error) {
	t.Helper()
	if err := db.Update(context.Background(), do); err != nil {
		t.Fatal(err)
	}
}

// TestOverrideDuringARun holds that a step not yet taken asks who is on call then, and that the run keeps its policy.
func TestOverrideDuringARun(t *testing.T) {
	policy := paging.Policy{
		Name: "shop", Rounds: 2, Fallback: []paging.Target{"person:bo"},
		Steps: []paging.Step{{Page: []paging.Target{"schedule:shop"}, Wait: 5 * time.Minute}},
	}
	play(t, policy, func(s *scene) {
		book := s.pager.Overrides
		book.Schedules = map[string]rotations.Schedule{"shop": weekOf("shop")}
		at := time.Date(2000, 1, 4, 12, 0, 0, 0, time.UTC) // ana's week
		s.wait(time.Until(at))
		s.open("sev2")
		s.wait(time.Minute)
		s.rang("1/page/0.0/ana")
		change(s.t, s.book.Store, func(tx store.Tx) error {
			_, err := book.Make(tx, time.Now(), "cy", "c1", overrides.HowMe, rotations.Override{
				Schedule: "shop", Person: "cy", From: time.Now(), To: time.Now().Add(2 * time.Hour),
			})
			return err
		})
		s.pager.Policy = func(string) paging.Policy {
			return paging.Policy{Name: "other", Fallback: []paging.Target{"person:ana"}}
		}
		s.wait(4 * time.Minute)
		s.rang("1/page/0.0/ana", "1/page/1.0/cy")
		s.wait(5 * time.Minute)
		s.rang("1/page/0.0/ana", "1/page/1.0/cy", "1/page/2.0/bo")
	})
}
