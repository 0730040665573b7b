package main

import (
	"net/http"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/aws"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// Composite fires an alarm that names others.
func (w *world) Composite(name string, of ...string) {
	w.t.Helper()
	x := aws.Example{Name: name, Rule: `ALARM("x")`}
	for _, child := range of {
		x.Children = append(x.Children, w.topic.AlarmARN(child))
	}
	if status := w.Post(x); status != http.StatusOK {
		w.t.Fatalf("alarm %s: %d", name, status)
	}
}

// TestSilenceOfAPart: an incident has several alarms, not all of which are silenced, or not by the same. None of them is forgotten when
// what silenced it is over.
func TestSilenceOfAPart(t *testing.T) {
	for name, scene := range map[string]func(*world){
		"each by another": func(w *world) {
			w.silence("ana", "search-all", 0, 3*time.Hour, nil)
			w.silence("bo", "checkout-x", 0, time.Hour, nil)
			w.Composite("search-all", "checkout-x")
			w.Alarm("checkout-x")
			w.Wait(59 * time.Minute)
			w.Quiet()
			w.Wait(2 * time.Minute)
			w.Paged("ana", "sev1: checkout-x")
		},
		"somebody ends one": func(w *world) {
			w.silence("bo", "checkout-x", 0, 3*time.Hour, nil)
			w.silence("ana", "search-all", 0, time.Hour, nil)
			w.Composite("search-all", "checkout-x")
			w.Alarm("checkout-x")
			w.hearsOf("cy", "unsilence checkout-x", "Ended: checkout-x", "1 incident that still fires pages now: 1")
			w.Wait(time.Second)
			w.Paged("ana", "checkout-x")
		},
		"the others are quiet": func(w *world) {
			w.configure("nights: {policy: gap, severity: sev2", "nights: {policy: gap, severity: sev4")
			w.silence("bo", "checkout-x", 0, time.Hour, nil)
			w.Composite("nights-all", "checkout-x")
			w.Alarm("checkout-x")
			w.Wait(59 * time.Minute)
			w.Quiet()
			w.Wait(2 * time.Minute)
			w.Paged("ana", "sev1: checkout-x")
		},
		"all are silenced, and the others are quiet": func(w *world) {
			w.configure("nights: {policy: gap, severity: sev2", "nights: {policy: gap, severity: sev4")
			w.silence("bo", "*", 0, time.Hour, nil)
			w.Composite("nights-all", "checkout-x")
			w.Alarm("checkout-x")
			w.Wait(59 * time.Minute)
			w.Quiet()
			w.Wait(2 * time.Minute)
			w.Paged("ana", "sev1: checkout-x")
		},
		"merged into what is quiet": func(w *world) {
			w.configure("nights: {policy: gap, severity: sev2", "nights: {policy: gap, severity: sev4")
			w.silence("bo", "*", 0, time.Hour, nil)
			w.Alarm("nights-late")
			w.Alarm("checkout-x")
			w.Says("ana", "/incident", "merge 2 into 1")
			w.Wait(59 * time.Minute)
			w.Quiet()
			w.Wait(2 * time.Minute)
			w.Paged("ana", "sev1: checkout-x")
		},
		"somebody has the others": func(w *world) {
			w.silence("bo", "checkout-x", 0, time.Hour, nil)
			w.Composite("search-all", "checkout-x")
			w.Press("ana", w.Paged("ana", "search-all"), "Acknowledge")
			w.Alarm("checkout-x")
			w.Wait(2 * time.Second)
			w.Quiet()
			w.Wait(29 * time.Minute)
			w.Quiet()
			w.Wait(2 * time.Minute)
			w.Paged("ana", "search-all") // the reminder
			w.Wait(30 * time.Minute)
			w.Paged("ana", "sev1: checkout-x")
			w.Status("1", triggered)
		},
		"it is OK by then": func(w *world) {
			w.silence("bo", "checkout-x", 0, time.Hour, nil)
			w.Composite("search-all", "checkout-x")
			w.Press("ana", w.Paged("ana", "search-all"), "Acknowledge")
			w.Alarm("checkout-x")
			w.Wait(30*time.Minute + time.Second)
			w.Paged("ana", "search-all") // the reminder
			w.OK("checkout-x")
			w.Wait(31 * time.Minute)
			w.Paged("ana", "search-all")
			w.Quiet()
			w.Status("1", incidents.StatusAcknowledged)
		},
	} {
		t.Run(name, func(t *testing.T) { play(t, scene) })
	}
}

// TestSilenceIsLost: what is lost from the store of a silence does not make it last for good.
func TestSilenceIsLost(t *testing.T) {
	for name, lose := range map[string]func(w *world, id string){
		"that it ends": func(w *world, id string) { w.Lose("silence/" + id + "/end") },
		"that it ends, on the disk": func(w *world, id string) {
			w.Flip("silence/" + id + "/end")
		},
		"itself": func(w *world, id string) {
			err := w.db.Update(w.t.Context(), func(tx store.Tx) error {
				tx.Put("silence/"+id, []byte("{"))
				return nil
			})
			if err != nil {
				w.t.Fatal(err)
			}
		},
	} {
		for _, naked := range []bool{false, true} {
			what := name
			if naked {
				what += ", the control: nobody audits"
			}
			t.Run(what, func(t *testing.T) {
				play(t, func(w *world) {
					w.naked, w.lossy = naked, naked || name == "itself"
					w.Restart()
					id := w.silence("bo", "checkout-*", 0, time.Hour, nil).Silence.ID
					w.Alarm("checkout-5xx")
					lose(w, id)
					w.Wait(61 * time.Minute)
					if n := len(w.pages("ana")); naked != (n == 0) {
						t.Errorf("%d pages after the end", n)
					}
					if !naked {
						return
					}
					want := "nothing begins or ends the silence of checkout-*"
					if name == "itself" {
						want = "incident 1 is silenced, and no silence is there that ends"
					}
					w.contains(w.fscked("-repair"), want)
					w.start()
					w.Wait(2 * time.Second)
					w.Paged("ana", "checkout-5xx")
				})
			})
		}
	}
}
