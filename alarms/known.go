package alarms

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

// known is what is known of one alarm, or of whatever else has a fingerprint.
type known struct {
	Name string `json:"name"`
	// Incident is the last one that the alarm was part of.
	Incident string `json:"incident,omitempty"`
	// Series holds what the alarm said last, or each of its contributors.
	Series map[string]lastState `json:"series,omitempty"`
	// NeverRecovers is that of the newest word; see [incidents.Alarm].
	NeverRecovers bool `json:"never_recovers,omitempty"`
	// Heard is when the newest word came.
	Heard time.Time `json:"heard"`
	// Topic is the ARN of the topic that speaks for it, besides those of its own account; see
	// [standing]. It is empty in records of older versions.
	Topic string `json:"topic,omitempty"`
	// Remarked is when a person was told last that another topic speaks of it.
	Remarked time.Time `json:"remarked,omitzero"`
}

// lastState is what one series said last. INSUFFICIENT_DATA stands apart: it does not say
// whether what was said before still holds, so it neither ends an ALARM nor hides one.
type lastState struct {
	// State is the newest of OK and ALARM, or empty if there was none. Records of older
	// versions have one word only: if that is INSUFFICIENT_DATA, what came before Changed
	// is not known.
	State   incidents.AlarmState `json:"state,omitempty"`
	Changed time.Time            `json:"changed,omitzero"`
	// Unknown is the time of the newest INSUFFICIENT_DATA.
	Unknown time.Time `json:"unknown,omitzero"`
}

func (r *known) fields(o *record.Object) {
	o.Text("name", &r.Name)
	o.OptText("incident", &r.Incident)
	record.OptMap(o, "series", &r.Series, (*lastState).fields)
	o.OptTrue("never_recovers", &r.NeverRecovers)
	o.Time("heard", &r.Heard)
	o.OptText("topic", &r.Topic)
	o.OptTime("remarked", &r.Remarked)
}

func (w *lastState) fields(o *record.Object) {
	record.OptWord(o, "state", &w.State)
	o.OptTime("changed", &w.Changed)
	o.OptTime("unknown", &w.Unknown)
}

// Parts with which the keys of alarms begin.
const (
	knownPart  = "alarm"
	parentPart = "alarmparent"
)

func knownKey(fp string) string { return store.Key(knownPart, fp) }

// knownOf is what is known of a fingerprint; nothing if there is no record, or none
// that can be read: better to page once more than to refuse what an alarm says.
func knownOf(tx store.Tx, fp string) (r known) {
	if val := tx.Get(knownKey(fp)); val != nil {
		var err error
		if r, err = record.Unmarshal(val, (*known).fields); err != nil {
			r = known{}
		}
	}
	if r.Series == nil {
		r.Series = map[string]lastState{}
	}
	for name, w := range r.Series {
		if w.State == incidents.AlarmUnknown && w.Unknown.IsZero() { // of an older version
			w.Unknown = w.Changed
			r.Series[name] = w
		}
	}
	return r
}

func (r known) save(tx store.Tx, fp string) error {
	r.prune()
	val, err := record.Marshal(256, &r, (*known).fields)
	if err != nil {
		return fmt.Errorf("alarm %s: %w", fp, err)
	}
	tx.Put(knownKey(fp), val)
	return nil
}

const (
	seriesKept = 200
	seriesAge  = 7 * 24 * time.Hour
)

// prune forgets contributors that have been well, or without data, for long, so that an alarm over ever
// new ones does not grow without end.
func (r known) prune() {
	if len(r.Series) <= seriesKept {
		return
	}
	for name, w := range r.Series {
		if (w.State == incidents.AlarmOK || w.State == "") && r.Heard.Sub(w.newest()) > seriesAge {
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

// against compares by the alarm's own time. OK and ALARM are compared with each other
// only; of the two for the same time ALARM counts.
func (w lastState) against(state incidents.AlarmState, changed time.Time) order {
	switch {
	case state == incidents.AlarmUnknown:
		return w.againstUnknown(changed)
	case w.State == incidents.AlarmUnknown && (state == incidents.AlarmFiring || changed.After(w.Changed)):
		return newer
	case w.State == "" || changed.After(w.Changed):
		return newer
	case changed.Before(w.Changed):
		return lately
	case state == w.State:
		return same
	case state == incidents.AlarmFiring:
		return newer
	}
	return lately
}

// againstUnknown does the same for INSUFFICIENT_DATA. At the same time it is worse than
// OK, and better than ALARM.
func (w lastState) againstUnknown(changed time.Time) order {
	switch {
	case changed.Equal(w.Unknown):
		return same
	case changed.Before(w.newest()), changed.Equal(w.Changed) && w.State == incidents.AlarmFiring:
		return lately
	}
	return newer
}

// with is what a series has said last once it says that, too.
func (w lastState) with(state incidents.AlarmState, changed time.Time) lastState {
	if state == incidents.AlarmUnknown {
		w.Unknown = changed
	} else {
		w.State, w.Changed = state, changed
	}
	return w
}

// newest is the time of the newest word.
func (w lastState) newest() time.Time {
	if w.Unknown.After(w.Changed) {
		return w.Unknown
	}
	return w.Changed
}

const maxParents = 10

func parentKey(fp string) string { return store.Key(parentPart, fp) }

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
