package alarms

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// record is what is known of one alarm, or of whatever else has a fingerprint.
type record struct {
	Name string `json:"name"`
	// Incident is the last one that the alarm was part of.
	Incident string `json:"incident,omitempty"`
	// Series holds the newest word of the alarm, or of each of its contributors.
	Series map[string]lastWord `json:"series"`
	// NeverRecovers is that of the newest word; see [incidents.Alarm].
	NeverRecovers bool `json:"never_recovers,omitempty"`
	// Heard is when the newest word came.
	Heard time.Time `json:"heard"`
}

// lastWord is the newest word of one series.
type lastWord struct {
	State   incidents.AlarmState `json:"state"`
	Changed time.Time            `json:"changed"`
}

func recordKey(fp string) string { return store.Key("alarm", fp) }

// loadRecord reads the record of a fingerprint; an empty one if there is none, or none
// that can be read: better to page once more than to refuse what an alarm says.
func loadRecord(tx store.Tx, fp string) record {
	var r record
	if val := tx.Get(recordKey(fp)); val != nil && json.Unmarshal(val, &r) != nil {
		r = record{}
	}
	if r.Series == nil {
		r.Series = map[string]lastWord{}
	}
	return r
}

func (r record) save(tx store.Tx, fp string) error {
	r.prune()
	val, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("alarm %s: %w", fp, err)
	}
	tx.Put(recordKey(fp), val)
	return nil
}

const (
	seriesKept = 200
	seriesAge  = 7 * 24 * time.Hour
)

// prune forgets contributors that have been well for long, so that an alarm over ever
// new ones does not grow without end.
func (r record) prune() {
	if len(r.Series) <= seriesKept {
		return
	}
	for name, w := range r.Series {
		if w.State == incidents.AlarmOK && r.Heard.Sub(w.Changed) > seriesAge {
			delete(r.Series, name)
		}
	}
}

// order says how a word stands to the newest one known of its series.
type order int

const (
	newer  order = iota // it counts
	same                // it is the same one, sent twice
	lately              // it tells what was before
)

// against compares by the alarm's own time. Of two words for the same time the worse
// one counts.
func (w lastWord) against(state incidents.AlarmState, changed time.Time) order {
	switch {
	case changed.After(w.Changed):
		return newer
	case changed.Before(w.Changed):
		return lately
	case state == w.State:
		return same
	case badness(state) > badness(w.State):
		return newer
	}
	return lately
}

func badness(s incidents.AlarmState) int {
	return slices.Index([]incidents.AlarmState{incidents.AlarmOK, incidents.AlarmUnknown, incidents.AlarmFiring}, s)
}

const maxParents = 10

func parentKey(fp string) string { return store.Key("alarmparent", fp) }

// parentsOf returns the fingerprints of the composite alarms that named an alarm.
func parentsOf(tx store.Tx, fp string) []string {
	return strings.Fields(string(tx.Get(parentKey(fp))))
}

// adopt notes for the children of a composite alarm that they belong to it, so that a
// child that fires later finds its incident.
func adopt(tx store.Tx, parent string, children []string) {
	for _, arn := range children {
		child := alarmFingerprint(arn)
		parents := parentsOf(tx, child)
		if slices.Contains(parents, parent) || len(parents) >= maxParents {
			continue
		}
		tx.Put(parentKey(child), []byte(strings.Join(append(parents, parent), " ")))
	}
}
