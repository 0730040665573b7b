package incidents

import (
	"encoding/json"
	"fmt"
	"time"
)

// An Event is one line of a timeline.
type Event struct {
	Seq      int       // order of recording, from 1 without gaps: the fold's order
	At       time.Time // when it happened, UTC; a note may tell of earlier
	Recorded time.Time // when it was written down, UTC
	By       Actor
	Body     Body
}

// Kind is the word for what happened, a verb in the past tense.
func (e Event) Kind() string { return e.Body.kind() }

// wireEvent is the form of an event in the store and in JSON output.
type wireEvent struct {
	Seq      int             `json:"seq"`
	At       time.Time       `json:"at"`
	Recorded time.Time       `json:"recorded"`
	By       Actor           `json:"by"`
	Kind     string          `json:"kind"`
	Body     json.RawMessage `json:"body"`
}

// MarshalJSON writes seq, at, recorded, by, kind and body: what is stored.
func (e Event) MarshalJSON() ([]byte, error) { return e.record() }

// UnmarshalJSON reads what MarshalJSON wrote, by this version or another.
func (e *Event) UnmarshalJSON(data []byte) error {
	var w wireEvent
	if err := json.Unmarshal(data, &w); err != nil {
		return err
	}
	body, err := decodeBody(w.Kind, w.Body)
	if err != nil {
		return fmt.Errorf("event %d (%s): %w", w.Seq, w.Kind, err)
	}
	*e = Event{w.Seq, w.At, w.Recorded, w.By, body}
	return nil
}
