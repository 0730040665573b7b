package fates

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// A Refusal is a message that was not taken in. Nobody vouches for what it says of itself.
type Refusal struct {
	At    time.Time `json:"at"`
	Code  string    `json:"code"` // why; see package sns
	Text  string    `json:"text"`
	Topic string    `json:"topic,omitempty"` // as far as it could be read
	ID    string    `json:"id,omitempty"`    // MessageId
	From  string    `json:"from,omitempty"`  // the address that it came from
}

// What is kept of refused messages.
const (
	refusedPrefix = "refused/"
	newestKept    = 20 // of each code
	maxWord       = 200
	hourKey       = "2006-01-02T15"
	writeEach     = 30 * time.Second
)

// Tally is what was refused for one reason. Hours are text, such as 2026-03-11T14, so that they compare as times do.
type Tally struct {
	Code   string         `json:"code"`
	Hours  map[string]int `json:"hours"` // how many, by the hour, UTC
	Newest []Refusal      `json:"newest"`
}

// add counts n messages in an hour.
func (t *Tally) add(hour string, n int) {
	if t.Hours == nil {
		t.Hours = map[string]int{}
	}
	t.Hours[hour] += n
}

// merge adds what is newer.
func (t *Tally) merge(newer *Tally) {
	for hour, n := range newer.Hours {
		t.add(hour, n)
	}
	t.Newest = append(t.Newest, newer.Newest...)
	t.Newest = t.Newest[max(len(t.Newest)-newestKept, 0):]
}

// since leaves out what was before a time.
func (t *Tally) since(from time.Time) {
	first := from.UTC().Format(hourKey)
	for hour := range t.Hours {
		if hour < first {
			delete(t.Hours, hour)
		}
	}
	t.Newest = slices.DeleteFunc(t.Newest, func(r Refusal) bool { return r.At.Before(from) })
}

// Times is how many there were.
func (t *Tally) Times() (n int) {
	for _, times := range t.Hours {
		n += times
	}
	return n
}

// longAgo reports whether a row has nothing that is kept any more, or cannot be read.
func longAgo(val []byte, now time.Time) bool {
	var t Tally
	if json.Unmarshal(val, &t) != nil {
		return true
	}
	t.since(now.Add(-Kept))
	return len(t.Hours) == 0
}

// Refused counts the messages that are refused. What it has in memory and in the store is bounded, however many there
// are: a row for each code, with a number for each hour and the newest few. A nil *Refused counts nothing.
type Refused struct {
	Store store.Store
	Clock *clocks.Clock
	Log   *slog.Logger

	mu  sync.Mutex
	new map[string]*Tally // that are not in the store yet, by code
}

// Note counts a refused message. It does not write: whoever floods the door would decide how much is written.
func (r *Refused) Note(m Refusal) {
	if r == nil {
		return
	}
	m.At = r.Clock.Now().UTC().Round(0)
	for _, s := range []*string{&m.Text, &m.Topic, &m.ID, &m.From} {
		*s = text.Line(text.Clip(*s, maxWord))
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.new == nil {
		r.new = map[string]*Tally{}
	}
	t := r.new[m.Code]
	if t == nil {
		t = &Tally{Code: m.Code}
		r.new[m.Code] = t
	}
	t.merge(&Tally{Hours: map[string]int{m.At.Format(hourKey): 1}, Newest: []Refusal{m}})
}

// Run writes what is new every half minute, and once more when ctx ends.
func (r *Refused) Run(ctx context.Context) {
	each := time.NewTicker(writeEach)
	defer each.Stop()
	for ctx.Err() == nil {
		select {
		case <-each.C:
		case <-ctx.Done():
		}
		if err := r.Write(context.WithoutCancel(ctx)); err != nil {
			r.Log.Warn("what was refused could not be recorded; it will be tried again", "err", err)
		}
	}
}

// Write writes what is new, in one transaction. If it cannot, that stays new.
func (r *Refused) Write(ctx context.Context) error {
	if r == nil {
		return nil
	}
	r.mu.Lock()
	fresh := r.new
	r.new = nil
	r.mu.Unlock()
	if len(fresh) == 0 {
		return nil
	}
	now := r.Clock.Now()
	err := r.Store.Update(ctx, func(tx store.Tx) error {
		for code, t := range fresh {
			if err := addTo(tx, now, code, t); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		r.putBack(fresh)
	}
	return err
}

// putBack merges what could not be written with what has come since. What is older goes first, for merge keeps the newest
// at the end.
func (r *Refused) putBack(fresh map[string]*Tally) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for code, newer := range r.new {
		if t := fresh[code]; t != nil {
			t.merge(newer)
		} else {
			fresh[code] = newer
		}
	}
	r.new = fresh
}

// addTo adds to the row of a code.
func addTo(tx store.Tx, now time.Time, code string, fresh *Tally) error {
	key := refusedPrefix + store.Key(code)
	var row Tally
	if json.Unmarshal(tx.Get(key), &row) != nil { // there is none, or none that can be read
		row = Tally{}
	}
	row.Code = code
	row.merge(fresh)
	row.since(now.Add(-Kept))
	val, err := json.Marshal(row)
	if err != nil {
		return fmt.Errorf("refused %s: %w", code, err)
	}
	tx.Put(key, val)
	return nil
}

// RefusedSince is what was refused since a time, by code. An hour counts as a whole.
func RefusedSince(tx store.Tx, from time.Time) []Tally {
	var all []Tally
	for _, val := range tx.Range(refusedPrefix, store.After(refusedPrefix)) {
		var t Tally
		if json.Unmarshal(val, &t) != nil {
			continue // it says nothing any more
		}
		if t.since(from); len(t.Hours) > 0 {
			all = append(all, t)
		}
	}
	slices.SortFunc(all, func(a, b Tally) int { return cmp.Compare(a.Code, b.Code) })
	return all
}
