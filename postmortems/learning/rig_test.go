package learning_test

import (
	"fmt"
	"iter"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/learning"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

const day = 24 * time.Hour

// house is a store, and whoever changes the incidents in it. The clock is its own.
type house struct {
	t    testing.TB
	s    store.Store
	book *incidents.Book
	now  time.Time
}

func newHouse(t testing.TB, followers ...incidents.Follower) *house {
	s := storetest.Memory()
	return &house{t, s, &incidents.Book{Store: s, Followers: followers}, noon}
}

func (h *house) update(fn func(store.Tx) error) {
	h.t.Helper()
	if err := h.s.Update(h.t.Context(), fn); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) view(fn func(store.Tx) error) {
	h.t.Helper()
	if err := h.s.View(h.t.Context(), fn); err != nil {
		h.t.Fatal(err)
	}
}

// said is what an alarm of that name says now.
func (h *house) said(name string, state incidents.AlarmState) *incidents.Alarm {
	threshold := 90.0
	return &incidents.Alarm{Name: name, Series: name, Account: "1", Region: "eu-central-1", State: state, Changed: h.now,
		Received: h.now, Reason: "Threshold Crossed: 1 out of the last 2 datapoints [92.5 (02/03/26 11:59:00), 12.0 (02/03/26 " +
			"11:58:00)] was greater than the threshold (90.0).",
		Metric: &incidents.Metric{Comparison: "GreaterThanThreshold", Threshold: &threshold, Period: 60, Periods: 2}}
}

// fires opens an incident by an alarm.
func (h *house) fires(name string) (id string) {
	h.t.Helper()
	h.update(func(tx store.Tx) error {
		i, err := h.book.Open(tx, h.now, h.now, incidents.ByAlarm(name), incidents.Opened{Title: name, Service: "checkout",
			Severity: incidents.Sev2, Alarm: h.said(name, incidents.AlarmFiring)})
		id = i.ID
		return err
	})
	return id
}

// does appends what somebody did.
func (h *house) does(id string, by incidents.Actor, all ...incidents.Body) {
	h.t.Helper()
	h.update(func(tx store.Tx) error {
		for _, b := range all {
			if _, err := h.book.Append(tx, h.now, id, incidents.Event{By: by, Body: b}); err != nil {
				return err
			}
		}
		return nil
	})
}

// recovers resolves an incident by its alarm.
func (h *house) recovers(id, name string) {
	h.t.Helper()
	by := incidents.ByAlarm(name)
	h.does(id, by, incidents.Reported{Alarm: *h.said(name, incidents.AlarmOK)}, incidents.Resolved{})
}

// rolls goes back to a version, which helps.
func (h *house) rolls(id, target string) {
	h.t.Helper()
	h.does(id, ana, incidents.Responded{Fact: response.RollbackRequested{N: 1, Person: "ana", Target: target, From: "43",
		To: "42", Until: h.now.Add(time.Hour)}})
	began := h.now
	h.now = h.now.Add(3 * time.Minute)
	h.does(id, incidents.Oncalm(),
		incidents.Responded{Fact: response.RollbackStarted{N: 1, When: began, From: "43", To: "42"}},
		incidents.Responded{Fact: response.RollbackFinished{N: 1, When: h.now, To: "42"}},
		incidents.Responded{Fact: response.RollbackProven{N: 1, Proof: response.Helped, After: 60}})
}

var ana = incidents.Person("ana")

// keys are those in the store that are of cases or their index.
func (h *house) keys() (keys []string) {
	for key := range storetest.Content(h.t, h.s) {
		if strings.HasPrefix(key, "case/") || strings.HasPrefix(key, "past/") {
			keys = append(keys, key)
		}
	}
	slices.Sort(keys)
	return keys
}

// known is what was before an incident.
func (h *house) known(id string) (k past.Known) {
	h.t.Helper()
	h.view(func(tx store.Tx) error {
		i, err := incidents.Head(tx, id)
		if err != nil {
			return err
		}
		a, err := incidents.Evidence(tx, i)
		k = past.Of(tx, i, a)
		return err
	})
	return k
}

// findings are what a check finds, and repair puts right.
func (h *house) findings(repair bool) (found []string) {
	h.t.Helper()
	h.update(func(tx store.Tx) error {
		in := store.Inspect(tx, h.now)
		for _, c := range past.Looks(past.Keys(), learning.Of) {
			c.Look(in)
		}
		found = nil
		for _, f := range in.Findings {
			found = append(found, f.Key+": "+f.Text)
			for _, w := range f.Repair {
				switch {
				case !repair:
				case w.Val == nil:
					tx.Delete(w.Key)
				default:
					tx.Put(w.Key, w.Val)
				}
			}
		}
		return nil
	})
	return found
}

// counting counts what is read and written through a transaction.
type counting struct {
	store.Tx
	gets, ranged, puts int
}

func (c *counting) Get(key string) []byte {
	c.gets++
	return c.Tx.Get(key)
}

func (c *counting) Put(key string, val []byte) {
	c.puts++
	c.Tx.Put(key, val)
}

func (c *counting) Range(from, to string) iter.Seq2[string, []byte] {
	return func(yield func(string, []byte) bool) {
		for key, val := range c.Tx.Range(from, to) {
			c.ranged++
			if !yield(key, val) {
				return
			}
		}
	}
}

func id8(n int) string { return fmt.Sprintf("%08d", n) }
