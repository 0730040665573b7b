package bot

import (
	"context"
	"errors"
	"runtime/debug"
	"time"

	"github.com/oncalm/oncalm/bot/slack"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// typed carries out what was typed, and returns the answer.
func (b *Bot) typed(ctx context.Context, r slack.Request) (payload string) {
	c := &call{id: r.ID, now: r.At, root: r.Command.Root, rest: r.Command.Text, reply: r.ReplyTo}
	if m, ok := b.admit(ctx, c, r); !ok {
		return encode(m, time.UTC, false)
	}
	words := b.incidentWords()
	switch c.root {
	case b.o.Roots.Incident:
	case b.o.Roots.OnCall:
		words = b.oncallWords()
	default:
		return encode(blocks.Sentence("I do not know ", blocks.Code(text.Clip(text.Line(c.root), 40)), ", only ", blocks.Code(b.o.Roots.Incident), " and ", blocks.Code(b.o.Roots.OnCall), "."), time.UTC, false)
	}
	if c.rest = bare(c.rest, c.root); c.root == b.o.Roots.OnCall {
		c.rest = bareAll(c.rest, c.root)
	}
	c.args = tokens(c.rest)
	w, m, ok := b.meant(c, words)
	if !ok {
		return encode(m, b.zone(c.person), false)
	}
	if c.root == b.o.Roots.OnCall && len(c.args) > 0 {
		b.learnZone(ctx, c)
	}
	if w.form && len(c.args) == 0 && b.openForm(ctx, c, r.Trigger) {
		return "" // the form is the answer
	}
	return b.carryOut(ctx, c, w)
}

// admit finds out who asks. Who is not in the configuration is told how to get there, and nothing else.
func (b *Bot) admit(ctx context.Context, c *call, r slack.Request) (blocks.Message, bool) {
	switch b.watch.Judge(ctx, r.From) {
	case slack.Starting:
		return stillStarting(), false
	case slack.Foreign:
		return blocks.Sentence("This Oncalm belongs to another workspace; nothing was done."), false
	}
	c.person = b.users[r.User]
	if c.person == "" {
		return stranger(r.User), false
	}
	return blocks.Message{}, true
}

// stillStarting is the answer while it is not known who we are.
func stillStarting() blocks.Message {
	return blocks.Sentence("I am still starting and have not heard from Slack who I am; nothing was done. Try again in a minute.")
}

func stranger(user string) blocks.Message {
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(
		blocks.Say("You are not in Oncalm's people list, so nothing was done."),
		blocks.Say("Ask whoever keeps its configuration to add this under ", blocks.Code("people"), ": ", blocks.Code("yourname: {slack: "+text.Clip(text.Line(user), 20)+"}")),
	)}}
}

// meant finds the word that was typed, and leaves in c what follows it. Without one, m is the answer.
func (b *Bot) meant(c *call, words []word) (w word, m blocks.Message, ok bool) {
	oncall := c.root == b.o.Roots.OnCall
	if len(c.args) == 0 {
		if oncall {
			return word{show: b.everybody}, blocks.Message{}, true
		}
		return word{show: b.brief}, blocks.Message{}, true
	}
	c.word = c.args[0].text
	w, ok = find(words, c.word)
	switch {
	case ok:
		c.word = w.name
	case oncall:
		return word{show: b.oncall}, blocks.Message{}, true
	default:
		return w, unknownWord(c.root, c.word, names(words)), false
	}
	c.args = c.args[1:]
	if len(c.args) == 0 {
		c.rest = ""
		return w, m, true
	}
	begin := c.args[0].from
	c.rest = c.rest[begin:]
	for n := range c.args {
		c.args[n].from -= begin
	}
	return w, m, true
}

// carry is carryOut, however long it takes.
func (b *Bot) carry(ctx context.Context, c *call, w word) (payload string) {
	defer func() {
		if p := recover(); p != nil {
			b.log.Error("a word failed", "word", c.word, "panic", p, "stack", string(debug.Stack()))
			payload = b.tellFailure(c, errPanic)
		}
	}()
	payload, err := b.say(ctx, c, w)
	if refused, ok := errors.AsType[*incidents.Refused](err); ok {
		// Nothing was kept: the refusal is remembered by itself, so that the same request is refused for ever.
		payload, err = b.once(ctx, c, func(store.Tx) (blocks.Message, error) { return refusal(c, refused), nil })
	}
	if err != nil {
		return b.tellFailure(c, err)
	}
	return payload
}

func (b *Bot) say(ctx context.Context, c *call, w word) (payload string, err error) {
	if w.change != nil {
		return b.once(ctx, c, func(tx store.Tx) (blocks.Message, error) {
			m, err := w.change(c, tx)
			if c.acted {
				m = b.withChannel(m)
			}
			return m, err
		})
	}
	m, err := w.show(ctx, c)
	if err != nil || c.pressed == nil {
		return b.encode(c, m), err
	}
	return b.once(ctx, c, func(store.Tx) (blocks.Message, error) { return m, nil })
}

// once does something in a transaction, unless this request was carried out before, and remembers the answer. What was
// pressed is answered later: that is owed.
func (b *Bot) once(ctx context.Context, c *call, do func(store.Tx) (blocks.Message, error)) (payload string, err error) {
	err = b.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		if answer, seen := incidents.Recall(tx, c.id); seen {
			payload = answer
			return nil
		}
		m, err := do(tx)
		if err != nil {
			return err
		}
		payload = b.encode(c, m)
		incidents.Remember(tx, c.now, c.id, payload)
		if c.url != "" && (!m.Shown || c.private) {
			outbox.In(tx, c.now).Once(answerEntry(c.now, c.id, c.url, payload))
			c.told = true
		}
		return nil
	})
	return payload, err
}

func (b *Bot) encode(c *call, m blocks.Message) string {
	return encode(m, b.zone(c.person), c.private)
}

// tellFailure tells what went wrong. If it was pressed, nothing could be written down, so that is told without.
func (b *Bot) tellFailure(c *call, err error) (payload string) {
	payload = b.encode(c, b.excuse(c, err))
	if c.url != "" {
		b.answerLoosely(c.url, payload, uses)
		c.told = true
	}
	return payload
}
