package capture

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/bot/slack/spoken"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// prefix begins all keys.
const prefix = "capture"

// Keys are all keys of this package.
func Keys() []store.Check { return []store.Check{{Prefix: prefix + "/"}} }

// A record is what was done about a message.
type record struct {
	Incident string `json:"incident,omitempty"` // on whose timeline it is, was, or will be
	// On says that it belonged there when we looked last, and Seq is its line then. A line that somebody has struck by hand stays
	// struck, until the message is marked anew.
	On  bool `json:"on,omitempty"`
	Seq int  `json:"seq,omitempty"`
	// Said is a digest of what the line says.
	Said string `json:"said,omitempty"`
	// Chosen is set if somebody put it there by its menu: then it needs no mark.
	Chosen *chosen `json:"chosen,omitempty"`
	// Told are the ids of those who have been told, or asked.
	Told []string `json:"told,omitempty"`
}

// messageKey is the key of a message's record. Slack knows a message by its channel and its ts.
func messageKey(channel, ts string) string { return store.Key(prefix, "message", channel, ts) }

func readRecord(tx store.Tx, channel, ts string) (r record, err error) {
	val := tx.Get(messageKey(channel, ts))
	if val == nil {
		return r, nil
	}
	if err := json.Unmarshal(val, &r); err != nil {
		return r, fmt.Errorf("captured message %s in %s: %w", ts, channel, err)
	}
	return r, nil
}

func saveRecord(tx store.Tx, channel, ts string, r record) error {
	val, err := json.Marshal(r)
	if err != nil {
		return err
	}
	tx.Put(messageKey(channel, ts), val)
	return nil
}

// digest is short for what a line says. It need not be safe against anybody: who could forge it may write the message.
func digest(n incidents.Noted, at time.Time) string {
	sum := fnv.New64a()
	_, _ = sum.Write([]byte(n.Text + "\x00" + string(n.Sort) + "\x00" + at.UTC().Format(time.RFC3339Nano))) // it never fails
	for _, f := range n.Files {
		_, _ = sum.Write([]byte("\x00" + f.Title + "\x00" + f.Link))
	}
	return strconv.FormatUint(sum.Sum64(), 36)
}

// untilKey is where it is kept how far a place was read.
func untilKey(p Place) string {
	thread := p.Thread
	if thread == "" {
		thread = "-"
	}
	return store.Key(prefix, "until", p.Channel, thread)
}

// sweepBatch is how many keys are deleted in one transaction.
const sweepBatch = 100

// Sweep forgets messages of incidents that have been resolved for [outbox.Kept], and those that belong to none and are as old; and
// how far places were read that nobody has written in since.
func Sweep(ctx context.Context, s store.Store, now time.Time) (int, error) {
	from, to := store.Under(prefix)
	return store.Sweep(ctx, s, from, to, sweepBatch, func(tx store.Tx, key string, val []byte) bool {
		parts := store.Parts(key)
		if len(parts) != 4 {
			return false
		}
		if parts[1] == "until" {
			return now.Sub(spoken.Time(string(val))) > outbox.Kept
		}
		r, err := readRecord(tx, parts[2], parts[3])
		if err != nil || r.Incident == "" {
			return now.Sub(spoken.Time(parts[3])) > outbox.Kept
		}
		return history.OverBefore(tx, r.Incident, now.Add(-outbox.Kept))
	})
}

// told reports whether somebody was told, and notes that they are. It is kept with the record, so the caller has to save
// that.
func (r *record) told(user string) bool {
	if slices.Contains(r.Told, user) {
		return true
	}
	r.Told = append(r.Told, user)
	return false
}
