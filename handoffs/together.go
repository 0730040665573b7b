package handoffs

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// Together says to the channel who is on call now in several schedules that handed over at the same time.
type Together struct {
	Handoffs []Handoff // at least one, by schedule
}

func (Together) what() {}

// togetherBody is the body of the entry that tells the channel.
type togetherBody struct {
	At string `json:"at"` // stamp of when the shifts began
}

// gathering is how long the channel is told later, so that schedules that hand over together are told of together.
const gathering = 2 * time.Second

func recordKey(schedule string, number int) string {
	return store.Key(handedPart, schedule, fmt.Sprintf("%08d", number))
}

// enqueueChannel enqueues that the channel is told of a handoff: with others of the same time or, if these have been told, by itself.
func enqueueChannel(owed outbox.Tx, now time.Time, r Record) {
	key := store.Key("handoffs", stamp(r.At))
	if e, used := owed.Get(key); used && !e.Done.IsZero() {
		enqueueAlone(owed, now, r)
		return
	}
	owed.Once(outbox.Entry{
		Key: key, Kind: KindTogether, Lane: outbox.Chores, Due: now.Add(gathering),
		Body: outbox.Body(togetherBody{stamp(r.At)}),
	})
}

// together tells the channel of all handoffs of a time. One that comes while it is told is told by itself.
func (n *notices) together(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b togetherBody
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	now := n.clock.Now()
	var t Together
	err := n.store.View(ctx, func(tx store.Tx) error {
		t.Handoffs = nil
		for _, r := range n.handedAt(tx, b.At) {
			h, err := n.handoff(tx, now, noticeBody{Record: r, Side: Beside})
			if err != nil {
				return err
			}
			t.Handoffs = append(t.Handoffs, h)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(t.Handoffs) > 0 {
		err = n.messenger.Tell(ctx, e.Key, Message{Since: e.Created, PerhapsTold: e.PerhapsDone, What: t})
		if err != nil {
			return nil, err
		}
	}
	return func(tx store.Tx) error {
		for _, r := range n.handedAt(tx, b.At) {
			if !slices.ContainsFunc(t.Handoffs, func(h Handoff) bool { return h.Schedule == r.Schedule }) {
				enqueueAlone(outbox.In(tx, now), now, r)
			}
		}
		return nil
	}, nil
}

// handedAt are the handoffs of a time that are to be told of and after which there was no other.
func (n *notices) handedAt(tx store.Tx, at string) (all []Record) {
	for _, name := range names(n.overrides) {
		if n.rules[name].Mode == Quiet {
			continue
		}
		s, known := readStanding(tx, name)
		if !known || s.Number == 0 {
			continue
		}
		var r Record
		if json.Unmarshal(tx.Get(recordKey(name, s.Number)), &r) == nil && stamp(r.At) == at && !r.Told {
			all = append(all, r)
		}
	}
	return all
}
