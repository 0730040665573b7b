package command

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// unheard are the words that only the buttons of joint messages say. They carry the message's key. Such a key names no
// incident: the router must not look for one in it.
func (room *Room) unheard() []chat.Word {
	return []chat.Word{
		{Name: "ack-all", Untargeted: true, Change: room.acknowledgeAll},
		{Name: "show-all", Untargeted: true, Show: room.showAll},
	}
}

// acknowledgeAll acknowledges each incident of a joint message that still waits for somebody, and those of which the same person was
// told before: one press at night is enough. What was told after the message is not taken in, since whoever presses may not have seen it.
func (room *Room) acknowledgeAll(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	all, err := membersOf(tx, c.Rest)
	if err != nil {
		return blocks.Message{}, err
	}
	if len(all) == 0 {
		return chat.NoButton(c.Root), nil
	}
	waiting, err := paging.Before(tx, c.Rest)
	if err != nil {
		return blocks.Message{}, err
	}
	// these were told of before the message, and are no members of it
	before := len(waiting)
	for _, m := range all {
		if m.waits() && !m.Incident.Response.Acks.Has(c.Person) {
			waiting = append(waiting, m.Incident)
		}
	}
	services, taken := map[string]bool{}, len(waiting)
	for _, i := range waiting {
		if err := room.record(c, tx, i.ID, incidents.Acknowledged{}); err != nil {
			return blocks.Message{}, err
		}
		services[i.Service] = true
	}
	if taken == 0 {
		return blocks.Sentence("Each of them has been acknowledged or is over; nothing was changed."), nil
	}
	said := blocks.Say("You acknowledged ", blocks.Strong(text.Count(taken, "incident", "incidents")), " on ",
		text.Count(len(services), "service", "services"), ". ", view.Acked("them", waiting...))
	if others := len(all) + before - taken; others > 0 {
		said = blocks.Say(said, " "+text.Count(others, "other", "others"), " had been acknowledged or were over.")
	}
	return blocks.Message{Shown: true, Body: []blocks.Paragraph{blocks.Para(
		said, blocks.Say("All that is open: ", blocks.Code(c.Root+" list")),
	)}}, nil
}

// listedAtOnce is how many incidents of a joint message are listed at a time.
const listedAtOnce = 15

// showAll lists the incidents of a joint message, with a button for each that waits. What it carries may say where to go on.
func (room *Room) showAll(ctx context.Context, c *chat.Call) (m blocks.Message, err error) {
	joint, rest, _ := strings.Cut(c.Rest, " ")
	from, _ := strconv.Atoi(rest)
	var all []member
	err = room.o.Book.Store.View(ctx, func(tx store.Tx) (err error) {
		all, err = membersOf(tx, joint)
		return err
	})
	if err != nil {
		return m, err
	}
	// the members may be swept by now, or somebody has made up a button
	if from < 0 || from >= len(all) {
		return chat.NoButton(c.Root), nil
	}
	shown := all[from:min(from+listedAtOnce, len(all))]
	m = blocks.Sentence(fmt.Sprintf("Incidents %d to %d of %d, worst first:", from+1, from+len(shown), len(all)))
	var lines []blocks.Line
	for _, i := range shown {
		lines = append(lines, blocks.Say(blocks.Strong(i.ID), " · ", i.Severity, " · ", text.Line(i.Service), " · ",
			text.Clip(text.Line(i.Title), 120), ": ", string(i.Status)))
		if !i.waits() {
			continue
		}
		if last := len(m.Rows) - 1; last < 0 || len(m.Rows[last]) == 5 {
			m.Rows = append(m.Rows, nil)
		}
		ack := chat.Said{Room: view.Room, Word: "ack", Rest: chat.Target{ID: i.ID, Run: i.Run}.Value()}
		row := &m.Rows[len(m.Rows)-1]
		*row = append(*row, ack.Numbered("Acknowledge "+i.ID, i.ID))
	}
	m.Body = append(m.Body, blocks.Bullets(lines...))
	if next := from + len(shown); next < len(all) {
		more := chat.Said{Room: view.Room, Word: "show-all", Rest: joint + " " + strconv.Itoa(next)}
		m.Rows = append(m.Rows, []blocks.Button{more.Button("Show more")})
	}
	return m, nil
}

// A member is an incident of a joint message as it stands. An incident may have been triggered again since: that run has
// pages of its own, and a press on an old message must not acknowledge it.
type member struct {
	*incidents.Incident
	run int // for which it was paged
}

// waits reports whether it still has to be acknowledged.
func (m member) waits() bool { return m.Status == incidents.StatusTriggered && m.Run == m.run }

// membersOf are the incidents of a joint message, once each, worst first. Several people may have been told of one incident
// by one message.
func membersOf(tx store.Tx, joint string) (all []member, err error) {
	seen := map[string]bool{}
	for _, m := range paging.Members(tx, joint) {
		if seen[m.Incident] {
			continue
		}
		seen[m.Incident] = true
		i, err := incidents.Head(tx, m.Incident)
		if err != nil {
			return nil, err
		}
		all = append(all, member{i, m.Run})
	}
	slices.SortStableFunc(all, func(a, b member) int { return paging.WorstFirst(a.Incident, b.Incident) })
	return all, nil
}
