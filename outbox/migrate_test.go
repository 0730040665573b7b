package outbox_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/storetest"
)

// TestNameLanes: what is enqueued is under the names of its lanes, what is done is left alone, and nothing of it is lost, whatever
// else stands there; a second time changes nothing.
func TestNameLanes(t *testing.T) {
	const at = "20261130T084703.000000000"
	entry := func(key, lane, more string) string {
		return fmt.Sprintf(`{"key":%q,"kind":"a","lane":%s,"due":"2026-11-30T08:47:03Z","created":"2026-11-30T08:47:03Z"%s}`, key, lane, more)
	}
	before, want := map[string]string{}, map[string]string{}
	keep := func(key, val string) { before[key], want[key] = val, val }
	for n, lane := range []outbox.Lane{
		outbox.Decisions, outbox.Pages1, outbox.Pages2, outbox.Pages3, outbox.Pages4, outbox.Answers, outbox.Chores,
		outbox.Errands,
	} {
		key, number, name := fmt.Sprintf("%d/x", n), fmt.Sprint(n), fmt.Sprintf("%q", lane)
		before["outbox/entry/"+key] = entry(key, number, "")
		before["outbox/due/"+number+"/"+at+"/"+key] = ""
		want["outbox/entry/"+key] = entry(key, name, "")
		want["outbox/due/"+string(lane)+"/"+at+"/"+key] = ""
	}
	before["outbox/entry/failed"] = entry("failed", "6", `,"attempt":2,"error":"no"`)
	before["outbox/due/6/"+at+"/failed"] = "20261130T084600.000000000"
	want["outbox/entry/failed"] = entry("failed", `"chores"`, `,"attempt":2,"error":"no"`)
	want["outbox/due/chores/"+at+"/failed"] = "20261130T084600.000000000"
	before["outbox/entry/parked"], want["outbox/entry/parked"] = entry("parked", "5", ""), entry("parked", `"answers"`, "")
	keep("outbox/parked/parked", "")
	before["outbox/due/2/"+at+"/lost"], want["outbox/due/pages_sev2/"+at+"/lost"] = "", ""
	before["outbox/due/2/"+at+"/unreadable"], want["outbox/due/pages_sev2/"+at+"/unreadable"] = "", ""
	keep("outbox/entry/unreadable", "{")
	keep("outbox/entry/done", entry("done", "2", `,"done":"2026-11-30T08:47:03Z"`))
	keep("outbox/entry/in no index", entry("in no index", "2", ""))
	keep("outbox/due/9/"+at+"/of no lane", "")
	keep("outbox/due/nonsense", "")
	keep("incident/00000001/head", "{}")

	s := storetest.Memory()
	must(t, s, func(tx store.Tx) error {
		for key, val := range before {
			tx.Put(key, []byte(val))
		}
		return nil
	})
	for range 2 {
		must(t, storetest.Twice(s), outbox.NameLanes)
		if diff := cmp.Diff(want, storetest.Content(t, s)); diff != "" {
			t.Fatalf("the store (-want +got):\n%s", diff)
		}
	}
}

// TestNumbersOfLanesAreRead: what was done, and what is in no index, keeps the number that its lane had: its key is used, it is
// swept, and it can be enqueued again.
func TestNumbersOfLanesAreRead(t *testing.T) {
	now := time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)
	s := storetest.Memory()
	must(t, s, func(tx store.Tx) error {
		for key, done := range map[string]string{"done": `,"done":"2026-11-30T08:00:00Z"`, "lost": ""} {
			tx.Put("outbox/entry/"+key, []byte(`{"key":"`+key+`","kind":"a","lane":2,"due":"2026-11-30T08:00:00Z","created":"2026-11-30T08:00:00Z"`+done+`}`))
		}
		return nil
	})
	must(t, s, func(tx store.Tx) error {
		queue := outbox.In(tx, now)
		e, ok := queue.Get("done")
		if !ok || e.Lane != outbox.Pages2 {
			t.Errorf("what is done: %+v, %v", e, ok)
		}
		queue.Once(outbox.Entry{Key: "done", Kind: "b", Lane: outbox.Pages2, Due: now})
		if e, _ = queue.Get("done"); e.Kind != "a" {
			t.Error("a used key is used again")
		}
		if queue.Pending("lost") {
			t.Error("what is in no index is taken for owed")
		}
		e, _ = queue.Get("lost")
		if queue.Mend(e); !queue.Pending("lost") {
			t.Error("it cannot be owed anew")
		}
		return nil
	})
	if n, err := outbox.Sweep(t.Context(), s, now.Add(outbox.Kept)); n != 1 || err != nil {
		t.Errorf("%d were swept, %v", n, err)
	}
	if _, there := storetest.Content(t, s)["outbox/due/pages_sev2/20261130T080000.000000000/lost"]; !there {
		t.Errorf("what was owed anew is not under the name of its lane: %v", storetest.Content(t, s))
	}
}

func must(t *testing.T, s store.Store, fn func(store.Tx) error) {
	t.Helper()
	if err := s.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// TestALaneOfAnotherVersion: what stands in a lane that nobody serves is not worked off, and is seen to be late.
func TestALaneOfAnotherVersion(t *testing.T) {
	inWorld(t, counting, func(w *world) {
		w.owe(false, outbox.Entry{Key: "x", Kind: "a", Lane: "pages_by_fax"}, outbox.Entry{Key: "y", Kind: "a", Lane: outbox.Chores})
		wait(time.Hour)
		w.want("y")
		state, err := w.runner.Look(t.Context())
		if err != nil || state.Behind["pages_by_fax"] < time.Hour-time.Minute || state.Behind[outbox.Chores] != 0 {
			t.Errorf("state = %+v, %v", state, err)
		}
	})
}

// TestAnEntryHasALane: one without would never be worked off.
func TestAnEntryHasALane(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("an entry without a lane is taken")
		}
	}()
	must(t, storetest.Memory(), func(tx store.Tx) error {
		outbox.In(tx, time.Now()).Once(outbox.Entry{Key: "x", Kind: "a"})
		return nil
	})
}
