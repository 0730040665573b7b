// Package drill tries the channels of a person: a message that says that it is a test goes out by each, and what became of it is kept,
// with whether its link was pressed.
//
//	drill/<token>       a test; dropped with the first one after a day
//	note/test/…         entry: the message of a test by one channel
package drill

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/reach"
	"github.com/oncalm/oncalm/reach/notes"
	"github.com/oncalm/oncalm/store"
)

const prefix = "drill/"

// Purpose names the notes that are tests.
const Purpose = "test"

const (
	// Valid is how long a test is sent, and its link serves.
	Valid = 10 * time.Minute
	kept  = 24 * time.Hour
	// most tests of a person within an hour: an SMS costs money.
	most = 5
)

// What became of a message.
const (
	Waiting = ""
	Taken   = "accepted" // the channel took it
	Failed  = "failed"
	Unknown = "unknown"
)

// A Result is what became of the message by one channel.
type Result struct {
	State string `json:"state,omitempty"`
	Error string `json:"error,omitempty"`
}

// A Test is one of a person.
type Test struct {
	Person  string            `json:"person"`
	At      time.Time         `json:"at"`
	Results map[string]Result `json:"results"` // by the channel
	Pressed time.Time         `json:"pressed,omitzero"`
}

// Over reports whether no message is on its way any more.
func (t Test) Over() bool {
	return !slices.ContainsFunc(slices.Collect(maps.Values(t.Results)), func(r Result) bool { return r.State == Waiting })
}

// Drills makes tests. Its fields are set before it is used.
type Drills struct {
	URL  string                                               // of the public door, without a slash at the end; empty: there are no links
	Told func(tx store.Tx, now time.Time, key string, t Test) // hears when a test is over, and when its link is pressed
}

// Keys are all keys of this package.
func Keys() []store.Check {
	return []store.Check{{Prefix: prefix, Look: func(in *store.Inspection) {
		for key, val := range in.Tx.Range(prefix, store.After(prefix)) {
			var t Test
			if err := json.Unmarshal(val, &t); err != nil {
				in.Surplus(key, "a test of channels cannot be read: %v", err)
			}
		}
	}}}
}

// ErrTooMany says that somebody tests too often.
var ErrTooMany = errors.New("too many tests within an hour")

// Begin has a test sent by these channels.
func (d *Drills) Begin(tx store.Tx, now time.Time, person string, vias []string) error {
	before := 0
	for key, val := range tx.Range(prefix, store.After(prefix)) {
		var t Test
		switch err := json.Unmarshal(val, &t); {
		case err != nil || now.Sub(t.At) > kept:
			tx.Delete(key)
		case t.Person == person && now.Sub(t.At) < time.Hour:
			before++
		}
	}
	if before >= most {
		return ErrTooMany
	}
	token := strings.ToLower(rand.Text())
	t := Test{Person: person, At: now.UTC(), Results: map[string]Result{}}
	for _, via := range vias {
		t.Results[via] = Result{}
		notes.Owe(tx, now, store.Key(person, via, name(token)), notes.Debt{
			Purpose: Purpose, Person: person, Via: via, About: outbox.Body(token)})
	}
	tx.Put(prefix+token, outbox.Body(t))
	return nil
}

// name is a token for keys, which are logged when something fails: whoever reads it cannot press the link.
func name(token string) string {
	const enough = 10
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:enough])
}

func read(tx store.Tx, token string) (t Test, ok bool) {
	if token == "" || strings.Contains(token, "/") {
		return t, false
	}
	val := tx.Get(prefix + store.Key(token))
	return t, val != nil && json.Unmarshal(val, &t) == nil
}

// Note implements [notes.Purpose].
func (d *Drills) Note(tx store.Tx, now time.Time, debt notes.Debt) (n reach.Note, ok bool, err error) {
	var token string
	if err := json.Unmarshal(debt.About, &token); err != nil {
		return n, false, fmt.Errorf("drill: %w", err)
	}
	t, ok := read(tx, token)
	if !ok || now.Sub(t.At) > Valid {
		return n, false, nil
	}
	n = reach.Note{Title: "Oncalm: a test", Text: "TEST, no incident. This is how you would be paged."}
	if d.URL != "" {
		n.Link, n.Label = d.URL+Route+token, "It reached me"
	}
	return n, true, nil
}

// Ended implements [notes.Purpose].
func (d *Drills) Ended(tx store.Tx, now time.Time, debt notes.Debt, err error) error {
	var token string
	if err := json.Unmarshal(debt.About, &token); err != nil {
		return fmt.Errorf("drill: %w", err)
	}
	t, ok := read(tx, token)
	if !ok {
		return nil
	}
	r := Result{State: Taken}
	switch {
	case errors.Is(err, notes.ErrUnknown):
		r = Result{State: Unknown}
	case err != nil:
		r = Result{State: Failed, Error: err.Error()}
	}
	t.Results[debt.Via] = r
	tx.Put(prefix+token, outbox.Body(t))
	if t.Over() {
		d.Told(tx, now, name(token)+"/over", t)
	}
	return nil
}
