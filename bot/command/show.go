package command

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/view"

	"github.com/oncalm/oncalm/bot/actions"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
)

const (
	// maxListed is how many incidents a list shows.
	maxListed = 20
	// maxLines is how many lines of the timeline info shows.
	maxLines = 12
	// counted is how far open incidents are counted.
	counted = 1000
)

// brief is the command without a word: three lines. Where an incident is talked about it is how that stands.
func (room *Room) brief(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	var open []string
	var here *blocks.Message
	err := room.o.Book.Store.View(ctx, func(tx store.Tx) error {
		open, here = incidents.OpenIDs(tx, counted), nil
		if room.o.Here == nil {
			return nil
		}
		if id := room.o.Here(tx, c); id != "" {
			m, err := Info(tx, id)
			here = &m
			return err
		}
		return nil
	})
	if err != nil {
		return blocks.Message{}, err
	}
	if here != nil {
		return *here, nil
	}
	now := blocks.Say("Nothing is open.")
	switch {
	case len(open) > 10:
		now = blocks.Say("Open now: ", atLeast(len(open)), " incidents; ", blocks.Code(c.Root+" list"), " shows them.")
	case len(open) > 0:
		now = blocks.Say("Open now: ", strings.Join(open, ", "), ". ", blocks.Code(c.Root+" list"), " says more.")
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(
		blocks.Say("Answer a page: ", blocks.Code(c.Root+" ack"), ", ", blocks.Code(c.Root+" resolve"), ", ",
			blocks.Code(c.Root+" escalate"), ", ", blocks.Code(c.Root+" note what you see"), "."),
		now,
		blocks.Say("All commands: ", blocks.Code(c.Root+" help"), ". Who is on call: ", blocks.Code(room.o.OnCall), "."),
	)}}, nil
}

// atLeast is a count, or words if it was cut off.
func atLeast(n int) any {
	if n >= counted {
		return "more than a thousand"
	}
	return n
}

// info is /incident info: how an incident stands, and what happened. Its card is enqueued if it has none, as an incident of
// a storm: that costs a transaction, so it is made only for that.
func (room *Room) info(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	var m blocks.Message
	var bare *incidents.Incident // it has no card
	err := room.o.Book.Store.View(ctx, func(tx store.Tx) error {
		i, sorry, err := room.pickAny(c, tx)
		if i == nil {
			m = sorry
			return err
		}
		// set anew each time, since a view may run again
		if bare = nil; room.o.Lacks(tx, i.ID) {
			bare = i
		}
		m, err = told(tx, c.Now, i, paging.Next(room.o.Pager, tx, c.Now, i))
		m.Body = append(m.Body, before(tx, i)...)
		return err
	})
	if err != nil || bare == nil {
		return m, err
	}
	return m, room.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		room.o.Draw(tx, c.Now, bare)
		return nil
	})
}

// Info is how an incident stands, and what happened. Errors are those of [incidents.Head]. It does not say whom the
// incident pages next: for that it would need the pager.
func Info(tx store.Tx, id string) (blocks.Message, error) {
	i, err := incidents.Head(tx, id)
	if err != nil {
		return blocks.Message{}, err
	}
	return told(tx, time.Time{}, i, nil)
}

// told reads more events than it shows lines of, since not each event is a line.
func told(tx store.Tx, now time.Time, i *incidents.Incident, next *paging.Upcoming) (blocks.Message, error) {
	account, err := view.AccountOf(tx, i, 10*maxLines)
	account.Next = next
	return infoMessage(account, now), err
}

