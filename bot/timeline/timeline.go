// Package timeline has the words about the timeline of an incident: it shows all lines in the order of what happened, each
// with its number and at the reader's own time, and corrects what people wrote. Nothing is ever changed silently: a line
// that is struck stays in the store, and one that is corrected is struck and written again below its own time.
//
// The number of a line is that of its event (Seq), and not its place on the page: it stays the same whatever is written or
// struck later. So numbers have gaps, where events are that no line shows. What Oncalm recorded and what alarms said cannot
// be struck, and of what people did only their notes.
package timeline

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/history"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Lines is the conversation about timelines. Its fields are set before anything is said.
type Lines struct {
	Root string
	Book *incidents.Book
	// Here is the incident that is talked about where something is said; "" if none is.
	Here func(tx store.Tx, c *chat.Call) string
	// Router reads what people write.
	Router *chat.Router
}

// Words are the words of this package, for the room of incidents.
func (l *Lines) Words() []chat.Word {
	return []chat.Word{
		{Name: "timeline", Args: argument.List{argument.May("id", argument.Incident)}, Show: l.show,
			Help: "All lines of the timeline, each with its number."},
		{Name: "strike",
			Args: argument.List{argument.May("id", argument.Incident), argument.Needs("line", argument.Line),
				argument.May("reason", argument.Text)},
			Change: l.strike,
			Help:   "Takes what somebody wrote off the timeline."},
		{Name: "edit",
			Args: argument.List{argument.May("id", argument.Incident), argument.Needs("line", argument.Line),
				argument.May("time", argument.Time), argument.Needs("text", argument.Text)},
			Change: l.edit, Timed: true,
			Help: "Strikes what somebody wrote, and writes it again."},
	}
}

const (
	// page is how many lines are shown at a time, and together how many stand in a paragraph: Slack takes long texts in pieces.
	page     = 24
	together = 4
	// maxText is the longest line, in characters, and maxReason the longest reason.
	maxText   = 3000
	maxReason = 500
)

// pick finds the incident that is meant, and returns what stands behind its number. Without a number it is the one that is
// talked about, the one that is open, or, if none is, the last one: timelines are mended when it is over. With numbered,
// the first word is taken for the number of the incident, and the caller knows that it is none of a line.
func (l *Lines) pick(c *chat.Call, tx store.Tx, numbered bool) (i *incidents.Incident, rest []chat.Token,
	m blocks.Message, err error) {
	var id string
	open := incidents.OpenIDs(tx, 11)
	rest = c.Args
	switch {
	case c.Target != nil:
		id = c.Target.ID
	case numbered && len(rest) > 0:
		id, rest = strings.TrimPrefix(rest[0].Text, "#"), rest[1:]
	default:
		id = l.Here(tx, c)
	}
	if id == "" && len(open) == 1 {
		id = open[0]
	}
	if last, err := history.Newest(tx, 1); id == "" && len(open) == 0 && err == nil && len(last) == 1 {
		id = last[0].ID
	}
	switch {
	case id == "" && len(open) == 0:
		return nil, nil, blocks.Sentence("There is no incident yet."), nil
	case id == "":
		// one number alone was read as that of a line
		and, line := "", ""
		if c.Word != "timeline" {
			and, line = " and that of the line", " 2"
		}
		return nil, nil, blocks.Sentence("Several incidents are open: ", strings.Join(open, ", "),
			". Write the number of yours", and, ": ", blocks.Code(c.Root+" "+c.Word+" "+open[0]+line)), nil
	}
	i, err = incidents.Head(tx, id)
	if !chat.IsID(id) || errors.Is(err, incidents.ErrNotFound) {
		return nil, nil, blocks.Sentence("No incident “", text.Clip(text.Line(id), 40), "”."), nil
	}
	return i, rest, m, err
}

