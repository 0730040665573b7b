package fates

import (
	"bytes"
	"compress/flate"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

// Kept is how long it can be looked up what became of a message.
const Kept = 7 * 24 * time.Hour

// A Fate is what became of a message.
type Fate struct {
	// ID is what the message is known by: the time when it was sent and its MessageId. It is the key.
	ID      string    `json:"-"`
	At      time.Time `json:"at"` // when it came in
	Topic   string    `json:"topic,omitempty"`
	Subject string    `json:"subject,omitempty"`
	Parts   []Part    `json:"parts,omitempty"`
	// Packed says that the text is compressed, Lost that it was too long to be kept.
	Packed bool `json:"packed,omitempty"`
	Lost   bool `json:"lost,omitempty"`

	text string // as it is stored; or else
	raw  []byte // the same, as it was read
}

// A Part is one thing that a message tells of. Most tell of one. The words of Outcome are those of package alarms: this one
// must not use it, since it is used by it.
type Part struct {
	Name  string `json:"name,omitempty"`  // of the alarm, or of whatever else it is about
	Kind  string `json:"kind,omitempty"`  // that of the signal (see package alarms)
	State string `json:"state,omitempty"` // what the alarm says
	Treat string `json:"treat,omitempty"` // how it was judged: page, quiet, marker or resolve

	Service  string `json:"service,omitempty"`
	Severity string `json:"severity,omitempty"`

	Outcome  string `json:"outcome"`       // what it did
	Why      string `json:"why,omitempty"` // why nobody is paged for it
	Incident string `json:"incident,omitempty"`
}

// fields are those of the record in the store. The text follows it, and is not among them.
func (f *Fate) fields(o *record.Object) {
	o.Time("at", &f.At)
	o.OptText("topic", &f.Topic)
	o.OptText("subject", &f.Subject)
	record.OptList(o, "parts", &f.Parts, (*Part).fields)
	o.OptTrue("packed", &f.Packed)
	o.OptTrue("lost", &f.Lost)
}

func (p *Part) fields(o *record.Object) {
	o.OptText("name", &p.Name)
	o.OptText("kind", &p.Kind)
	o.OptText("state", &p.State)
	o.OptText("treat", &p.Treat)
	o.OptText("service", &p.Service)
	o.OptText("severity", &p.Severity)
	o.Text("outcome", &p.Outcome)
	o.OptText("why", &p.Why)
	o.OptText("incident", &p.Incident)
}

// Bounds of what is kept of a message.
const (
	maxParts   = 50
	plainText  = 4 << 10  // a longer text is compressed
	packedText = 64 << 10 // one that is longer even so is not kept
	unpacked   = 1 << 20  // what the text of a message has at most
)

// SetText keeps the text of the message.
func (f *Fate) SetText(text string) {
	if f.text, f.raw, f.Packed = text, nil, false; len(text) <= plainText {
		return
	}
	var packed bytes.Buffer
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err == nil {
		_, err = io.WriteString(w, text)
	}
	if err == nil {
		err = w.Close()
	}
	if f.text, f.Packed = packed.String(), true; err != nil || packed.Len() > packedText {
		f.text, f.Packed, f.Lost = "", false, true
	}
}

// Text is the text of the message; false if it was not kept. The limit holds also for what is unpacked: a few kilobytes can
// be made to unpack into a gigabyte.
func (f *Fate) Text() (string, bool) {
	stored := f.text
	if f.raw != nil {
		stored = string(f.raw)
	}
	if f.Lost || !f.Packed {
		return stored, !f.Lost
	}
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(strings.NewReader(stored)), unpacked+1))
	return string(text), err == nil && len(text) <= unpacked
}

// clone is f with a text of its own.
func (f Fate) clone() Fate {
	f.raw = bytes.Clone(f.raw)
	return f
}

// Incident is the one that a message concerns; empty if there is none.
func (f *Fate) Incident() string {
	for _, p := range f.Parts {
		if p.Incident != "" {
			return p.Incident
		}
	}
	return ""
}

// Sent is when the message was sent; false if its id does not say.
func (f *Fate) Sent() (at time.Time, ok bool) {
	if len(f.ID) < len(keyTime) {
		return at, false
	}
	at, err := time.Parse(keyTime, f.ID[:len(keyTime)])
	return at, err == nil
}

// MessageID is the id that SNS gave the message.
func (f *Fate) MessageID() string {
	if len(f.ID) > len(keyTime) {
		return f.ID[len(keyTime):]
	}
	return f.ID
}

const (
	prefix = "fate/"
	// keyTime begins ids: it is of fixed width, so that keys sort by time. Always UTC.
	keyTime = "20060102T150405.000."
)

func keyOf(id string) string { return prefix + store.Key(id) }

// keyAt is where the messages begin that were sent at a time.
func keyAt(at time.Time) string { return prefix + at.UTC().Format(keyTime) }

// Keys are all keys of fates, with their checks.
func Keys() []store.Check { return []store.Check{{Prefix: prefix}, {Prefix: refusedPrefix}} }

// Save writes the fate of the message of its ID.
func Save(tx store.Tx, f Fate) error {
	if len(f.Parts) > maxParts {
		f.Parts = f.Parts[:maxParts]
	}
	// What follows the object is the text as it came: nobody who lists fates reads it.
	val, err := record.Marshal(512+len(f.text)+len(f.raw), &f, (*Fate).fields)
	if err != nil {
		return fmt.Errorf("fate of message %s: %w", f.ID, err)
	}
	tx.Put(keyOf(f.ID), append(append(append(val, '\n'), f.text...), f.raw...))
	return nil
}

// Of is the fate of a message; false if it has not come in within the last 7 days.
func Of(tx store.Tx, id string) (Fate, bool) {
	val := tx.Get(keyOf(id))
	if val == nil {
		return Fate{}, false
	}
	f, _ := decode(id, val) // of one that cannot be read it is known all the same that it came
	return f.clone(), true
}

// decode reads a fate. Its text is valid as long as val is.
func decode(id string, val []byte) (Fate, error) {
	head, text, _ := bytes.Cut(val, []byte{'\n'})
	f, err := record.Unmarshal(head, (*Fate).fields)
	if err != nil {
		return Fate{ID: id}, fmt.Errorf("fate of message %s: %w", id, err)
	}
	f.ID, f.raw = id, text
	return f, nil
}

// Sweep deletes the fates that were kept for [Kept], and the refused messages likewise, in small transactions, and
// returns how many keys it deleted. Run it once a day.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	all := func(store.Tx, string, []byte) bool { return true }
	n, err := store.Sweep(ctx, s, prefix, keyAt(now.Add(-Kept)), 100, all)
	if err != nil {
		return n, err
	}
	old, err := store.Sweep(ctx, s, refusedPrefix, store.After(refusedPrefix), 100,
		func(_ store.Tx, _ string, val []byte) bool { return longAgo(val, now) })
	return n + old, err
}

// idOf is the id in a key.
func idOf(key string) string { return store.Parts(strings.TrimPrefix(key, prefix))[0] }