// infoMessage is an account as a message, with the buttons of the incident's state.
func infoMessage(i view.Account, now time.Time) blocks.Message {
	m := blocks.Message{Title: view.Headline(i.Incident)}
	m.Body = append(append(m.Body, i.Summary()), view.Whole(i.Alarm)...)
	if l, ok := review.Of(i.Incident, i.Events).Line(i.Incident, now); ok {
		m.Body = append(m.Body, blocks.Para(l))
	}
	lines := view.Story(i.Events, maxLines, incidents.OnTimeline)
	if len(lines) > 0 {
		m.Body = append(m.Body, blocks.Para(blocks.Say(blocks.Strong("Timeline"))), blocks.Bullets(lines...))
	}
	m.Rows = [][]blocks.Button{view.Buttons(i.Incident), append(view.Links(i.Incident, i.Alarm), view.Before(i.Past)...)}
	return m
}

// pickAny finds the incident that is meant among all: where only looking is asked for, the last one will do if none is open.
func (room *Room) pickAny(c *chat.Call, tx store.Tx) (*incidents.Incident, blocks.Message, error) {
	if len(c.Args) == 0 && c.Target == nil && len(incidents.OpenIDs(tx, 1)) == 0 && room.here(c, tx) == "" {
		last, err := history.Newest(tx, 1)
		if err != nil || len(last) == 0 {
			return nil, blocks.Sentence("There is no incident yet."), err
		}
		return &last[0], blocks.Message{}, nil
	}
	// words that look have no text behind the number; a name there is meant for an incident
	if len(c.Args) > 0 && !chat.IsID(strings.TrimPrefix(c.Args[0].Text, "#")) {
		return nil, noSuch(c.Args[0].Text, incidents.OpenIDs(tx, maxListed)), nil
	}
	i, rest, m := find(room, c, tx)
	if i != nil && rest != "" && c.Target == nil {
		return nil, leftOver(c, rest), nil
	}
	return i, m, nil
}

// postmortem is /incident postmortem: the draft.
func (room *Room) postmortem(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	if room.o.Postmortem == nil {
		return blocks.Sentence("This Oncalm writes no postmortems."), nil
	}
	if m, ok := room.o.Typed(ctx, c); ok {
		return m, nil
	}
	var i *incidents.Incident
	var m blocks.Message
	var state review.State
	err := room.o.Book.Store.View(ctx, func(tx store.Tx) (err error) {
		if i, m, err = room.pickAny(c, tx); i == nil {
			return err
		}
		timeline, err := incidents.Timeline(tx, i.ID)
		state = review.Of(i, timeline)
		return err
	})
	if err != nil || i == nil {
		return m, err
	}
	text, err := room.o.Postmortem(ctx, i.ID)
	if errors.Is(err, incidents.ErrNotFound) {
		return blocks.Sentence("No incident ", i.ID, "."), nil
	}
	if err != nil {
		return blocks.Message{}, err
	}
	m = postmortemMessage(i, text)
	m.Rows = [][]blocks.Button{append([]blocks.Button{actions.Add(i)}, state.Buttons(i)...)}
	return m, nil
}

// postmortemMessage shows a document as far as it fits. It has been made of escaped texts, and only the one who asked sees it.
func postmortemMessage(i *incidents.Incident, written string) blocks.Message {
	m := blocks.Message{Notice: "The draft of the postmortem of incident " + i.ID}
	piece, rest := cutLines(strings.TrimSpace(text.Clean(written)), blocks.MaxMarkdown)
	if piece != "" {
		m.Body = append(m.Body, blocks.Document(piece))
	}
	last := blocks.Say("As a file: ", blocks.Code("oncalm postmortem "+i.ID))
	if rest != "" {
		last = blocks.Say("It does not fit here. For all of it: ", blocks.Code("oncalm postmortem "+i.ID))
	}
	m.Body = append(m.Body, blocks.Para(last))
	return m
}

// cutLines takes as many whole lines off a text as have room in n characters. Half a line of Markdown could open what it
// does not close.
func cutLines(s string, n int) (piece, rest string) {
	short := text.Clip(s, n)
	if short == s {
		return s, ""
	}
	end := len(strings.TrimSuffix(short, "…"))
	if at := strings.LastIndexByte(s[:end], '\n'); at > 0 {
		end = at
	}
	return s[:end], strings.TrimPrefix(s[end:], "\n")
}