// show is /incident timeline. What its buttons carry says with which line to begin.
func (l *Lines) show(ctx context.Context, c *chat.Call) (m blocks.Message, err error) {
	err = l.Book.Store.View(ctx, func(tx store.Tx) error {
		i, rest, sorry, err := l.pick(c, tx, true)
		if i == nil {
			m = sorry
			return err
		}
		events, err := incidents.Timeline(tx, i.ID)
		if err != nil {
			return err
		}
		from := -1
		if len(rest) > 0 {
			if from, err = strconv.Atoi(rest[0].Text); err != nil {
				from = -1
			}
		}
		m = lines(i, events, from)
		return nil
	})
	return m, err
}

// lines shows a page of a timeline from a line on; of less than 0 the last page. Lines are sorted by when it happened (At);
// what was written down at the same time stands in the order of recording.
func lines(i *incidents.Incident, events []incidents.Event, from int) blocks.Message {
	// over the whole timeline: a line may be struck long after it was written
	struck := map[int]bool{}
	for _, e := range events {
		if b, ok := e.Body.(incidents.Struck); ok {
			struck[b.Seq] = true
		}
	}
	shown := slices.DeleteFunc(slices.Clone(events), func(e incidents.Event) bool {
		return struck[e.Seq] || e.Words().Shown&incidents.OnTimeline == 0
	})
	slices.SortStableFunc(shown, func(a, b incidents.Event) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.Seq, b.Seq))
	})
	if from < 0 || from >= len(shown) {
		from = max(len(shown)-page, 0)
	}
	m := blocks.Message{Title: view.Headline(i)}
	end := min(from+page, len(shown))
	said := fmt.Sprintf("Timeline of incident %s, lines %d to %d of %d, at your own time.", i.ID, min(from+1, end), end,
		len(shown))
	if len(struck) > 0 {
		said += " " + text.Count(len(struck), "line was", "lines were") + " struck."
	}
	if i.MergedInto != "" && !i.Open() {
		said += " It goes on as incident " + i.MergedInto + "."
	}
	m.Body = append(m.Body, blocks.Para(blocks.Say(said)))
	for some := range slices.Chunk(shown[from:end], together) {
		var all []blocks.Line
		for _, e := range some {
			all = append(all, line(e))
		}
		m.Body = append(m.Body, blocks.Bullets(all...))
	}
	var row []blocks.Button
	turn := func(label, which string, to int) {
		at := chat.Target{ID: i.ID, Run: i.Run}.Value() + " " + strconv.Itoa(to)
		row = append(row, chat.Said{Room: view.Room, Word: "timeline", Rest: at}.Numbered(label, which))
	}
	if from > 0 {
		turn("Earlier", "earlier", max(from-page, 0))
	}
	if end < len(shown) {
		turn("Later", "later", end)
	}
	m.Rows = [][]blocks.Button{row}
	return m
}

// late is how much later than it happened a note must have been written down for that to be said. Only a person says so:
// what Oncalm records is recorded when it happens.
const late = time.Minute

// line is one line, with its number, which is how people name it.
func line(e incidents.Event) blocks.Line {
	words := e.Words()
	l := blocks.Say(blocks.Strong(strconv.Itoa(e.Seq)), "  ", e.At, "  ", view.Tell(e))
	if words.Link != "" {
		l = append(blocks.Say(l, "  "), blocks.Link(words.Link, "message"))
	}
	if words.Source == incidents.SourceNote && e.Recorded.Sub(e.At) > late {
		l = blocks.Say(l, " (written ", e.Recorded, ")")
	}
	return l
}

