package main

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
)

// shape is what a story changes in its configuration.
type shape struct {
	wait        int    // which of some policies
	gone        string // whoever is not in it any more
	disks       bool   // the disks have a service, which is of the worst severity
	nights      bool   // the alarms of the nights page nobody
	maintenance int    // which of some
}

// storyWaits are policies; the last one is wrong.
var storyWaits = []string{"wait: 10m}]\n    rounds: 2", "wait: 7m}]\n    rounds: 2", "wait: 7m}]\n    rounds: many"}

// storyMaintenance are times in which nobody is paged.
var storyMaintenance = []string{"", `
maintenance:
  - {name: nightly, match: ["search-*", {service: nights}], zone: UTC, days: mon-sun, from: "01:00", to: "06:00"}
  - {name: noon, match: ["disk*", "checkout-5xx"], zone: UTC, from: "11:30", to: "14:00", end: resolve}
`, `
maintenance:
  - {name: nightly, match: ["*-any", "nights-*"], zone: UTC, from: "22:00", to: "05:00"}
  - {name: often, match: [{service: checkout}], zone: UTC, days: mon-sun, from: "08:00", to: "20:00", end: page}
`}

// text is the configuration in that shape.
func (s *story) inShape(c shape) string {
	text := strings.ReplaceAll(s.base, storyWaits[0], storyWaits[c.wait])
	change := func(pairs ...string) { text = strings.NewReplacer(pairs...).Replace(text) }
	switch c.gone {
	case "ana":
		change("ana: {slack: U0ANA, zone: Europe/Berlin}, ", "", "people: [ana]", "people: [bo]", "person:ana", "person:bo")
	case "cy":
		change(", cy: {slack: U0CY}", "", "person:cy", "person:bo")
	}
	if c.disks {
		change("services:\n", "services:\n  disks: {policy: gap, severity: sev1, alarms: [\"disk*\"]}\n")
	}
	if c.nights {
		change("nights: {policy: gap, severity: sev2,", "nights: {policy: gap, severity: sev4,")
	}
	return text + storyMaintenance[c.maintenance]
}

// reloads puts another configuration in force, or tries to.
func (s *story) reloads() {
	next := s.config
	switch s.rand.IntN(6) {
	case 0:
		next.wait = 1 - next.wait
	case 1:
		next.gone = []string{"", "ana", "cy"}[s.rand.IntN(3)]
	case 2:
		next.disks = !next.disks
	case 3:
		next.nights = !next.nights
	case 4:
		next.maintenance = s.rand.IntN(len(storyMaintenance))
	case 5:
		next.wait = 2
	}
	s.tell("reload: %+v", next)
	before, right := s.text, next.wait < 2
	if right && next.gone != "" && next.gone != s.config.gone {
		for id, i := range s.incidents() {
			if i.AcknowledgedBy == incidents.Person(next.gone) {
				delete(s.taken, id) // nobody has it any more
			}
		}
	}
	if told := s.Reload(s.text, s.inShape(next)); told.Done != right {
		s.t.Errorf("of that it says %+v", told)
	}
	if !right {
		s.Reload(s.text, before) // for the next start
		return
	}
	s.config = next
}

// silences has somebody silence something, or end that.
func (s *story) silences(person string) {
	what := []string{"checkout-*", "service search", "service nights", "service rest", "alarm *-p99", "disk*", "*"}
	for range 3 {
		what = append(what, storyAlarms[s.rand.IntN(len(storyAlarms))])
	}
	target := what[s.rand.IntN(len(what))]
	length := []string{"7m", "40m", "3h", "until clear"}[s.rand.IntN(4)]
	switch all := s.left(); s.rand.IntN(5) {
	case 0:
		if len(all) > 0 {
			ends := all[s.rand.IntN(len(all))]
			s.tell("%s: unsilence %s of %s", person, ends.What(), ends.Said().Source())
			s.Says(person, "/oncall", "unsilence "+ends.ID)
		}
	case 1:
		after := time.Duration(1+s.rand.IntN(90)) * time.Minute
		s.tell("%s plans to silence %s after %v", person, target, after)
		s.silence(person, storyAlarms[s.rand.IntN(len(storyAlarms))], after, time.Hour, nil)
	default:
		s.tell("%s: silence %s %s", person, target, length)
		s.Says(person, "/oncall", "silence "+target+" "+length+" we deploy")
	}
}

