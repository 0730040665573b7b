package command

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/incidents/undo"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// back is what of a Room brings back what was. It is a type of its own, as many is, so that Room has no more methods than a
// type may have.
type back struct{ *Room }

// recently is how long ago an incident was resolved that can be meant without its id.
const recently = time.Hour

// reopen is /incident reopen: it is not over. Without an id, what was resolved lately is meant, since nothing that is open
// can be.
func (room back) reopen(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	var i *incidents.Incident
	var m blocks.Message
	if m, several := many(room).onlyOne(c, tx); several {
		return m, nil
	}
	id, reason := room.cut(c)
	if id == "" {
		id = room.here(c, tx)
	}
	if id == "" {
		resolved, err := room.resolvedLately(c, tx)
		switch {
		case err != nil:
			return m, err
		case len(resolved) == 0:
			return blocks.Sentence("Which one? Nothing was resolved in the last hour. Write ", blocks.Code(c.Root+" reopen 4"),
				"."), nil
		case len(resolved) > 1:
			return room.which(c, tx, resolved, reason), nil
		}
		id = resolved[0]
	}
	if i, m = room.incident(c, tx, id, incidents.OpenIDs(tx, maxListed)); i == nil {
		return m, nil
	}
	// its alarms are part of the other one; open again, it would be an incident without any
	if merged(i) {
		return elsewhereNow(room.Room, c, tx, i, reason), nil
	}
	after, err := room.append(c, tx, i.ID, incidents.Reopened{Reason: text.Clip(reason, maxReason), Quiet: undo.Hush(i)})
	if err != nil {
		return m, err
	}
	return blocks.Message{Shown: true, Body: []blocks.Paragraph{blocks.Para(
		blocks.Say("You reopened ", blocks.Strong(i.ID), " (", text.Line(i.Title), "). ", whoIsPaged(c, after),
			because(reason)),
	)}}, nil
}

// resolvedLately are the incidents that can be meant without an id where one is to be reopened, the newest first. Of those
// resolved within the time only the newest are looked at, by their numbers.
func (room back) resolvedLately(c *chat.Call, tx store.Tx) (ids []string, err error) {
	const looked = 200
	all, err := history.Newest(tx, looked)
	for _, i := range all {
		if i.Status == incidents.StatusResolved && i.MergedInto == "" && c.Now.Sub(i.Resolved) < recently {
			ids = append(ids, i.ID)
		}
	}
	return ids, err
}

// whoIsPaged says what an incident that is triggered again does: whom it has paged, or who takes care of it, or that it
// pages nobody. Whom the first step finds stands on the timeline, and not here.
func whoIsPaged(c *chat.Call, i *incidents.Incident) blocks.Line {
	switch {
	case i.Status == incidents.StatusAcknowledged:
		return blocks.Say("It is ", view.NameOf(i.AcknowledgedBy), "’s again.")
	case i.Quiet:
		return blocks.Say("Nobody is paged for it.")
	}
	return blocks.Say("It pages from the first step of its policy on. Who was paged: ", blocks.Code(c.Root+" info "+i.ID))
}

// takeBack is /incident undo. What one request did to several incidents is taken back in each;
// that it cannot be in one of them does not keep the others. Whether it can be taken back, package undo decides, in the
// transaction that does it.
func (room back) takeBack(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	if m, several := many(room).onlyOne(c, tx); several {
		return m, nil
	}
	id, line := room.cut(c)
	if id != "" {
		if i, m := room.incident(c, tx, id, incidents.OpenIDs(tx, maxListed)); i == nil {
			return m, nil
		}
	}
	if id == "" && len(c.Args) > 0 {
		return noSuch(c.Args[0].Text, incidents.OpenIDs(tx, maxListed)), nil
	}
	if line != "" && !chat.IsID(line) {
		return leftOver(c, line), nil
	}
	last, err := undo.Last(tx, c.Now, c.Person, id)
	if line != "" {
		last, err = undo.Line(tx, c.Now, c.Person, id, line)
	}
	if errors.Is(err, undo.ErrNothing) {
		return blocks.Sentence("You did nothing in the last ", int(undo.Window.Minutes()),
			" minutes that is not taken back already; nothing changed."), nil
	}
	if err != nil {
		return blocks.Message{}, err
	}
	var lines []blocks.Line
	var m blocks.Message
	const told = 5
	for _, d := range last {
		line, row, err := room.takeOneBack(c, tx, d)
		if err != nil {
			return blocks.Message{}, err
		}
		if lines = append(lines, line); row != nil && len(m.Rows) < told {
			m.Rows = append(m.Rows, row)
		}
	}
	if more := len(lines) - told; more > 0 {
		lines = append(lines[:told], blocks.Say("and ", more, " more"))
	}
	m.Body = []blocks.Paragraph{blocks.Para(lines...)}
	return m, nil
}

// takeOneBack takes back one thing, and says what the incident does from then on. What cannot be taken back is no error.
func (room back) takeOneBack(c *chat.Call, tx store.Tx, d undo.Done) (blocks.Line, []blocks.Button, error) {
	did, incident := didWhat(d.Event.Body), blocks.Strong(d.Incident)
	body, err := undo.Back(tx, c.Now, d)
	switch {
	case errors.Is(err, undo.ErrLasting):
		return room.lasting(c, tx, d)
	case errors.Is(err, undo.ErrOvertaken):
		return blocks.Say("You ", did, " ", incident, ", and it has changed since; nothing changed. See ",
			blocks.Code(c.Root+" info "+d.Incident), "."), nil, nil
	case err != nil:
		return nil, nil, err
	}
	after, err := room.append(c, tx, d.Incident, body)
	if err != nil {
		return nil, nil, err
	}
	return tookBack(c, d, body, after), nil, nil
}

// tookBack says what was taken back, and how the incident stands now.
func tookBack(c *chat.Call, d undo.Done, body incidents.Body, after *incidents.Incident) blocks.Line {
	did, incident := didWhat(d.Event.Body), blocks.Strong(d.Incident)
	said := blocks.Say("You took back that you ", did, " ", incident, " (", text.Line(after.Title), ").")
	switch body.(type) {
	case incidents.Reopened, incidents.Snoozed:
		return blocks.Say(said, " ", whoIsPaged(c, after))
	case incidents.Escalated:
		return blocks.Say(said, " It is not acknowledged.")
	case incidents.Rated:
		return blocks.Say(said, " It is ", after.Severity, " again.")
	}
	return said
}

// didWhat is an event as its actor did it, to go before an incident's number. Where the kind of an event is no verb with
// the incident as its object, the words are here.
func didWhat(b incidents.Body) string {
	switch b := b.(type) {
	case incidents.Noted:
		return fmt.Sprintf("noted “%s” on", text.Clip(text.Line(b.Text), 60))
	case incidents.Rated:
		return "rated " + b.Severity + " the incident"
	case incidents.Responded:
		switch f := b.Fact.(type) {
		case response.Assigned:
			return "changed who is " + f.Role + " of"
		case response.Planned:
			return "planned an action item of"
		}
	case incidents.Absorbed:
		return "merged others into"
	case incidents.Resolved:
		if b.Into != "" {
			return "merged"
		}
	}
	return strings.ReplaceAll(kindOf(b), "_", " ")
}

// kindOf is the verb of an event.
func kindOf(b incidents.Body) string { return incidents.Event{Body: b}.Kind() }
