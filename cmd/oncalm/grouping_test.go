package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
)

// together plays a scene in a world whose services group their alarms, as they do unless told otherwise.
func together(t *testing.T, scene func(*world)) {
	t.Helper()
	play(t, func(w *world) {
		w.stop()
		w.text = strings.ReplaceAll(worldConfig, "group: 0, ", "")
		w.build()
		w.start()
		scene(w)
	})
}

// count counts the incidents that there are.
func (w *world) count() (n int) {
	w.t.Helper()
	err := w.app.store.View(w.t.Context(), func(tx store.Tx) error {
		all, err := history.Newest(tx, 10_000)
		n = len(all)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// contains says that a text has all of these in it.
func (w *world) contains(text string, wanted ...string) {
	w.t.Helper()
	for _, want := range wanted {
		if !strings.Contains(text, want) {
			w.t.Errorf("at %s: no %q in %s", clock(), want, text)
		}
	}
}

// TestAlarmsThatFireTogether: sixty alarms of one service are one incident, one card and one page, and are over when all are.
func TestAlarmsThatFireTogether(t *testing.T) {
	together(t, func(w *world) {
		for n := range 60 {
			w.Alarm(fmt.Sprintf("checkout-%02d", n))
		}
		w.Wait(10 * time.Second)
		if n := w.count(); n != 1 {
			t.Fatalf("%d incidents, want 1", n)
		}
		page := w.Paged("ana", "checkout-00")
		w.Quiet()
		w.contains(string(w.Card("1").Blocks), "60 alarms", "all in ALARM", "checkout-00", "checkout-04", "and 55 more")
		w.Press("ana", page, "Acknowledge")
		w.Alarm("checkout-60") // within five minutes: ana takes care of it
		w.Wait(5 * time.Minute)
		w.Quiet()
		w.Alarm("checkout-61") // after that it is news
		w.Wait(10 * time.Second)
		w.Paged("ana", "checkout-61")
		for n := range 61 {
			w.Status("1", incidents.StatusAcknowledged)
			w.OK(fmt.Sprintf("checkout-%02d", n))
		}
		w.Status("1", incidents.StatusResolved)
		w.Status("2", incidents.StatusTriggered)
	})
}

// TestThousandAlarms: a thousand alarms on twenty services are twenty incidents.
func TestThousandAlarms(t *testing.T) {
	s := gale{alarms: 1000, services: 20, people: 4}
	play(t, func(w *world) {
		w.stop()
		w.text = strings.ReplaceAll(s.config(), "group: 0, ", "")
		w.build()
		w.start()
		for n := range s.alarms {
			w.Alarm(fmt.Sprintf("svc%02d-alarm-%05d", n%s.services, n/s.services))
		}
		if n := w.count(); n != s.services {
			t.Errorf("%d incidents, want %d", n, s.services)
		}
	})
}

// TestWorseAlarmPagesAnew: an incident that somebody takes care of pages again for an alarm that is worse.
func TestWorseAlarmPagesAnew(t *testing.T) {
	together(t, func(w *world) {
		w.Alarm("search-p99") // sev3
		w.Wait(10 * time.Second)
		w.Press("ana", w.Paged("ana", "search-p99"), "Acknowledge")
		all := aws.Example{Name: "checkout-all", Rule: `ALARM("search-p99")`, Children: []string{w.topic.AlarmARN("search-p99")}}
		if status := w.Post(all); status != http.StatusOK { // sev1, of another service
			t.Fatal(status)
		}
		w.Wait(10 * time.Second)
		page := w.Paged("ana", "sev1: checkout-all and 1 alarm more")
		w.contains(string(page.Blocks), "2 alarms", "checkout-all", "search-p99", "(sev3)")
		if i, kinds := w.Incident("1"); i.Severity != "sev1" || i.Service != "checkout" || i.Run != 1 {
			t.Errorf("%s of %s in run %d: %v", i.Severity, i.Service, i.Run, kinds)
		}
		w.Wait(5 * time.Minute)
		w.Paged("bo", "checkout-all") // nobody has acknowledged that
	})
}

// TestMergeAndSplit: people mend what was grouped wrongly, and nobody is paged twice for it, nor forgotten.
func TestMergeAndSplit(t *testing.T) {
	together(t, func(w *world) {
		w.Alarm("checkout-a")
		w.Alarm("checkout-b")
		w.Alarm("nights-c") // sev2, of another service
		w.Wait(10 * time.Second)
		w.Paged("ana", "checkout-a")
		w.Paged("cy", "nights-c") // by the fallback
		w.contains(w.Says("ana", "/incident", "merge 2"), "Which one into which?")
		w.contains(w.Says("ana", "/incident", "merge 2 into 2"), "cannot be merged into itself")
		w.contains(w.Says("ana", "/incident", "merge #2 into #9"), "No incident 9.")
		w.contains(w.turnsAway("eve", "/incident", "merge 2 into 1"), "not in Oncalm's people list")
		w.Status("2", incidents.StatusTriggered)
		w.contains(w.Says("ana", "/incident", "merge 2 into 1"), "You merged", "into", "3 alarms", "nights-c", "ack 1")
		w.Status("2", incidents.StatusResolved)
		w.Wait(10 * time.Second)
		w.contains(string(w.Card("2").Blocks), "Merged into 1")
		w.contains(string(w.Card("1").Blocks), "3 alarms", "(sev2)", "merged incident 2 into this one")
		w.contains(string(w.pages("cy")[0].Blocks), "Merged into 1")
		w.Quiet()
		w.Says("ana", "/incident", "ack 1")

		w.contains(w.Says("bo", "/incident", "split 1"), "Which alarm?", "checkout-a")
		w.contains(w.Says("bo", "/incident", "split 1 checkout-bb"), "No alarm", "Did you mean", "checkout-b")
		w.contains(w.Says("bo", "/incident", "split 1 checkout-a"), "You split checkout-a off", "ana, who has acknowledged 1")
		w.Wait(10 * time.Minute)
		w.Quiet()
		if i, _ := w.Incident("1"); i.Title != "checkout-b" || len(i.Firing) != 2 {
			t.Errorf("incident 1 is called %s, and has %v", i.Title, i.Firing)
		}
		if i, _ := w.Incident("3"); i.Title != "checkout-a" || i.AcknowledgedBy != incidents.Person("ana") {
			t.Errorf("incident 3 is called %s, acknowledged by %v", i.Title, i.AcknowledgedBy)
		}
		w.OK("checkout-a")
		w.Status("3", incidents.StatusResolved)
		w.OK("checkout-b")
		w.Status("1", incidents.StatusAcknowledged)
		w.OK("nights-c")
		w.Status("1", incidents.StatusResolved)
	})
}
