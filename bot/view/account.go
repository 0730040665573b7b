package view

import (
	"math"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Account is what is read of an incident to tell about it.
type Account struct {
	*incidents.Incident
	Alarm  *incidents.Alarm  // what its alarm says now; nil if there is none, or if it cannot be read
	Events []incidents.Event // the newest, in order
	Talk   blocks.Button     // leads to where people talk about it; zero if it is not to be shown
	// Next is whom it pages next if nobody acknowledges, and when; nil if it pages nobody by itself, or if that is not told.
	Next *paging.Upcoming
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

// AccountOf is [ReadAccount] of an incident that was read.
func AccountOf(tx store.Tx, i *incidents.Incident, newest int) (Account, error) {
	a, _ := incidents.Evidence(tx, i) // told without evidence is better than not told
	events, err := incidents.TimelineFrom(tx, i.ID, i.Seq-newest)
	return Account{Incident: i, Alarm: a, Events: events}, err
}

// Summary is how it stands, in a few lines.
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
	return blocks.Para(append(lines, pageStates(i.Incident), Next(i.Next))...)
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
