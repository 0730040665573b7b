package bot

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/bot/capture"
	"github.com/oncalm/oncalm/bot/channels"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
)

// talks are where incidents are talked about: their channels, and what is captured there.
func talks(b *Bot, users map[string]string) (*channels.Channels, *capture.Captures) {
	o, log := b.o, b.log
	places := channels.New(channels.Options{
		Rules: o.Channels, Book: o.Book, Out: b.out, Pace: b.pace, People: o.People, Clock: o.Clock, Log: log,
		Carded: hasCard, Stormy: b.storms.Member, Owe: b.notices.Owe,
		Card: func(a view.Account) blocks.Message { return cardOf(b, a) },
	})
	return places, capture.New(capture.Options{
		Rules: o.Capture, Root: o.Roots.Incident, Book: o.Book, Out: b.out, Users: users, Clock: o.Clock, Log: log,
		May:   func(person string) bool { _, ok := o.RightsNow().May(person, "timeline", "put"); return ok },
		Place: place, Places: TalkedAbout, Readable: func(said string) string { return b.router.Readable(said) },
		Once: func(ctx context.Context, c *chat.Call, do func(store.Tx) (blocks.Message, error)) blocks.Message {
			return b.router.Once(ctx, c, do)
		},
	})
}

// draw enqueues the card of an incident that somebody wants to see; then it may have a channel as well.
func (b *Bot) draw(tx store.Tx, now time.Time, i *incidents.Incident) {
	b.storms.Draw(tx, now, i)
	if err := b.channels.Asked(tx, now, i); err != nil {
		b.log.Warn("an incident may get no channel", "incident", i.ID, "err", err)
	}
}

// here is the incident that is talked about where something was typed or pressed; "" if none is. Slash commands do not work in threads.
func here(tx store.Tx, c *chat.Call) string { return place(tx, c.Channel, "") }

// place is the incident that is talked about in a channel, or in the thread of its card; "" if none is.
func place(tx store.Tx, channel, thread string) string {
	if id := channels.At(tx, channel); id != "" || thread == "" {
		return id
	}
	return string(tx.Get(cardAtKey(channel, thread)))
}

// TalkedAbout are where an incident is talked about: the thread of its card, and its own channel.
func TalkedAbout(tx store.Tx, id string) (all []capture.Place) {
	if r, err := readCard(tx, id); err == nil && r.TS != "" {
		all = append(all, capture.Place{Channel: r.Channel, Thread: r.TS})
	}
	if channel, _ := channels.Of(tx, id); channel != "" {
		all = append(all, capture.Place{Channel: channel})
	}
	return all
}

// CatchUp reads again what was said and marked in Slack while we did not hear of it.
func (b *Bot) CatchUp(ctx context.Context) {
	now := b.o.Clock.Now()
	err := b.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		b.capture.CatchUp(tx, now)
		return nil
	})
	if err != nil && ctx.Err() == nil {
		b.log.Warn("what was said in Slack meanwhile may be missing on timelines", "err", err)
	}
}
