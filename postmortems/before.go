package postmortems

import (
	"context"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/likeness"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/store"
)

// Bounds of what is looked for and compared for one document, however much there was before.
const (
	mostByAlarm = 100 // cases of the same alarm, and of each thing that was changed
	mostByOwn   = 200 // cases of the same service
	mostAlarms  = 5   // alarms, and things, that are looked for
	compared    = 100 // cases whose words are compared: the newest of those that were found
	told        = 200 // events of a case that are read for its words
)

// Before are the incidents of before that may be related to one, by the index: of the same alarms, of the same service, and those
// before which the same thing was changed. The words of the newest are compared with its own.
func Before(tx store.Tx, i *incidents.Incident, timeline []incidents.Event) []evidence.Earlier {
	all, seen := []evidence.Earlier{}, map[string]bool{i.ID: true}
	take := func(of past.Which, most int) {
		found, _ := past.Find(tx, of, i.Opened.Add(-evidence.RelatedWithin), i.Opened.Add(-time.Second), most)
		for _, c := range found {
			if !seen[c.ID] {
				seen[c.ID], all = true, append(all, evidence.Earlier{Case: c})
			}
		}
	}
	alarms, things := evidence.Read(*i, timeline).Alarms()
	for _, a := range alarms[:min(len(alarms), mostAlarms)] {
		take(past.ByAlarm(a), mostByAlarm)
	}
	for _, t := range things[:min(len(things), mostAlarms)] {
		take(past.ByThing(t), mostByAlarm)
	}
	take(past.ByService(i.Service), mostByOwn)
	compare(tx, i, timeline, all)
	return all
}

// BeforeOf is [Before] of the incident of that id. The error is [incidents.ErrNotFound], or that it cannot be read.
func BeforeOf(ctx context.Context, s store.Store, id string) (list []evidence.Earlier, err error) {
	err = s.View(ctx, func(tx store.Tx) error {
		i, err := incidents.Head(tx, id)
		if err != nil {
			return err
		}
		timeline, err := incidents.Timeline(tx, i.ID)
		list = Before(tx, i, timeline)
		return err
	})
	return list, err
}

// compare says of the first of some incidents how alike their words are to those of another.
func compare(tx store.Tx, i *incidents.Incident, timeline []incidents.Event, all []evidence.Earlier) {
	texts := []string{words(i.Title, timeline)}
	for _, p := range all[:min(len(all), compared)] {
		events, err := incidents.Events(tx, p.ID, 1, told)
		if err != nil {
			events = nil // fsck names it; its title is known
		}
		texts = append(texts, words(p.Title, events))
	}
	for _, m := range likeness.New(texts).Like(0) {
		all[m.Text-1].Score, all[m.Text-1].Words = m.Score, m.Words
	}
}

// words are what was told of an incident: its title, what its alarm says of itself, and what people wrote.
func words(title string, timeline []incidents.Event) string {
	parts := []string{title}
	for _, e := range timeline {
		if a := incidents.AlarmIn(e.Body); a != nil && e.Seq == 1 {
			parts = append(parts, a.Description)
		}
		switch b := e.Body.(type) {
		case incidents.Noted:
			parts = append(parts, b.Text)
		case incidents.Resolved:
			parts = append(parts, b.Reason)
		case incidents.Responded:
			switch f := b.Fact.(type) {
			case response.Summarised:
				parts = append(parts, f.Text)
			case response.Affected:
				parts = append(parts, f.Text)
			case response.Updated:
				parts = append(parts, f.Text)
			case response.SectionWritten:
				parts = append(parts, f.Text)
			}
		}
	}
	return strings.Join(parts, "\n")
}
