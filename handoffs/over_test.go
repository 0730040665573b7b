package handoffs_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations/rotationstest"
	"github.com/oncalm/oncalm/store"
)

// TestWhoComesIsAskedToTakeOver: at the handoff, about what was acknowledged by who goes and is not resolved, once; and nothing is taken
// away before there is an answer.
func TestWhoComesIsAskedToTakeOver(t *testing.T) { synctest.Test(t, whoComesIsAsked) }

func whoComesIsAsked(t *testing.T) {
	to := &slow{meanwhile: func() {}}
	d := many(t, 1, to)
	shop := "s00000"
	book := &incidents.Book{Store: d.Store}
	policy := paging.Policy{Name: "p", Steps: []paging.Step{{Page: []paging.Target{paging.Target("schedule:" + shop)}}}}
	d.Options.Pager = &paging.Pager{
		Book: book, Policy: func(string) paging.Policy { return policy }, Overrides: d.Overrides,
	}
	d.Rules[shop] = handoffs.Rule{Mode: handoffs.Notice, TakeOver: time.Hour}
	d.Desk = handoffs.New(d.Options)
	berlin := rotationstest.Zone("Europe/Berlin")
	border := time.Date(2026, 1, 12, 9, 0, 0, 0, berlin)
	look := func(at time.Time) {
		t.Helper()
		if err := d.Look(t.Context(), at); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(time.Until(border))
	look(border.Add(-time.Hour))
	went, comes := "", ""
	do := func(at time.Time, by incidents.Actor, id string, body incidents.Body) {
		t.Helper()
		err := d.Store.Update(t.Context(), func(tx store.Tx) error {
			_, err := book.Append(tx, at, id, incidents.Event{By: by, Body: body})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	err := d.Store.Update(t.Context(), func(tx store.Tx) error {
		went = d.Overrides.OnCall(tx, shop, border.Add(-time.Minute))[0]
		comes = d.Overrides.OnCall(tx, shop, border.Add(time.Minute))[0]
		for range 3 {
			opened := incidents.Opened{Title: "x", Severity: "sev2"}
			if _, err := book.Open(tx, border, border, incidents.Oncalm(), opened); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	do(border, incidents.Person(went), "1", incidents.Acknowledged{})
	do(border, incidents.Person(comes), "2", incidents.Acknowledged{}) // and 3 is nobody's
	look(border)
	look(border.Add(time.Minute))
	if err := d.tell(t, handoffs.KindNotice); err != nil {
		t.Fatal(err)
	}
	asked := 0
	for _, what := range to.told {
		h, ok := what.(handoffs.Handoff)
		if !ok || h.Side != handoffs.Incoming {
			continue
		}
		asked++
		if len(h.TakeOver) != 1 || h.TakeOver[0].ID != "1" || h.TakeOver[0].AcknowledgedBy != went {
			t.Errorf("%s is asked about %+v", comes, h.TakeOver)
		}
	}
	if asked != 1 {
		t.Errorf("told %d times: %+v", asked, to.told)
	}
	head := func() (i *incidents.Incident) {
		err := d.Store.View(t.Context(), func(tx store.Tx) (err error) {
			i, err = incidents.Head(tx, "1")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	if i := head(); i.AcknowledgedBy.Name != went || i.Seq != 3 {
		t.Errorf("after the handoff it is of %s, event %d", i.AcknowledgedBy.Name, i.Seq)
	}
	do(border.Add(5*time.Minute), incidents.Person(comes), "1", incidents.Acknowledged{})
	if i := head(); i.AcknowledgedBy.Name != comes {
		t.Errorf("after the answer it is of %s", i.AcknowledgedBy.Name)
	}
}

// tell does all entries of a kind that are enqueued.
func (d desk) tell(t *testing.T, kind string) error {
	t.Helper()
	var all []outbox.Entry
	err := d.Store.View(t.Context(), func(tx store.Tx) error {
		all = nil
		for _, val := range tx.Range(store.Under("outbox", "entry")) {
			var e outbox.Entry
			if err := json.Unmarshal(val, &e); err != nil {
				return err
			}
			if e.Kind == kind {
				all = append(all, e)
			}
		}
		return nil
	})
	for _, e := range all {
		if err == nil {
			_, err = d.Handlers()[kind](t.Context(), e)
		}
	}
	return err
}
