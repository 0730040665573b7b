package respond

import (
	"context"
	"slices"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// mostPages is how many pages are listed, the newest.
const mostPages = 25

// why is /incident why: who was paged, by which channel, with which result, and who is next and when. It reads the whole
// timeline: the head knows the pages of this run only.
func (room *Room) why(ctx context.Context, c *chat.Call) (m blocks.Message, err error) {
	err = room.o.Book.Store.View(ctx, func(tx store.Tx) error {
		i, sorry, err := room.Hand.PickAny(c, tx)
		if i == nil {
			m = sorry
			return err
		}
		events, err := incidents.Timeline(tx, i.ID)
		if err != nil {
			return err
		}
		m = blocks.Message{Title: view.Headline(i), Body: []blocks.Paragraph{blocks.Para(
			blocks.Say(blocks.Strong("Incident "+i.ID), " · ", i.Service), view.Standing(i))}}
		m.Body = append(m.Body, pagesOf(events)...)
		m.Body = append(m.Body, blocks.Para(nextOf(i, paging.Next(room.o.Pager, tx, c.Now, i))))
		return nil
	})
	return m, err
}

// nextOf says who is paged next, or why nobody is.
func nextOf(i *incidents.Incident, next *paging.Upcoming) blocks.Line {
	switch {
	case next != nil:
		return view.Next(next)
	case i.Silence != nil && i.Open():
		return view.Silenced(i.Silence)
	case i.Quiet && i.Open():
		return blocks.Say("Next: nobody, since it is quiet. To page somebody, escalate it.")
	case i.Status == incidents.StatusAcknowledged:
		return blocks.Say("Next: nobody but ", blocks.Strong(view.NameOf(i.AcknowledgedBy)),
			", who is reminded if the policy says so.")
	case i.Status == incidents.StatusResolved:
		return blocks.Say("Next: nobody, it is resolved.")
	}
	return blocks.Say("Next: nobody.")
}

// A paged is a page, and what became of it.
type paged struct {
	incidents.Paged
	at   incidents.Event
	fate blocks.Line
}

// pagesOf lists the pages of a timeline, each with its reason and with what became of it.
//
// What became of a page names it by its key. If that page is not on the timeline, it is put where nobody reads it.
func pagesOf(events []incidents.Event) []blocks.Paragraph {
	var all []*paged
	newest := func(key string) *paged {
		for _, p := range slices.Backward(all) {
			if p.Key == key {
				return p
			}
		}
		return &paged{}
	}
	for _, e := range events {
		switch b := e.Body.(type) {
		case incidents.Paged:
			fate := blocks.Say("on its way")
			if b.After > 0 {
				fate = blocks.Say("due ", e.At.Add(b.After))
			}
			all = append(all, &paged{Paged: b, at: e, fate: fate})
		case incidents.Delivered:
			newest(b.Key).fate = blocks.Say("delivered ", e.At)
		case incidents.Undelivered:
			newest(b.Key).fate = blocks.Say("not delivered: ", text.Clip(text.Line(b.Error), 200))
		case incidents.Withheld:
			newest(b.Key).fate = blocks.Say("not sent: ", text.Clip(text.Line(b.Why), 200))
		}
	}
	if len(all) == 0 {
		return []blocks.Paragraph{blocks.Para(blocks.Say("Nobody has been paged."))}
	}
	var lines []blocks.Line
	for _, p := range all[max(len(all)-mostPages, 0):] {
		verb := " was paged by "
		if p.Reminder {
			verb = " was reminded by "
		}
		lines = append(lines, blocks.Say(p.at.At, "  ", blocks.Strong(p.Person), verb, incidents.ChannelName(p.Via), ", ",
			p.fate, ". Why: ", text.Clip(text.Line(p.Why), 200)))
	}
	said := []blocks.Paragraph{blocks.Bullets(lines...)}
	if more := len(all) - mostPages; more > 0 {
		said = append([]blocks.Paragraph{blocks.Para(blocks.Say(text.Count(more, "earlier page is", "earlier pages are"),
			" not listed."))}, said...)
	}
	return said
}
