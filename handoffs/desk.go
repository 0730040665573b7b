// Package handoffs says what people are told about shifts: that one begins or ends, that one is coming, what is amiss with
// those ahead. It decides; package bot sends.
//
// The [Desk] finds out that a shift begins or ends and records it. What follows is enqueued for its parts: notices tell people,
// userGroups bring the user groups in Slack up to date, and weekAhead looks once a week at the shifts to come.
//
// # Handoffs
//
// What was announced last is kept for each schedule: its standing. [Desk.LookAt] compares it with who is on call now, and
// announces the difference, in the transaction that writes the new standing. So it does not matter what moved a shift's
// border, whether a layer, an override made in chat or another configuration, nor whether the process ran when the border
// passed: each change is announced once, and of several that were missed only what came of them. A schedule that is looked
// at for the first time is taken as it is.
//
// Each look enqueues one for the next border, as steps of an escalation do. The desk follows the changes of overrides, and looks in
// their transactions; a look each minute, which writes only if there is something to write, finds what else may have changed.
//
// Where a handoff has to be accepted, the outgoing people stand in for the incoming ones until these accept, or until a
// limit: package overrides keeps who waits, and whether they may accept.
//
// # Jobs
//
// What happens at times of a clock on the wall is an [outbox.Job], one for each zone that has schedules.
//
//	handoff/<schedule>                            the standing (in the store)
//	handed/<schedule>/<number>                    record of each handoff (in the store)
//	group/<id>                                    what Slack last refused about a user group (in the store)
//	handoff/<schedule>/<time>                     entry: a border
//	handoff/<schedule>/<time>/offer/<person>      entry: a shift that is to be accepted
//	handoff/<schedule>/<number>/<person>          entry: a notice of a handoff; without a person, to the channel
//	handoffs/<time>                               entry: the notice to the channel of all handoffs of that time
//	remind/<schedule>/<start>/<lead>/<person>     entry: a reminder of a shift
//	look-ahead/<zone>/<time>                      entry: the weekly look ahead
//	sync/<id>                                     entry: a user group is to be brought up to date
package handoffs

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
)

// Kinds of outbox entries that this package handles.
const (
	KindBorder   = "handoff"         // a shift may begin or end
	KindNotice   = "handoff.notice"  // somebody is told of a handoff
	KindTogether = "handoff.channel" // the channel is told of all handoffs of a time
	KindRemind   = "handoff.remind"  // somebody is told of a shift that is coming up
	KindWarn     = "handoff.warn"    // the channel is told of somebody who may not notice a page
	KindOffer    = "handoff.offer"   // somebody is asked to accept a shift

	KindGroup   = "group"         // a user group is brought up to date
	KindTrouble = "group.trouble" // the channel is told that it cannot be

	KindAhead = "look-ahead" // the channel is told what is amiss with the shifts of the week
)

// Rule says what is done about the shifts of a schedule. The zero value does nothing.
type Rule struct {
	Mode Mode
	// Within is how long a shift waits for being accepted; then it begins in any case.
	Within time.Duration
	// Remind is how long before a shift its people are reminded of it.
	Remind []time.Duration
	// TakeOver is how long who comes on call has to answer whether they take over what those who go have acknowledged. Then whoever is
	// on call is reminded of it, too. With 0 nobody is asked.
	TakeOver time.Duration
}

// Mode says how a shift is handed over.
type Mode string

// The modes there are.
const (
	Quiet  Mode = ""       // nobody is told
	Notice Mode = "notice" // both people and the channel are told
	// Accept is Notice, and whoever leaves stays on until whoever comes has accepted.
	Accept Mode = "accept"
)

// A Messenger tells people things.
type Messenger interface {
	// Tell sends n, once for each key as far as it can tell: if n.PerhapsTold, it first looks whether an earlier attempt
	// has got through. What can never be told is no error. Errors: [outbox.Later] and [outbox.Unreachable] as they say; any
	// other is tried again.
	Tell(ctx context.Context, key string, n Message) error
	// Hindrances says what keeps a person from noticing a page at a time. What could not be found out is not among them.
	// Errors are as those of Tell.
	Hindrances(ctx context.Context, person string, at time.Time) ([]Hindrance, error)
	// SetGroup makes a user group consist of these people, in as few calls as possible. Errors: [Refused], and those of
	// Tell.
	SetGroup(ctx context.Context, id string, people []string) error
}