// note finds the line that is meant, and what is written behind its number. A number in front of it is that of the
// incident. Two numbers in front are the incident and the line; one is a line, of the incident that is talked about.
func (l *Lines) note(c *chat.Call, tx store.Tx) (i *incidents.Incident, e incidents.Event, rest string,
	m blocks.Message, err error) {
	two := len(c.Args) > 1 && chat.IsNumber(strings.TrimPrefix(c.Args[0].Text, "#")) &&
		chat.IsNumber(c.Args[1].Text)
	i, args, m, err := l.pick(c, tx, two)
	if i == nil || err != nil {
		return nil, e, "", m, err
	}
	if len(args) == 0 || !chat.IsNumber(args[0].Text) {
		return nil, e, "", blocks.Sentence("Which line? ", blocks.Code(c.Root+" timeline "+i.ID),
			" shows their numbers."), nil
	}
	seq, _ := strconv.Atoi(args[0].Text)
	if len(args) > 1 {
		rest = l.Router.Readable(c.Rest[args[1].From:])
	}
	events, err := incidents.TimelineFrom(tx, i.ID, seq)
	switch {
	case errors.Is(err, incidents.ErrNotFound):
		events = nil
	case err != nil:
		return nil, e, "", m, err
	}
	none := blocks.Sentence("Line ", seq, " of incident ", i.ID, " is nothing that somebody wrote; nothing was changed. ",
		blocks.Code(c.Root+" timeline "+i.ID), " shows the numbers.")
	if len(events) == 0 || events[0].Seq != seq {
		return nil, e, "", none, nil
	}
	if _, ok := events[0].Body.(incidents.Noted); !ok {
		return nil, e, "", none, nil
	}
	// the strikes of a line come after it, so the events from there on suffice
	for _, other := range events {
		if b, ok := other.Body.(incidents.Struck); ok && b.Seq == seq {
			return nil, e, "", blocks.Sentence("Line ", seq, " of incident ", i.ID, " was struck by ", view.NameOf(other.By),
				" ", other.At, " already; nothing was changed."), nil
		}
	}
	return i, events[0], rest, m, nil
}

// record appends what the person does; zero for at means now.
func (l *Lines) record(c *chat.Call, tx store.Tx, id string, at time.Time, body incidents.Body) error {
	_, err := l.Book.Append(tx, c.Now, id, incidents.Event{At: at, By: incidents.Person(c.Person), Body: body})
	c.Acted = c.Acted || err == nil
	return err
}

// strike is /incident strike.
func (l *Lines) strike(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, e, reason, m, err := l.note(c, tx)
	if i == nil {
		return m, err
	}
	err = l.record(c, tx, i.ID, time.Time{}, incidents.Struck{Seq: e.Seq, Reason: text.Clip(reason, maxReason)})
	return blocks.Sentence("Struck line ", e.Seq, " of ", blocks.Strong(i.ID), ": ", view.Tell(e)), err
}

// edit is /incident edit: what was written is struck, and stands below its own time as it should read.
//
// What is left out stays: with a time alone the text is kept, with a text alone the time. It is struck before it is written
// again, in one transaction, so that no reader sees both or neither.
func (l *Lines) edit(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, e, typed, m, err := l.note(c, tx)
	if i == nil {
		return m, err
	}
	past, timed, err := when.Past(typed, c.Now, l.Router.ZoneOf(c))
	at, said := e.At, typed
	b, _ := e.Body.(incidents.Noted)
	switch {
	case err != nil:
		return blocks.Sentence("I changed nothing: ", err.Error(), "."), nil
	case timed && past.Text == "":
		at, said = past.At, b.Text
	case timed:
		at, said = past.At, past.Text
	case typed == "":
		return blocks.Sentence("What should line ", e.Seq, " say? Write ",
			blocks.Code(fmt.Sprintf("%s edit %s %d the whole line", c.Root, i.ID, e.Seq)), "."), nil
	}
	if err := l.record(c, tx, i.ID, time.Time{}, incidents.Struck{Seq: e.Seq, Reason: "edited"}); err != nil {
		return blocks.Message{}, err
	}
	// it is a line of whoever edits it; who captured what was said in Slack stands on the one that is struck
	b.Text, b.Instead, b.Captured = text.Clip(said, maxText), e.Seq, ""
	if err := l.record(c, tx, i.ID, at, b); err != nil {
		return blocks.Message{}, err
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(
		blocks.Say("Line ", e.Seq, " of ", blocks.Strong(i.ID), " is struck, and reads now: ", at, "  ",
			text.Clip(text.Line(b.Text), 300)),
		blocks.Say("It said: ", view.Tell(e)),
	)}}, nil
}