// hushed holds that each alarm which fires, and would page by itself, pages, unless a silence covers it that will end.
func (s *story) hushed(say func(string, ...any)) {
	s.t.Helper()
	ends := func(i *silences.Silence) bool {
		return slices.ContainsFunc([]string{silences.KindSilence, silences.KindMaintenance}, func(kind string) bool {
			return s.due(store.Key(kind, i.ID, "end"))
		})
	}
	for _, silence := range s.left() {
		if !ends(&silence) {
			say("the silence of %s by %s never ends", silence.What(), silence.Said().Source())
		}
	}
	for id, i := range s.incidents() {
		if !i.Open() || !i.Quiet {
			continue
		}
		for _, name := range i.Firing {
			service := i.Service
			if len(i.Firing) > 1 {
				service = s.serviceOf(name)
			}
			if s.loud[name] && !s.covered(name, service) {
				say("the alarm %s of incident %s fires, nothing silences it, and nobody is paged", name, id)
			}
		}
	}
}

// covered reports whether an alarm of a service is silenced now.
func (s *story) covered(name, service string) bool {
	of := silences.Subject{Alarm: &incidents.Alarm{Name: name}, Service: service}
	return slices.ContainsFunc(s.left(), func(silence silences.Silence) bool {
		return silence.InForce(s.app.clock.Now()) && silence.Covering(of)
	})
}

// serviceOf is the service of an alarm.
func (s *story) serviceOf(name string) string {
	first, _, _ := strings.Cut(name, "-")
	switch {
	case first == "disk" && s.config.disks:
		return "disks"
	case slices.Contains([]string{"checkout", "search", "nights"}, first):
		return first
	}
	return "rest"
}

// due reports whether an entry is enqueued that can be read.
func (s *story) due(key string) (is bool) {
	s.t.Helper()
	err := s.app.store.View(s.t.Context(), func(tx store.Tx) error {
		t := outbox.In(tx, time.Now())
		_, is = t.Get(key)
		is = is && t.Pending(key)
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return is
}

// intruded holds, when a story is over, that nobody was paged for what was silenced, or quiet, at that time.
func (s *story) intruded() {
	s.t.Helper()
	all := s.shownPages()
	for id := range s.incidents() {
		var pages []time.Time
		for _, p := range all {
			if strings.HasPrefix(p.key, id+"/") {
				pages = append(pages, p.posted)
			}
		}
		for _, quiet := range s.quietTimes(id) {
			for _, at := range pages {
				if quiet.from.Before(at) && at.Before(quiet.to) {
					s.t.Errorf("of incident %s somebody was paged at %s, and it was quiet from %s to %s", id, at, quiet.from, quiet.to)
				}
			}
		}
	}
}

// span is a time.
type span struct{ from, to time.Time }

// quietTimes are the times in which nobody is to be paged for an incident. What is in hand when one begins has a second.
func (s *story) quietTimes(id string) (all []span) {
	s.t.Helper()
	var events []incidents.Event
	err := s.app.store.View(s.t.Context(), func(tx store.Tx) (err error) {
		events, err = incidents.Timeline(tx, id)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	var from time.Time
	for n, e := range events {
		i, err := incidents.Fold(id, events[:n+1])
		if err != nil {
			s.t.Fatal(err)
		}
		switch quiet := i.Open() && i.Quiet; {
		case quiet && from.IsZero():
			from = e.At
		case !quiet && !from.IsZero():
			all, from = append(all, span{from.Add(time.Second), e.At}), time.Time{}
		}
	}
	if !from.IsZero() {
		all = append(all, span{from.Add(time.Second), time.Now()})
	}
	return all
}

// TestStoryControl: without the auditor, stories find that somebody is forgotten.
func TestStoryControl(t *testing.T) {
	for _, what := range []string{"/escalate/", "silence/"} {
		found := 0
		for seed := range uint64(4) {
			play(t, func(w *world) {
				w.naked, w.lossy = true, true
				w.Restart()
				s := newStory(w, seed, 55)
				for range 40 {
					s.fires(storyAlarms[s.rand.IntN(len(storyAlarms))])
					s.silences("ana")
					if keys := s.waiting(what); len(keys) > 0 {
						s.Lose(keys[s.rand.IntN(len(keys))])
					}
					if s.passes(time.Minute); len(s.wrong()) > 0 {
						found++
						break
					}
				}
				if out := w.fscked("-repair"); strings.Contains(out, "end the silence in Slack\n") {
					t.Errorf("fsck does not repair that: %s", out)
				}
				w.start()
			})
		}
		if found == 0 {
			t.Errorf("entries with %s are lost, nothing brings them back, and no story finds it", what)
		}
	}
}
