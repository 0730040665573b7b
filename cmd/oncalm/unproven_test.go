package main

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/alarms/setup"
	"github.com/oncalm/oncalm/cmd/oncalm/cli"
	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/cmd/oncalm/config/contacts"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/reach"
)

// TestUnprovenIsNamedBefore: in the week ahead and before a shift it is said that nobody has proven a number.
func TestUnprovenIsNamedBefore(t *testing.T) {
	number := func(w *world) {
		p := w.cfg.People["bo"]
		p.Phone = phoneOfAna
		p.Notify = contacts.Rules{incidents.Sev1: {{Name: incidents.ViaSlack}, {Name: reach.SMS, After: time.Minute}}}
		w.cfg.People = map[string]config.Person{"ana": w.cfg.People["ana"], "bo": p, "cy": w.cfg.People["cy"]}
		w.cfg.SMS.Via = contacts.ViaSNS
	}
	for keys, want := range map[string]string{
		"remind: 0s\n    handoff: none": "and is paged by what nobody has proven: SMS (not proven).",
		"remind: 1h":                    "You are paged by SMS (not proven). Prove that it reaches you with /oncall verify.",
	} {
		begin, until := "2000-01-10T06:30", "2000-01-10T08:01"
		shop{begin: begin, keys: keys, before: number}.play(t, func(w *world) {
			w.until(until)
			if said := w.allTold(); !strings.Contains(said, want) || strings.Contains(said, phoneOfAna[1:]) {
				t.Errorf("%s: %q is not in %s", keys, want, said)
			}
		})
	}
}

// TestDoctorNamesTheUnproven: from the store of a bot that is stopped, and from the bot that runs.
func TestDoctorNamesTheUnproven(t *testing.T) {
	r := newRig(t, newSlack(t).APIURL())
	r.configure("people: {ana: {slack: U0ANA}", "public_url: https://oncall.example.com\nsms: {via: sns}\n"+
		"people: {ana: {slack: U0ANA, phone: \"+4915112345678\", notify: {sev2: [sms, slack]}}")
	look := func() (all []setup.Finding) {
		out, _ := r.call("doctor", "-json", "-config", r.path("oncalm.yaml"))
		var found []setup.Finding
		if err := json.Unmarshal([]byte(out), &found); err != nil {
			t.Fatal(err, out)
		}
		for _, f := range found {
			if f.Check == "contact-proof" {
				all = append(all, f)
			}
		}
		return all
	}
	says := func(when string) {
		t.Helper()
		found := look()
		if len(found) != 1 || found[0].Level != setup.Warn || found[0].What != "nobody knows whether ana is reached by SMS (not proven)" {
			t.Errorf("%s: %+v", when, found)
		}
	}
	if found := look(); len(found) != 0 {
		t.Errorf("before the first start: %+v", found)
	}
	r.start()
	says("while it runs")
	if _, code := r.call("fsck", "-config", r.path("oncalm.yaml")); code != cli.ExitFine {
		t.Errorf("fsck exits with %d", code)
	}
	r.kill()
	says("when it is stopped")
}
