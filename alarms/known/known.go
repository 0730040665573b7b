// Package known keeps what is known of alarms, and of whatever else a message can be about: what each said last, in which order it
// was said, and to which incident it belongs.
//
// A [Record] stands under a fingerprint, which names the alarm. What an alarm says, it says for itself or for one of its
// contributors; each is a series, with a [Last] of its own.
//
//	alarm/<fingerprint>          what the alarm, or each of its contributors, said last, and its incident
//	alarmparent/<fingerprint>    the composite alarms that named this one
package known

import (
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

// A Record is what is known of one alarm, or of whatever else has a fingerprint.
type Record struct {
	Name string `json:"name"`
	// Incident is the last one that the alarm was part of.
	Incident string `json:"incident,omitempty"`
	// Series holds what the alarm said last, or each of its contributors.
	Series map[string]Last `json:"series,omitempty"`
	// NeverRecovers is that of the newest word; see [incidents.Alarm].
	NeverRecovers bool `json:"never_recovers,omitempty"`
	// Heard is when the newest word came.
	Heard time.Time `json:"heard"`
	// Topic is the ARN of the topic that speaks for it, besides those of its own account; see
	// package alarms. It is empty in records of older versions.
	Topic string `json:"topic,omitempty"`
	// Remarked is when a person was told last that another topic speaks of it.
	Remarked time.Time `json:"remarked,omitzero"`
	// Unrest is how it changed lately.
	Unrest *Unrest `json:"unrest,omitempty"`
}

// Last is what one series said last. INSUFFICIENT_DATA stands apart: it does not say
// whether what was said before still holds, so it neither ends an ALARM nor hides one.
type Last struct {
	// State is the newest of OK and ALARM, or empty if there was none. Records of older
	// versions have one word only: if that is INSUFFICIENT_DATA, what came before Changed
	// is not known.
	State   incidents.AlarmState `json:"state,omitempty"`
	Changed time.Time            `json:"changed,omitzero"`
	// Unknown is the time of the newest INSUFFICIENT_DATA.
	Unknown time.Time `json:"unknown,omitzero"`
}

func (r *Record) fields(o *record.Object) {
	o.Text("name", &r.Name)
	o.OptText("incident", &r.Incident)
	record.OptMap(o, "series", &r.Series, (*Last).fields)
	o.OptTrue("never_recovers", &r.NeverRecovers)
	o.Time("heard", &r.Heard)
	o.OptText("topic", &r.Topic)
	o.OptTime("remarked", &r.Remarked)
	record.OptRef(o, "unrest", &r.Unrest, (*Unrest).fields)
}

func (w *Last) fields(o *record.Object) {
	record.OptWord(o, "state", &w.State)
	o.OptTime("changed", &w.Changed)
	o.OptTime("unknown", &w.Unknown)
}

// Parts with which the keys of alarms begin.
const (
	knownPart  = "alarm"
	parentPart = "alarmparent"
)

// Key is where the record of a fingerprint stands.
func Key(fp string) string { return store.Key(knownPart, fp) }

// Of is what is known of a fingerprint; nothing if there is no record, or none
// that can be read: better to page once more than to refuse what an alarm says.
func Of(tx store.Tx, fp string) (r Record) {
	if val := tx.Get(Key(fp)); val != nil {
		var err error
		if r, err = record.Unmarshal(val, (*Record).fields); err != nil {
			r = Record{}
		}
	}
	if r.Series == nil {
		r.Series = map[string]Last{}
	}
	for name, w := range r.Series {
		if w.State == incidents.AlarmUnknown && w.Unknown.IsZero() { // of an older version
			w.Unknown = w.Changed
			r.Series[name] = w
		}
	}
	return r
}

// Save writes the record of a fingerprint.
func (r Record) Save(tx store.Tx, fp string) error {
	r.prune()
	val, err := record.Marshal(256, &r, (*Record).fields)
	if err != nil {
		return fmt.Errorf("alarm %s: %w", fp, err)
	}
	tx.Put(Key(fp), val)
	return nil
}

const (
	seriesKept = 200
	seriesAge  = 7 * 24 * time.Hour
)

// prune forgets contributors that have been well, or without data, for long, so that an alarm over ever
// new ones does not grow without end.
func (r Record) prune() {
	if len(r.Series) <= seriesKept {
		return
	}
	for name, w := range r.Series {
		if (w.State == incidents.AlarmOK || w.State == "") && r.Heard.Sub(w.newest()) > seriesAge {
			delete(r.Series, name)
		}
	}
}

// An Order says how a word stands to the newest one known of its series.
type Order int

// The orders.
const (
	Newer Order = iota // it counts
	Same               // it is the same one, sent twice
	Late               // it tells what was before
)

// Against compares by the alarm's own time. OK and ALARM are compared with each other
// only; of the two for the same time ALARM counts.
func (w Last) Against(state incidents.AlarmState, changed time.Time) Order {
	switch {
	case state == incidents.AlarmUnknown:
		return w.againstUnknown(changed)
	case w.State == incidents.AlarmUnknown && (state == incidents.AlarmFiring || changed.After(w.Changed)):
		return Newer
	case w.State == "" || changed.After(w.Changed):
		return Newer
	case changed.Before(w.Changed):
		return Late
	case state == w.State:
		return Same
	case state == incidents.AlarmFiring:
		return Newer
	}
	return Late
}

// againstUnknown does the same for INSUFFICIENT_DATA. At the same time it is worse than
// OK, and better than ALARM.
func (w Last) againstUnknown(changed time.Time) Order {
	switch {
	case changed.Equal(w.Unknown):
		return Same
	case changed.Before(w.newest()), changed.Equal(w.Changed) && w.State == incidents.AlarmFiring:
		return Late
	}
	return Newer
}

// With is what a series has said last once it says that, too.
func (w Last) With(state incidents.AlarmState, changed time.Time) Last {
	if state == incidents.AlarmUnknown {
		w.Unknown = changed
	} else {
		w.State, w.Changed = state, changed
	}
	return w
}

// newest is the time of the newest word.
func (w Last) newest() time.Time {
	if w.Unknown.After(w.Changed) {
		return w.Unknown
	}
	return w.Changed
}

const maxParents = 10

// ParentKey is where it stands which composite alarms named an alarm.
func ParentKey(fp string) string { return store.Key(parentPart, fp) }

// Parents returns the fingerprints of the composite alarms that named an alarm.
func Parents(tx store.Tx, fp string) []string {
	return strings.Fields(string(tx.Get(ParentKey(fp))))
}

// Adopt notes for the children of a composite alarm that they belong to it, so that a
// child that fires later finds its incident. All are named by their fingerprints.
func Adopt(tx store.Tx, parent string, children []string) {
	for _, child := range children {
		parents := Parents(tx, child)
		if slices.Contains(parents, parent) || len(parents) >= maxParents {
			continue
		}
		tx.Put(ParentKey(child), []byte(strings.Join(append(parents, parent), " ")))
	}
}

// Names lists the names of all that is known, as often as there are alarms of that name.
func Names(tx store.Tx) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, val := range tx.Range(store.Under(knownPart)) {
			if r, err := record.Unmarshal(val, (*Record).fields); err == nil && !yield(r.Name) {
				return
			}
		}
	}
}

// Gone lists the series that fired in an incident when it was resolved and are part of another one since.
func Gone(tx store.Tx, i *incidents.Incident) (all []string) {
	for _, series := range slices.Sorted(maps.Keys(i.Firing)) {
		if now := Of(tx, FingerprintOf(series)).Incident; now != "" && now != i.ID {
			all = append(all, series)
		}
	}
	return all
}