// Options is what a [Desk] needs.
type Options struct {
	Store     store.Store
	Overrides *overrides.Book // knows the schedules and who is on call
	Pager     *paging.Pager   // knows who pages them
	Silences  *silences.Book  // knows what nobody is paged for; may be nil
	Rules     map[string]Rule
	Messenger Messenger
	Log       *slog.Logger
	// Phones are the people of whom a telephone number is known. If there is nobody, none is missed.
	Phones map[string]bool
	// Unproven names the contacts of a person that are not proven, with how it stands; nil: nobody knows.
	Unproven func(tx store.Tx, now time.Time, person string) []string
	Groups   map[string]Group // by the id of the user group
	// LookAhead is when the channel is told what is amiss with the shifts to come, in the zone of each schedule.
	LookAhead Weekly
	Clock     *clocks.Clock // nil is for tests
}

// A Desk finds out that a shift begins or ends, and puts it on record. It enqueues what follows from that to its parts.
type Desk struct {
	store     store.Store
	overrides *overrides.Book
	rules     map[string]Rule
	log       *slog.Logger
	clock     *clocks.Clock

	notices *notices
	groups  *userGroups
	ahead   *weekAhead
}

// New makes a Desk.
func New(o Options) *Desk {
	return &Desk{
		store: o.Store, overrides: o.Overrides, rules: o.Rules, log: o.Log, clock: o.Clock,
		notices: &notices{
			store: o.Store, overrides: o.Overrides, pager: o.Pager, rules: o.Rules, messenger: o.Messenger, phones: o.Phones,
			unproven: o.Unproven, clock: o.Clock,
		},
		groups: &userGroups{
			store: o.Store, overrides: o.Overrides, messenger: o.Messenger, groups: o.Groups, log: o.Log, clock: o.Clock,
		},
		ahead: &weekAhead{
			store: o.Store, overrides: o.Overrides, pager: o.Pager, silences: o.Silences, messenger: o.Messenger,
			at: o.LookAhead, unproven: o.Unproven, clock: o.Clock,
		},
	}
}

// Handlers returns the desk's handlers by kind, for the outbox.
func (d *Desk) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{
		KindBorder: d.border,

		KindNotice:   d.notices.notice,
		KindTogether: d.notices.together,
		KindRemind:   d.notices.remind,
		KindWarn:     d.notices.warn,
		KindOffer:    d.notices.offer,

		KindGroup:   d.groups.update,
		KindTrouble: d.groups.trouble,

		KindAhead: d.ahead.look,
	}
}

// every is how often the desk looks for changes that nobody told it of.
const every = time.Minute

// Run looks at all schedules, at once and then each minute, until ctx ends.
func (d *Desk) Run(ctx context.Context) {
	begun := false
	for ctx.Err() == nil {
		now := d.clock.Now()
		err := d.Look(ctx, now)
		if err == nil && !begun {
			err = d.begin(ctx, now)
			begun = err == nil
		}
		if err != nil && ctx.Err() == nil {
			d.log.Error("cannot look after handoffs, trying again in a minute", "err", err)
		}
		select {
		case <-ctx.Done():
		case <-time.After(every):
		}
	}
}

// begin enqueues what no change of a schedule brings about.
func (d *Desk) begin(ctx context.Context, now time.Time) error {
	if len(d.groups.groups) == 0 && !d.ahead.at.On {
		return nil
	}
	return d.store.Update(ctx, func(tx store.Tx) error {
		d.groups.enqueueAll(outbox.In(tx, now), now)
		return d.ahead.plan(tx, now)
	})
}

// Look finds schedules that need a look, and looks at these. Most of the time it only reads.
func (d *Desk) Look(ctx context.Context, now time.Time) error {
	var due []string
	err := d.store.View(ctx, func(tx store.Tx) error {
		due = nil
		for _, name := range names(d.overrides) {
			if d.needed(tx, now, name) {
				due = append(due, name)
			}
		}
		return nil
	})
	if err != nil || len(due) == 0 {
		return err
	}
	return d.store.Update(ctx, func(tx store.Tx) error {
		for _, name := range due {
			if err := d.LookAt(tx, now, name); err != nil {
				return err
			}
		}
		return nil
	})
}

// names are those of all schedules.
func names(book *overrides.Book) []string { return slices.Sorted(maps.Keys(book.Schedules)) }

// border is the handler of a border: a look, made when its time has come.
func (d *Desk) border(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b borderBody
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	now := d.clock.Now()
	return func(tx store.Tx) error { return d.LookAt(tx, now, b.Schedule) }, nil
}
