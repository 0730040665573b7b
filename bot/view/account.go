package view

import (
	"math"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/changes/around"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Account is what is read of an incident to tell about it. It is a copy of one moment: it is read in a transaction, and
// drawn after that.
type Account struct {
	*incidents.Incident
	Alarm  *incidents.Alarm  // what its alarm says now; nil if there is none, or if it cannot be read
	Events []incidents.Event // the newest, in order
	Talk   blocks.Button     // leads to where people talk about it; zero if it is not to be shown
	Back   []blocks.Button   // plans a rollback, if there may be one
	// Next is whom it pages next if nobody acknowledges, and when; nil if it pages nobody by itself, or if that is not told.
	Next *paging.Upcoming
	// Changes is what was changed before.
	Changes around.Found
	// Past is what was before, by the alarm that opened it.
	Past past.Known

	facts []response.Fact
}

// With adds whom an incident pages next.
func (i Account) With(tx store.Tx, now time.Time, p *paging.Pager) Account {
	i.Next = paging.Next(p, tx, now, i.Incident)
	return i
}

// AllEvents is more than an incident has.
const AllEvents = math.MaxInt32

// ReadAccount reads an incident with so many of its newest events. Errors are those of [incidents.Head].
func ReadAccount(tx store.Tx, id string, newest int) (Account, error) {
	i, err := incidents.Head(tx, id)
	if err != nil {
		return Account{}, err
	}
	return AccountOf(tx, i, newest)
}

// AccountOf is [ReadAccount] of an incident that was read. Events are numbered without gaps, so the newest are those from a
// number on.
func AccountOf(tx store.Tx, i *incidents.Incident, newest int) (Account, error) {
	a, _ := incidents.Evidence(tx, i) // told without evidence is better than not told
	events, err := incidents.TimelineFrom(tx, i.ID, i.Seq-newest)
	return Account{Incident: i, Alarm: a, Events: events, Changes: around.Of(tx, i), Past: past.Of(tx, i, a),
		facts: factsOf(tx, i)}, err
}

// Summary is how it stands, in a few lines. The order is that in which somebody who was just woken asks: does somebody have
// it, what is it, who else knows.
func (i Account) Summary() blocks.Paragraph {
	lines := []blocks.Line{
		Standing(i.Incident),
		blocks.Say(blocks.Strong("Incident "+i.ID), " · ", i.Service, " · since ", i.Opened),
	}
	if i.Silence != nil {
		lines = append(lines, Silenced(i.Silence))
	}
	if alarms := AlarmsOf(i.Incident); alarms != nil {
		lines = append(lines, alarms)
	}
	if changed := Changes(i.Changes); changed != nil {
		lines = append(lines, changed)
	}
	lines = append(lines, Past(i.Past)...)
	lines = append(lines, i.response()...)
	return blocks.Para(WithNext(append(lines, pageStates(i.Incident)), i.Next)...)
}

// WithNext adds whom an incident pages next, if it pages anybody.
func WithNext(lines []blocks.Line, next *paging.Upcoming) []blocks.Line {
	if next == nil {
		return lines
	}
	return append(lines, Next(next))
}

// Next says whom an incident pages next, and when.
func Next(next *paging.Upcoming) blocks.Line {
	switch {
	case next == nil:
		return nil
	case len(next.People) == 0:
		return blocks.Say("Next: nobody is on call at ", next.At, ", and there is no fallback.")
	}
	who := blocks.Strong(text.Line(text.List(next.People, "and")))
	l := blocks.Say("Next: ", who, " at ", next.At, ", if nobody acknowledges")
	if next.Fallback != "" {
		l = blocks.Say(l, " (the fallback)")
	}
	return l
}

// response is how people respond: who has which role, what it is about, who is hurt, and what others were told last.
func (i Account) response() (lines []blocks.Line) {
	var roles blocks.Line
	for _, role := range response.Roles() {
		if p := i.Response.Holder(role); p != "" {
			if roles != nil {
				roles = blocks.Say(roles, " · ")
			}
			roles = blocks.Say(roles, role, ": ", blocks.Strong(p))
		}
	}
	if roles != nil {
		lines = append(lines, roles)
	}
	for _, f := range i.facts {
		switch f := f.(type) {
		case response.Summarised:
			lines = append(lines, blocks.Say(blocks.Strong("Summary: "), text.Clip(text.Line(f.Text), longText)))
		case response.Affected:
			lines = append(lines, affected(f))
		case response.Updated:
			l := blocks.Say(blocks.Strong("Update: "), text.Clip(text.Line(f.Text), longText))
			if !i.Response.Next.IsZero() && i.Open() {
				l = blocks.Say(l, " (the next by ", i.Response.Next, ")")
			}
			lines = append(lines, l)
		}
	}
	if n := i.Response.Actions; n > 0 {
		lines = append(lines, blocks.Say(text.Count(n, "action item", "action items")))
	}
	return lines
}

// longText is how much of a text stands on a card.
const longText = 300

func affected(f response.Affected) blocks.Line {
	l := blocks.Say(blocks.Strong("Impact: "), text.Clip(text.Line(f.Text), longText))
	switch {
	case !f.From.IsZero() && !f.To.IsZero():
		return blocks.Say(l, " (", f.From, " to ", f.To, ")")
	case !f.From.IsZero():
		return blocks.Say(l, " (since ", f.From, ")")
	case !f.To.IsZero():
		return blocks.Say(l, " (until ", f.To, ")")
	}
	return l
}

// factsOf reads what people wrote about how they respond. The head has only the numbers of the newest events of each kind,
// so that it stays small.
func factsOf(tx store.Tx, i *incidents.Incident) (all []response.Fact) {
	for _, seq := range []int{i.Response.Summary, i.Response.Impact, i.Response.Update} {
		if seq == 0 {
			continue
		}
		events, err := incidents.Events(tx, i.ID, seq, 1)
		if err != nil || len(events) == 0 {
			continue // fsck names it; told without is better than not told
		}
		if b, ok := events[0].Body.(incidents.Responded); ok && events[0].Seq == seq {
			all = append(all, b.Fact)
		}
	}
	return all
}
