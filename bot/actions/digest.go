package actions

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// job is the digest: at nine on the first days of a month, of which the first working day counts.
func (r Reminders) job() outbox.Job {
	return outbox.Job{Name: KindDigest, Kind: KindDigest, Lane: outbox.Chores, Zone: r.team(), Times: "0 9 1-3 * *"}
}

// first reports whether a day is the first working day of its month.
func first(t time.Time) bool {
	for day := 1; day < t.Day(); day++ {
		if !weekend(time.Date(t.Year(), t.Month(), day, nine, 0, 0, 0, t.Location())) {
			return false
		}
	}
	return !weekend(t)
}

// digest tells the channel what is open, once a month, and enqueues the next one.
func (r Reminders) digest(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b outbox.Run
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	now, j := r.o.Clock.Now(), r.job()
	if b.Zone != j.Zone.String() || b.Times != j.Times {
		return nil, nil // it is planned otherwise now
	}
	var all []actions.Item
	err := r.o.Book.Store.View(ctx, func(tx store.Tx) error {
		all = actions.Open(tx)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return func(tx store.Tx) error {
		if len(all) > 0 && first(b.At.In(j.Zone)) {
			r.o.Owe(tx, now, store.Key("told", e.Key, ""), "", r.sum(all, now))
		}
		return outbox.In(tx, now).Plan(j)
	}, nil
}

// sum is what is open, for the team: what is overdue, what is open for very long, and what has nobody who does it.
func (r Reminders) sum(all []actions.Item, now time.Time) blocks.Message {
	groups := []struct {
		title string
		is    func(actions.Item) bool
		items []actions.Item
	}{
		{title: "Overdue", is: func(i actions.Item) bool { return i.Overdue(now) }},
		{title: "Open for more than 90 days", is: func(i actions.Item) bool { return i.Stale(now) }},
		{title: "With nobody who does it", is: func(i actions.Item) bool { return r.missing(i) != "" }},
		{title: "Open", is: func(actions.Item) bool { return true }},
	}
	for _, i := range all {
		for n := range groups {
			if groups[n].is(i) {
				groups[n].items = append(groups[n].items, i)
				break
			}
		}
	}
	m := blocks.Message{Title: text.Count(len(all), "action item is open", "action items are open")}
	for _, g := range groups {
		var lines []blocks.Line
		for _, i := range g.items[:min(len(g.items), listed)] {
			l := Line(i, now)
			if missing := r.missing(i); missing != "" {
				l = blocks.Say(l, ". ", missing)
			}
			lines = append(lines, l)
		}
		if more := len(g.items) - len(lines); more > 0 {
			lines = append(lines, blocks.Say("and ", more, " more"))
		}
		if len(lines) > 0 {
			m.Body = append(m.Body, blocks.Para(blocks.Say(blocks.Strong(g.title), " (", len(g.items), ")")),
				blocks.Bullets(lines...))
		}
	}
	last := blocks.Say("All of them: ", blocks.Code(r.o.Root+" actions"), ". To close one: ",
		blocks.Code(r.o.Root+" "+Word+" done 42-3"), ".")
	m.Body = append(m.Body, blocks.Para(last))
	return m
}
