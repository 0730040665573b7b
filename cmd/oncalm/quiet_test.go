package main

import (
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems"
)

// playQuiet runs a scene in a world with a service whose incidents are sev4.
func playQuiet(t *testing.T, more string, scene func(*world)) {
	t.Helper()
	s := shop{begin: "2000-01-04T12:00", keys: "remind: 0s\n    handoff: none", more: more}
	s.play(t, func(w *world) {
		w.text = strings.Replace(w.text, "default_service:", "  batch: {policy: shop, severity: sev4, group: 0, alarms: [\"batch-*\"]}\ndefault_service:", 1)
		w.configure("reminder: 0", "reminder: 30m")
		scene(w)
	})
}

// said is the timeline of an incident as people read it.
func (w *world) said(id string) string {
	w.t.Helper()
	var all []string
	doc, err := postmortems.FromStore(w.t.Context(), w.app.store, id, postmortems.ByName)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, l := range doc.Timeline {
		all = append(all, l.What)
	}
	return strings.Join(all, "\n")
}

// TestQuiet: what is quiet has a card, and wakes nobody, whatever happens to it.
func TestQuiet(t *testing.T) {
	t.Run("a card, and no page", func(t *testing.T) {
		playQuiet(t, "", func(w *world) {
			w.Alarm("batch-late")
			w.Wait(30 * time.Second)
			if card := w.Card("1"); !strings.Contains(card.Text, "nobody is paged") {
				t.Errorf("the card says %q", card.Text)
			}
			if said := w.said("1"); !strings.Contains(said, "nobody is paged: “sev4 is quiet”") {
				t.Errorf("the timeline does not say why nobody is paged: %s", said)
			}
			w.Wait(3 * 24 * time.Hour)
			w.Quiet()
			w.Says("ana", "/incident", "ack 1")
			w.Wait(3 * time.Hour) // no reminder
			w.Quiet()
			w.OK("batch-late")
			w.Status("1", resolved)
		})
	})
	t.Run("all severities can page", func(t *testing.T) { // the control
		playQuiet(t, "quiet: []", func(w *world) {
			w.Alarm("batch-late")
			w.Paged("ana", "batch-late")
		})
	})
	t.Run("escalated by hand", func(t *testing.T) {
		playQuiet(t, "", func(w *world) {
			w.Alarm("batch-late")
			w.Wait(time.Hour)
			w.Press("bo", w.Card("1"), "Escalate")
			w.Paged("ana", "batch-late")
			w.Wait(5 * time.Minute)
			w.Paged("ana", "batch-late") // and the run goes on
			if i, _ := w.Incident("1"); i.Quiet {
				t.Error("it is said to be quiet still")
			}
			w.Says("ana", "/incident", "resolve 1 anyway")
			w.Wait(time.Minute)
			w.Alarm("batch-late")
			w.Status("1", triggered)
			w.Wait(time.Hour)
			w.Quiet()
		})
	})
	t.Run("acknowledged, then escalated by hand", func(t *testing.T) {
		playQuiet(t, "", func(w *world) {
			w.Alarm("batch-late")
			w.Press("ana", w.Card("1"), "Acknowledge")
			w.Says("bo", "/incident", "escalate 1")
			w.Paged("ana", "batch-late")
		})
	})
}

// TestQuietFromTheConfiguration: it is judged when a run begins.
func TestQuietFromTheConfiguration(t *testing.T) {
	t.Run("a run in progress stays as it is", func(t *testing.T) {
		playQuiet(t, "", func(w *world) {
			w.Alarm("batch-late")
			w.configure("severity: sev4", "severity: sev1")
			w.text += "\nquiet: []\n"
			w.configure("", "")
			w.Wait(time.Hour)
			w.Quiet()
		})
	})
	t.Run("and is not silenced", func(t *testing.T) {
		playQuiet(t, "quiet: [sev3]", func(w *world) {
			w.Alarm("batch-late")
			w.Paged("ana", "batch-late")
			w.configure("quiet: [sev3]", "quiet: [sev4]")
			w.Wait(5 * time.Minute)
			w.Paged("ana", "batch-late")
		})
	})
	t.Run("triggered again", func(t *testing.T) {
		playQuiet(t, "", func(w *world) {
			w.Alarm("batch-late")
			w.Wait(time.Minute)
			w.OK("batch-late")
			w.Wait(time.Minute)
			w.Alarm("batch-late")
			w.Wait(time.Hour)
			w.Quiet()
			w.OK("batch-late")
			w.configure("severity: sev4", "severity: sev2")
			w.Wait(time.Minute)
			w.Alarm("batch-late")
			w.Paged("ana", "sev2: ")
			if i, _ := w.Incident("1"); i.Run != 2 || i.Quiet || i.Severity != incidents.Sev2 {
				t.Errorf("run %d, quiet: %v, %s", i.Run, i.Quiet, i.Severity)
			}
		})
	})
}

// TestQuietInTheWeekAhead: what is quiet is brought to mind once a week.
func TestQuietInTheWeekAhead(t *testing.T) {
	playQuiet(t, "", func(w *world) {
		w.Alarm("batch-late")
		w.Alarm("batch-lost")
		w.Wait(time.Minute)
		w.Says("ana", "/incident", "ack 2")
		w.until("2000-01-10T08:01")
		goldenText(t, "ahead-quiet.txt", w.told("channel"))
		w.Quiet()
		w.OK("batch-late")
		w.OK("batch-lost")
		w.until("2000-01-17T08:01")
		if told := w.told("channel"); told != "" {
			t.Errorf("told with nothing open: %s", told)
		}
	})
}
