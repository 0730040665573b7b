package bot

import (
	"context"
	"errors"
	"strings"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/incidents"
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

// brief is the command without a word: three lines.
func (b *Bot) brief(ctx context.Context, c *call) (message, error) {
	var open []string
	err := b.o.Book.Store.View(ctx, func(tx store.Tx) error {
		open = incidents.OpenIDs(tx, counted)
		return nil
	})
	if err != nil {
		return message{}, err
	}
	now := say("Nothing is open.")
	switch {
	case len(open) > 10:
		now = say("Open now: ", atLeast(len(open)), " incidents; ", code(c.root+" list"), " shows them.")
	case len(open) > 0:
		now = say("Open now: ", strings.Join(open, ", "), ". ", code(c.root+" list"), " says more.")
	}
	return message{body: []paragraph{para(
		say("Answer a page: ", code(c.root+" ack"), ", ", code(c.root+" resolve"), ", ", code(c.root+" escalate"), ", ", code(c.root+" note what you see"), "."),
		now,
		say("All I know: ", code(c.root+" help"), ". Who is on call: ", code(b.o.Roots.OnCall), "."),
	)}}, nil
}

func atLeast(n int) any {
	if n >= counted {
		return "more than a thousand"
	}
	return n
}

// list is /incident list: what is open, or else the last incidents.
func (b *Bot) list(ctx context.Context, c *call) (message, error) {
	var open []string
	var shown []incidents.Incident
	err := b.o.Book.Store.View(ctx, func(tx store.Tx) (err error) {
		open, shown = incidents.OpenIDs(tx, counted), nil
		for _, id := range open[:min(len(open), maxListed)] {
			i, err := incidents.Head(tx, id)
			if err != nil {
				return err
			}
			shown = append(shown, *i)
		}
		if len(open) == 0 {
			shown, err = incidents.Newest(tx, "", 5)
		}
		return err
	})
	if err != nil {
		return message{}, err
	}
	var m message
	switch {
	case len(shown) == 0:
		return sentence("Nothing is open, and nothing has ever been. May it stay so."), nil
	case len(open) == 0:
		m = sentence("Nothing is open. The last ones:")
	case len(open) == 1:
		m = sentence("One incident is open:")
	default:
		m = sentence(atLeast(len(open)), " incidents are open:")
	}
	var lines []line
	for n := range shown {
		lines = append(lines, listed(&shown[n]))
	}
	if more := len(open) - len(shown); len(open) > 0 && more > 0 {
		lines = append(lines, say("and ", more, " more"))
	}
	m.body = append(m.body, paragraph{bullets, lines})
	if len(open) > 0 {
		m.body = append(m.body, para(say("More about one: ", code(c.root+" info "+shown[0].ID))))
	}
	return m, nil
}

// listed is an incident in one line.
func listed(i *incidents.Incident) line {
	l := say(strong(i.ID), " ", sign(i.Severity), " ", i.Severity, " · ", text.Clip(text.Line(i.Title), 100), " · ", i.Service, " · ")
	switch i.Status {
	case incidents.StatusAcknowledged:
		return append(l, say("acknowledged by ", name(i.AcknowledgedBy), " ", i.Acknowledged)...)
	case incidents.StatusResolved:
		return append(l, say("resolved by ", name(i.ResolvedBy), " ", i.Resolved)...)
	}
	if i.Quiet {
		return append(l, say("quiet since ", i.Opened)...)
	}
	return append(l, say("triggered ", i.Opened)...)
}

// info is /incident info: how an incident stands, and what happened.
func (b *Bot) info(ctx context.Context, c *call) (message, error) {
	var m message
	err := b.o.Book.Store.View(ctx, func(tx store.Tx) error {
		i, sorry, err := b.pickAny(c, tx)
		if i == nil {
			m = sorry
			return err
		}
		told, err := accountOf(tx, i, 10*maxLines)
		m = infoMessage(told)
		return err
	})
	return m, err
}

func infoMessage(i account) message {
	m := message{title: headline(i.Incident)}
	m.body = append(append(m.body, i.summary()), evidence(i.alarm)...)
	lines := story(i.events, maxLines, incidents.OnTimeline)
	if len(lines) > 0 {
		m.body = append(m.body, para(say(strong("Timeline"))), paragraph{bullets, lines})
	}
	m.rows = [][]button{offers(i.Incident), links(i.Incident, i.alarm)}
	return m
}

// pickAny finds the incident that is meant among all: where only looking is asked for, the last one will do if none is open.
func (b *Bot) pickAny(c *call, tx store.Tx) (*incidents.Incident, message, error) {
	if len(c.args) == 0 && c.pressed == nil && len(incidents.OpenIDs(tx, 1)) == 0 {
		last, err := incidents.Newest(tx, "", 1)
		if err != nil || len(last) == 0 {
			return nil, sentence("There is no incident yet."), err
		}
		return &last[0], message{}, nil
	}
	if len(c.args) > 0 && !isID(strings.TrimPrefix(c.args[0].text, "#")) {
		return nil, noSuch(c.args[0].text, incidents.OpenIDs(tx, maxListed)), nil
	}
	i, _, m := b.pick(c, tx)
	return i, m, nil
}

// postmortem is /incident postmortem: the draft.
func (b *Bot) postmortem(ctx context.Context, c *call) (message, error) {
	if b.o.Postmortem == nil {
		return sentence("This Oncalm writes no postmortems."), nil
	}
	var i *incidents.Incident
	var m message
	err := b.o.Book.Store.View(ctx, func(tx store.Tx) (err error) {
		i, m, err = b.pickAny(c, tx)
		return err
	})
	if err != nil || i == nil {
		return m, err
	}
	text, err := b.o.Postmortem(ctx, i.ID)
	if errors.Is(err, incidents.ErrNotFound) {
		return sentence("No incident ", i.ID, "."), nil
	}
	if err != nil {
		return message{}, err
	}
	return postmortemMessage(i, text), nil
}

// postmortemMessage shows a document as far as it fits. It has been made of escaped texts, and only the one who asked sees it.
func postmortemMessage(i *incidents.Incident, written string) message {
	m := message{notice: "The draft of the postmortem of incident " + i.ID}
	piece, rest := cutLines(strings.TrimSpace(text.Clean(written)), maxMarkdown)
	if piece != "" {
		m.body = append(m.body, paragraph{document, []line{say(piece)}})
	}
	last := say("As a file: ", code("oncalm postmortem "+i.ID))
	if rest != "" {
		last = say("It is longer than fits here. All of it: ", code("oncalm postmortem "+i.ID))
	}
	m.body = append(m.body, para(last))
	return m
}

// cutLines takes as many whole lines off a text as have room in n characters.
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
