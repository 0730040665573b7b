// Package trace is the part of /oncall that tells what became of messages: which came or were refused, how they were judged,
// which incident they concern, whom that paged, and why nobody was. It reads what package fates keeps, and writes nothing.
package trace

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// most is how many messages one reply has. A message can have many parts; twice as many lines are shown at most.
const most = 10

// Word is the word trace. The store of the book is the one that fates are in. It never shows a message's own text.
func Word(book *incidents.Book) chat.Word {
	t := tracer{book}
	return chat.Word{Name: "trace",
		Args: argument.List{argument.May("incident, alarm or message id", argument.Incident, argument.Alarm, argument.Text)},
		Show: t.show,
		Help: "What became of messages: whom they paged, or why nobody.",
		More: "It tells of the newest ones, or of those about that. Without arguments also what was refused in the last " +
			"24 hours."}
}

type tracer struct{ book *incidents.Book }

// show is the word. It reads fates and then timelines, in two looks at the store: an incident may have moved on between
// them.
func (t tracer) show(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	about := strings.ToLower(strings.TrimSpace(text.Line(said(c))))
	// [fates.Newest] reads in parts, with transactions of its own, since it may go through all that is kept
	found, err := fates.Newest(ctx, t.book.Store, c.Now.Add(-fates.Kept), c.Now, most, wanted(about))
	if err != nil {
		return blocks.Message{}, err
	}
	var m blocks.Message
	err = t.book.Store.View(ctx, func(tx store.Tx) error {
		m = reply(tx, about, found)
		if about == "" {
			m.Body = append(m.Body, refused(fates.RefusedSince(tx, c.Now.Add(-24*time.Hour)))...)
		}
		return nil
	})
	return m, err
}

// said is what was typed behind the word: the name of an alarm may have spaces.
func said(c *chat.Call) string {
	var words []string
	for _, token := range c.Args {
		words = append(words, token.Text)
	}
	return strings.Join(words, " ")
}

// wanted reports whether a message is about what was said: the number of an incident, a part of an alarm's name, the id of a
// message; all are if nothing was. An id of a message is compared as a whole, and a name by any part of it.
func wanted(about string) func(*fates.Fate) bool {
	number := strings.TrimPrefix(about, "#")
	_, err := strconv.ParseUint(number, 10, 32)
	return func(f *fates.Fate) bool {
		if about == "" || strings.EqualFold(f.MessageID(), about) {
			return true
		}
		for _, p := range f.Parts {
			if err == nil && p.Incident == number || strings.Contains(strings.ToLower(p.Name), about) {
				return true
			}
		}
		return false
	}
}

// reply lists fates, the newest first. Whom an incident paged is read from its timeline now; a [fates.Ledger] remembers it
// for the other messages about the incident. How far back it looked stands in the sentence, since silence before that
// proves nothing.
func reply(tx store.Tx, about string, found []fates.Fate) blocks.Message {
	switch {
	case len(found) == 0 && about == "":
		return blocks.Sentence("No message came in within the last 7 days.")
	case len(found) == 0:
		return blocks.Sentence("No message within the last 7 days is about “", text.Clip(about, 60), "”.")
	}
	var ledger fates.Ledger
	var lines []blocks.Line
	for i := range found {
		for _, p := range ledger.Tell(tx, &found[i]).Parts {
			if len(lines) < 2*most {
				lines = append(lines, line(found[i].At, &p))
			}
		}
	}
	of := "messages"
	if about != "" {
		of = "messages about “" + text.Clip(about, 60) + "”"
	}
	m := blocks.Sentence("The newest ", of, ":")
	m.Body = append(m.Body, blocks.Bullets(lines...))
	return m
}

// line is one part of a message in a line: what it was, what it did, and whom that paged or why nobody.
func line(at time.Time, p *fates.Told) blocks.Line {
	l := blocks.Say(at, "  ", blocks.Strong(text.Clip(text.Line(p.Name), 100)))
	if p.State != "" {
		l = append(l, blocks.Say(" ", p.State)...)
	}
	l = append(l, blocks.Say(": ", p.Did(), ".")...)
	switch {
	case len(p.Paged) > 0:
		l = append(l, blocks.Say(" Paged ")...)
		for n, page := range p.Paged {
			if n > 0 {
				l = append(l, blocks.Say(", ")...)
			}
			via := incidents.ChannelName(page.Via)
			l = append(l, blocks.Say(blocks.Strong(page.Person), " through ", via, " at ", page.At)...)
			if page.Withheld != "" {
				l = append(l, blocks.Say(" (not sent: ", text.Line(page.Withheld), ")")...)
			}
		}
		l = append(l, blocks.Say(".")...)
	case p.Nobody() != "":
		l = append(l, blocks.Say(" It ", p.Nobody(), ".")...)
	}
	return l
}

// refused says what was not taken in, if anything was.
func refused(all []fates.Tally) []blocks.Paragraph {
	var lines []blocks.Line
	for _, t := range all {
		l := blocks.Say(blocks.Code(t.Code), " × ", strconv.Itoa(t.Times()))
		if n := len(t.Newest); n > 0 {
			l = append(l, blocks.Say(", last ", t.Newest[n-1].At, ": ", text.Clip(text.Line(t.Newest[n-1].Text), 150))...)
		}
		lines = append(lines, l)
	}
	if len(lines) == 0 {
		return nil
	}
	return []blocks.Paragraph{blocks.Para(blocks.Say("Refused in the last 24 hours:")), blocks.Bullets(lines...)}
}
