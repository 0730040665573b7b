package review

import (
	"context"
	"errors"
	"strconv"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/postmortems/document"
	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Kinds of outbox entries: the message of a postmortem, and a file below it.
const (
	KindPost = "postmortem-post"
	KindFile = "postmortem-file"
)

// posting is what is typed behind the word postmortem to post one.
const posting = "post"

// postEvent marks such messages in their metadata.
const postEvent = "oncalm_postmortem"

// A Posted is a postmortem as it is posted.
type Posted struct {
	Document       document.Document // without names
	Markdown, Page []byte
}

// posts is what of a Room posts postmortems for all to see.
type posts struct{ *Room }

// posted is the body of an entry. Of a file it says where, and which.
type posted struct {
	Incident string    `json:"incident"`
	Channel  string    `json:"channel,omitempty"`
	To       slack.Ref `json:"to,omitzero"`
	Page     bool      `json:"page,omitempty"`
}

// post enqueues the message of a postmortem. It has a name by what is in it: what has not changed is not posted twice.
func (p posts) post(tx store.Tx, c *chat.Call, i *incidents.Incident) (blocks.Message, error) {
	if m, no := refused(i); no {
		return m, nil
	}
	channel := p.own(tx, i.ID)
	if channel == "" {
		channel = p.o.Channel
	}
	if channel == "" || p.o.Post == nil {
		return blocks.Sentence("There is no channel to post it to."), nil
	}
	key := store.Key(i.ID, KindPost, strconv.Itoa(i.Seq))
	queue := outbox.In(tx, c.Now)
	if _, is := queue.Get(key); is {
		return blocks.Sentence(of(i), " is posted already, as it is now."), nil
	}
	queue.Once(outbox.Entry{Key: key, Kind: KindPost, Lane: outbox.Asides, Due: c.Now,
		Body: outbox.Body(posted{Incident: i.ID, Channel: channel})})
	return blocks.Sentence(of(i), " is posted to the channel, with the document as files. ",
		"People are called there by what they were."), nil
}

// send posts the message, and enqueues its files.
func (p posts) send(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	b, d, err := p.rendered(ctx, e)
	if d == nil || err != nil {
		return nil, err
	}
	to, err := p.o.Out.PutOwed(ctx, e, b.Channel, false, blocks.Draw(p.message(d.Document)), postEvent)
	if t := slack.TroubleOf(err); t == slack.Refused || t == slack.Unreadable {
		p.o.Log.Warn("a postmortem could not be posted", "incident", b.Incident, "channel", b.Channel, "err", err)
		return nil, nil
	}
	if err != nil {
		return nil, slack.Owed(err)
	}
	now := p.o.Clock.Now()
	return func(tx store.Tx) error {
		for _, page := range []bool{false, true} {
			outbox.In(tx, now).Once(outbox.Entry{Key: store.Key(e.Key, strconv.FormatBool(page)), Kind: KindFile,
				Lane: outbox.Asides, Due: now, Body: outbox.Body(posted{Incident: b.Incident, To: to, Page: page})})
		}
		return nil
	}, nil
}

// attach sends a file into the thread of the message. One that may have arrived is not sent again.
func (p posts) attach(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	if p.o.Out.Unsure(e.Key, e.PerhapsDone) {
		return nil, nil
	}
	b, d, err := p.rendered(ctx, e)
	if d == nil || err != nil {
		return nil, err
	}
	name := "postmortem-" + b.Incident
	f := slack.File{Name: name + ".md", Title: "Postmortem of " + b.Incident + ", as Markdown", Data: d.Markdown}
	if b.Page {
		f = slack.File{Name: name + ".html", Title: "Postmortem of " + b.Incident + ", for browsers and paper", Data: d.Page}
	}
	err = p.o.Out.Attach(ctx, e.Key, b.To, f)
	if t := slack.TroubleOf(err); t == slack.Refused || t == slack.Unreadable || slack.CodeOf(err) == "missing_scope" {
		p.o.Log.Warn("could not send a postmortem as a file; the app needs the scope files:write", "incident", b.Incident,
			"err", err)
		return nil, nil
	}
	return nil, slack.Owed(err)
}

// rendered is what an entry is about, as it is now; nil if nobody keeps it any more.
func (p posts) rendered(ctx context.Context, e outbox.Entry) (b posted, d *Posted, err error) {
	if err := e.Decode(&b); err != nil {
		return b, nil, err
	}
	if p.o.Post == nil {
		return b, nil, nil
	}
	is, err := p.o.Post(ctx, b.Incident)
	if errors.Is(err, incidents.ErrNotFound) {
		return b, nil, nil
	}
	return b, &is, err
}

// message is a postmortem in a few lines: what people wrote as its summary, and the figures.
func (p posts) message(d document.Document) blocks.Message {
	h := d.Header
	what := blocks.Say(blocks.Strong(text.Clip(text.Line(h.Title), 200)), " (", h.Severity, ", ",
		text.Line(h.Service), "), ", text.Line(d.Review.Status))
	m := blocks.Message{Title: "Postmortem of incident " + h.ID, Body: []blocks.Paragraph{blocks.Para(what)}}
	for _, part := range d.Section(document.SectionSummary).Parts {
		m.Body = append(m.Body, blocks.Quote(blocks.Say(text.Clip(text.Line(part.Text), 500))))
	}
	var lines []blocks.Line
	for _, t := range d.Times {
		if t.Short != "" && t.Seconds != nil {
			lines = append(lines, blocks.Say(t.Name, ": ", wording.Took(document.Length(*t.Seconds))))
		}
	}
	if n := len(d.ActionItems); n > 0 {
		lines = append(lines, blocks.Say(text.Count(n, "action item", "action items")))
	}
	if len(lines) > 0 {
		m.Body = append(m.Body, blocks.Bullets(lines...))
	}
	last := blocks.Say("All of it is in the thread, and by ", blocks.Code(p.o.Root+" postmortem "+h.ID), ".")
	m.Body = append(m.Body, blocks.Para(last))
	return m
}
