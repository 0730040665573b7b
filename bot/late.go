package bot

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/bot/slack"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/store"
)

// longest is how long a change may take that people wait for, however slow the disk is.
const longest = time.Minute

// An attempt is something that goes on though whoever asked for it may have been answered meanwhile.
type attempt[T any] struct{ done chan T }

// attemptTo does something whose end somebody waits for, but not beyond Slack's patience: it goes on after that.
func attemptTo[T any](ctx context.Context, b *Bot, do func(context.Context) T) attempt[T] {
	a := attempt[T]{make(chan T, 1)}
	work, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
	if ctx.Err() != nil {
		cancel() // nobody waits for it any more: it is not begun
	}
	b.loose.Go(func() {
		defer cancel()
		a.done <- do(work)
	})
	return a
}

// wait returns what came of it, and false if ctx ended before.
func (a attempt[T]) wait(ctx context.Context) (result T, ok bool) {
	select {
	case result = <-a.done:
		return result, true
	case <-ctx.Done():
	}
	return result, false
}

// carried is what a word came to: the answer, encoded, and whether it reaches whoever asked by itself.
type carried struct {
	payload string
	told    bool
}

// carryOut says a word and returns the answer, encoded. A word that changes something is carried out once for each request,
// and answers the same each time. It never fails: what went wrong is told in the answer. What takes longer than Slack's
// patience is being stored: that is the answer then, and what came of it follows.
func (b *Bot) carryOut(ctx context.Context, c *call, w word) (payload string) {
	address, pressed := c.reply, c.url != ""
	if pressed {
		address = c.url
	}
	zone := b.zone(c.person)
	a := attemptTo(ctx, b, func(ctx context.Context) carried {
		payload := b.carry(ctx, c, w)
		return carried{payload, c.told}
	})
	if ctx.Err() != nil {
		return (<-a.done).payload
	}
	result, ok := a.wait(ctx)
	if ok {
		return result.payload
	}
	payload = encode(beingStored(), zone, false)
	if pressed {
		b.answerLoosely(address, payload, 1) // the uses that are left are for what came of it
	}
	b.loose.Go(func() {
		if result := <-a.done; !result.told && address != "" {
			b.answerLoosely(address, result.payload, uses)
		}
	})
	return payload
}

// beingStored is what people read while the store is slow.
func beingStored() blocks.Message {
	return blocks.Sentence("That is being stored, and takes longer than usual. What came of it follows; there is no need to do it again.")
}

// confirmedOnce carries out the plan of a form. If that takes longer than Slack's patience, what came of it follows as a
// direct message.
func (b *Bot) confirmedOnce(ctx context.Context, c *call, metadata string) blocks.Message {
	person, user := c.person, b.o.People[c.person].Slack
	a := attemptTo(ctx, b, func(ctx context.Context) (m blocks.Message) {
		_, err := b.once(ctx, c, func(tx store.Tx) (done blocks.Message, err error) {
			done, err = b.confirmed(c, tx, metadata)
			m = done
			return done, err
		})
		if err != nil {
			m = b.excuse(c, err)
		}
		if len(m.Body) == 0 {
			m = blocks.Sentence("That was done already.")
		}
		return m
	})
	if ctx.Err() != nil {
		return <-a.done
	}
	m, ok := a.wait(ctx)
	if ok {
		return m
	}
	b.loose.Go(func() {
		m := <-a.done
		if _, err := b.out.Post(context.Background(), user, blocks.Draw(m), slack.Tag{Event: toldEvent, Key: c.id}); err != nil {
			b.log.Warn("what came of a form could not be told", "person", person, "err", err)
		}
	})
	return beingStored()
}
