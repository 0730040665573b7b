package handoffs

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
)

// Group is a user group in Slack that holds whoever is on call, so that others can mention them.
type Group struct {
	Schedules []string // whoever is on call in one of these
	Always    []string // people who belong to it at any time
}

// GroupTrouble says to the channel that a user group cannot be kept up to date.
type GroupTrouble struct {
	Group string // its id
	Why   string // what is wrong, and what to do
}

func (GroupTrouble) what() {}

// Refused is the error of a change that Slack will never make as things are.
type Refused struct {
	Code string // Slack's name for it
	Why  string // what is wrong, and what to do
}

func (e *Refused) Error() string { return e.Why + " (" + e.Code + ")" }

// groupBody is the body of a group's entry.
type groupBody struct {
	Group string `json:"group"`
}

// userGroups keeps user groups up to date.
type userGroups struct {
	store     store.Store
	overrides *overrides.Book
	messenger Messenger
	groups    map[string]Group // by their ids
	log       *slog.Logger
	clock     *clocks.Clock
}

// enqueueGroup enqueues that a group is brought up to date. It is done once for all that happens until then.
func enqueueGroup(owed outbox.Tx, now time.Time, id string) {
	owed.Soon(outbox.Entry{
		Key: store.Key("sync", id), Kind: KindGroup, Lane: outbox.Chores, Due: now, Body: outbox.Body(groupBody{id}),
	})
}

// enqueueAll enqueues that for all groups: what changed while the process was down is not known.
func (u *userGroups) enqueueAll(owed outbox.Tx, now time.Time) {
	for _, id := range slices.Sorted(maps.Keys(u.groups)) {
		enqueueGroup(owed, now, id)
	}
}

// enqueueOf enqueues that for the groups of a schedule.
func (u *userGroups) enqueueOf(owed outbox.Tx, now time.Time, schedule string) {
	for _, id := range slices.Sorted(maps.Keys(u.groups)) {
		if slices.Contains(u.groups[id].Schedules, schedule) {
			enqueueGroup(owed, now, id)
		}
	}
}

// update brings a group up to date. What Slack refuses is told once, until it succeeds or another thing is wrong.
func (u *userGroups) update(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b groupBody
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	g, ok := u.groups[b.Group]
	if !ok {
		return nil, nil // it is no longer in the configuration
	}
	now := u.clock.Now()
	var people []string
	var told string
	err := u.store.View(ctx, func(tx store.Tx) error {
		people, told = u.members(tx, now, g), string(tx.Get(troubleKey(b.Group)))
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = u.messenger.SetGroup(ctx, b.Group, people)
	refused, is := errors.AsType[*Refused](err)
	switch {
	case is && refused.Code == told:
		return nil, nil
	case is:
		u.log.Error("a user group cannot be kept up to date", "group", b.Group, "err", refused)
		return func(tx store.Tx) error {
			tx.Put(troubleKey(b.Group), []byte(refused.Code))
			outbox.In(tx, now).Once(troubleEntry(now, GroupTrouble{b.Group, refused.Why}))
			return nil
		}, nil
	case err == nil && told != "":
		return func(tx store.Tx) error { tx.Delete(troubleKey(b.Group)); return nil }, nil
	}
	return nil, err
}

// members are the people of a group, each once.
func (u *userGroups) members(tx store.Tx, now time.Time, g Group) []string {
	people := slices.Clone(g.Always)
	for _, schedule := range g.Schedules {
		people = append(people, u.overrides.OnCall(tx, schedule, now)...)
	}
	slices.Sort(people)
	return slices.Compact(people)
}

func troubleKey(group string) string { return store.Key(groupPart, group) }

func troubleEntry(now time.Time, g GroupTrouble) outbox.Entry {
	return outbox.Entry{
		Key: store.Key("sync", g.Group, stamp(now)), Kind: KindTrouble, Lane: outbox.Chores, Due: now, Body: outbox.Body(g),
	}
}

// trouble tells the channel that a group cannot be kept up to date.
func (u *userGroups) trouble(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var g GroupTrouble
	if err := e.Decode(&g); err != nil {
		return nil, err
	}
	return nil, u.messenger.Tell(ctx, e.Key, Message{Since: e.Created, PerhapsTold: e.PerhapsDone, What: g})
}
