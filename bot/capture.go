package bot

import (
	"context"

	"github.com/oncalm/oncalm/bot/capture"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/store"
)

// here is the incident that is talked about where something was typed or pressed; "" if none is. Slash commands do not work in threads.
func here(tx store.Tx, c *chat.Call) string { return place(tx, c.Channel, "") }

// place is the incident that is talked about in a channel, or in the thread of its card; "" if none is.
func place(tx store.Tx, channel, thread string) string {
	if thread == "" {
		return ""
	}
	return string(tx.Get(cardAtKey(channel, thread)))
}

// places are where an incident is talked about.
func places(tx store.Tx, id string) (all []capture.Place) {
	if r, err := readCard(tx, id); err == nil && r.TS != "" {
		all = append(all, capture.Place{Channel: r.Channel, Thread: r.TS})
	}
	return all
}

// catchUp reads again what was said in Slack while we were not there.
func (b *Bot) catchUp(ctx context.Context) {
	now := b.o.Clock.Now()
	err := b.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		b.capture.CatchUp(tx, now)
		return nil
	})
	if err != nil && ctx.Err() == nil {
		b.log.Warn("what was said in Slack before the start may be missing on timelines", "err", err)
	}
}
