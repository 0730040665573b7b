package actions_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

var noon = time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC)

// kept is a store with incidents, and whoever decides about their action items.
type kept struct {
	t    *testing.T
	s    store.Store
	desk actions.Desk
}

func newKept(t *testing.T, followers ...incidents.Follower) *kept {
	s := storetest.Memory()
	k := &kept{t, s, actions.Desk{Book: &incidents.Book{Store: s, Followers: followers}}}
	k.update(func(tx store.Tx) error {
		for n := range 3 {
			_, err := k.desk.Book.Open(tx, noon, noon, incidents.Oncalm(), incidents.Opened{
				Title: fmt.Sprint("x", n+1), Service: "shop", Severity: incidents.Sev2})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return k
}

func (k *kept) update(fn func(store.Tx) error) {
	k.t.Helper()
	if err := k.s.Update(k.t.Context(), fn); err != nil {
		k.t.Fatal(err)
	}
}

func (k *kept) plan(incident, what, owner string, due time.Time) (i actions.Item) {
	k.t.Helper()
	k.update(func(tx store.Tx) (err error) {
		i, err = k.desk.Plan(tx, noon, incident, incidents.Person("ana"), response.Planned{What: what, Person: owner, Due: due})
		return err
	})
	return i
}

func (k *kept) closes(incident string, number int) {
	k.t.Helper()
	k.update(func(tx store.Tx) error {
		_, err := k.desk.Close(tx, noon.Add(time.Hour), incidents.Person("bo"), incident, number, "it is there")
		return err
	})
}

// open are the items that are open, as the index says it.
func (k *kept) open() (all []string) {
	k.t.Helper()
	err := k.s.View(k.t.Context(), func(tx store.Tx) error {
		all = nil
		for _, i := range actions.Open(tx) {
			all = append(all, i.ID()+" "+i.What)
		}
		return nil
	})
	if err != nil {
		k.t.Fatal(err)
	}
	return all
}

// findings are what is wrong with the index, and what puts it right is done.
func (k *kept) findings() (all []string) {
	k.t.Helper()
	k.update(func(tx store.Tx) error {
		in := store.Inspect(tx, noon)
		for _, c := range actions.Keys() {
			if c.Look != nil {
				c.Look(in)
			}
		}
		all = nil
		for _, f := range in.Findings {
			all = append(all, f.Key+": "+f.Text)
			for _, w := range f.Repair {
				if w.Val == nil {
					tx.Delete(w.Key)
				} else {
					tx.Put(w.Key, w.Val)
				}
			}
		}
		return nil
	})
	return all
}

// TestItems: an item keeps its number whatever becomes of the others; it can be changed, closed and opened again, and the index has
// what is open, what is due first in front.
func TestItems(t *testing.T) {
	k := newKept(t, actions.Follow)
	if i := k.plan("2", "an alarm", "bo", noon.AddDate(0, 0, 3)); i.ID() != "2-1" || i.Number != 1 || !i.Open() || i.By != "ana" {
		t.Errorf("%+v", i)
	}
	k.plan("2", "a test", "", time.Time{})
	k.plan("1", "a limit", "cy", noon.AddDate(0, 0, 1))
	if diff := cmp.Diff([]string{"1-1 a limit", "2-1 an alarm", "2-2 a test"}, k.open()); diff != "" {
		t.Error(diff)
	}
	k.closes("2", 1)
	if i := k.plan("2", "a runbook", "", time.Time{}); i.ID() != "2-3" {
		t.Errorf("%+v", i)
	}
	if diff := cmp.Diff([]string{"1-1 a limit", "2-2 a test", "2-3 a runbook"}, k.open()); diff != "" {
		t.Error(diff)
	}
	k.update(func(tx store.Tx) error {
		bo := incidents.Person("bo")
		i, err := k.desk.Reopen(tx, noon, bo, "2", 1, "it does not fire")
		if err != nil || !i.Open() || i.Reason != "it does not fire" || len(i.Events) != 3 {
			t.Errorf("%+v, %v", i, err)
		}
		if _, err := k.desk.Reopen(tx, noon, bo, "2", 1, ""); !errors.Is(err, actions.ErrAs) {
			t.Error(err)
		}
		if _, err := k.desk.Change(tx, noon, bo, i); !errors.Is(err, actions.ErrAs) {
			t.Error(err)
		}
		i.Owner, i.Type = "cy", response.Detect
		if i, err = k.desk.Change(tx, noon, bo, i); err != nil || i.Owner != "cy" || i.Due.IsZero() || i.Number != 1 {
			t.Errorf("%+v, %v", i, err)
		}
		if _, err := k.desk.Close(tx, noon, bo, "2", 9, ""); !errors.Is(err, actions.ErrNone) {
			t.Error(err)
		}
		if _, err := k.desk.Close(tx, noon, bo, "9", 1, ""); !errors.Is(err, incidents.ErrNotFound) {
			t.Error(err)
		}
		if !actions.Any(tx, "2") || actions.Any(tx, "3") {
			t.Error("it is not known of which incidents something is open")
		}
		return nil
	})
	if diff := cmp.Diff([]string{"1-1 a limit", "2-1 an alarm", "2-2 a test", "2-3 a runbook"}, k.open()); diff != "" {
		t.Error(diff)
	}
	if found := k.findings(); len(found) > 0 {
		t.Error(found)
	}
}

// TestItemsOfBefore: an item that was planned before there were numbers has one, and what is said of an item that there is not is
// passed by.
func TestItemsOfBefore(t *testing.T) {
	event := func(seq int, f response.Fact) incidents.Event {
		return incidents.Event{Seq: seq, At: noon, By: incidents.Person("ana"), Body: incidents.Responded{Fact: f}}
	}
	all := actions.Of("7", []incidents.Event{event(2, response.Planned{What: "a"}), event(3, response.Planned{What: "b"}),
		event(4, response.ActionClosed{Item: 9}), event(5, response.ActionChanged{Item: 9}),
		event(6, response.ActionClosed{Item: 2})})
	if len(all) != 2 || all[0].ID() != "7-1" || all[0].Open() || all[1].ID() != "7-2" || !all[1].Open() {
		t.Errorf("%+v", all)
	}
}

// TestIndex: what a store of before lacks is made up for once, and what is wrong with the index is found and put right.
func TestIndex(t *testing.T) {
	k := newKept(t)
	k.plan("1", "a", "", time.Time{})
	k.plan("3", "b", "", time.Time{})
	k.plan("3", "c", "", time.Time{})
	k.closes("3", 1)
	if found := append(k.findings(), k.open()...); len(found) > 0 {
		t.Errorf("before there is an index nothing is missing: %q", found)
	}
	for _, want := range []int{2, 0} {
		if n, err := actions.Complete(t.Context(), k.s); n != want || err != nil {
			t.Errorf("%d incidents, want %d, %v", n, want, err)
		}
	}
	want := []string{"1-1 a", "3-2 c"}
	if diff := cmp.Diff(want, k.open()); diff != "" {
		t.Error(diff)
	}
	k.update(func(tx store.Tx) error {
		tx.Delete("action/00000001/00000002")
		tx.Put("action/00000002/00000001", []byte("{}"))
		tx.Put("action/00000003/00000003", []byte("{}"))
		return nil
	})
	found := strings.Join(k.findings(), "\n")
	for _, part := range []string{"action/00000001/00000002: the index lacks", "action/00000002/00000001: no action item",
		"action/00000003/00000003: the index differs"} {
		if !strings.Contains(found, part) {
			t.Errorf("%q is not found in\n%s", part, found)
		}
	}
	if diff := cmp.Diff(want, k.open()); diff != "" {
		t.Error(diff)
	}
	if found := k.findings(); len(found) > 0 {
		t.Error(found)
	}
}

func TestSplit(t *testing.T) {
	for said, want := range map[string]string{"42-3": "42 3 true", "3": " 3 true", "#42-3": "42 3 true", "x-3": " 0 false",
		"42-": "42 0 false", "-1": " 0 false", "0": " 0 false", "": " 0 false", "42-3-1": "42 0 false"} {
		incident, number, ok := actions.Split(said)
		got := fmt.Sprint(incident, " ", number, " ", ok)
		if good := strings.HasSuffix(want, "true"); good && got != want || ok != good {
			t.Errorf("%q is %q, want %q", said, got, want)
		}
	}
}
