package bot

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// events reads the timeline of an incident.
func (w *world) events(id string) (all []incidents.Event) {
	w.t.Helper()
	err := w.db.View(context.Background(), func(tx store.Tx) (err error) {
		all, err = incidents.Timeline(tx, id)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// TestNoteAtATime: a time in front of a note is when it happened, in the zone of whoever writes; the answer says how it was understood.
func TestNoteAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := begin(t) // at midnight UTC of a Saturday, which is one o'clock for ana
		w.wait(time.Second)
		w.alarm("checkout-5xx")
		w.alarm("search-5xx")
		contains(t, w.typed(ana, "/incident", "note 2 00:40 rolled back"), "Noted on 2 (search-5xx) at 00:40 on Sat 1 Jan, CET.")
		contains(t, w.typed(bo, "/incident", "note 1 yesterday 23:50 the first call"), "Noted on 1 (checkout-5xx) at 23:50 on Fri 31 Dec, UTC.")
		contains(t, w.typed(ana, "/incident", "note 1 today 23:50 later"), "I noted nothing: today 23:50 is still to come.")
		contains(t, w.typed(ana, "/incident", "note 1 00:40"), "What happened then?")
		contains(t, w.typed(ana, "/incident", "note 1 ratio 14:02"), "Noted on 1 (checkout-5xx).")
		var got []string
		for _, id := range []string{"1", "2"} {
			for _, e := range w.events(id) {
				if b, ok := e.Body.(incidents.Noted); ok {
					got = append(got, id+" "+e.At.Format(time.DateTime)+" "+b.Text)
				}
			}
		}
		want := []string{"1 1999-12-31 23:50:00 the first call", "1 2000-01-01 00:00:01 ratio 14:02", "2 1999-12-31 23:40:00 rolled back"}
		if !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
	})
}
