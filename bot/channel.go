package bot

import (
	"context"
	"encoding/json"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/storm"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// awayKey holds since when the channel takes no cards; nothing while it does.
const awayKey = "bot/channel"

// An absence is a time in which the channel takes no cards. It is stored, so that a restart neither hides it nor makes
// cards wait longer.
type absence struct {
	Channel string    `json:"channel"`
	Since   time.Time `json:"since"`
	Code    string    `json:"code"`
	// Edit says that editing was refused. Else posting was, and an edit that Slack takes does not say that it takes posts:
	// some may only not post.
	Edit bool `json:"edit,omitempty"`
}

// readAbsence returns the absence that goes on. What cannot be read is noted again at the next refusal.
func readAbsence(tx store.Tx) (a absence, ok bool) {
	val := tx.Get(awayKey)
	return a, val != nil && json.Unmarshal(val, &a) == nil
}

// undrawn is what comes of a card that could not be drawn. One that Slack refuses is tried slowly, until somebody does something
// or the channel takes another.
func (b *Bot) undrawn(e outbox.Entry, edit bool, err error) (func(store.Tx) error, error) {
	t, name := slack.TroubleOf(err), slack.CodeOf(err)
	if t != slack.Refused && t != slack.Unreadable {
		return nil, slack.Owed(err)
	}
	if t == slack.Refused {
		b.watch.Channel(slack.Complaint(b.o.Channel, name), edit)
	}
	b.log.Debug("a card is waiting for its channel", "key", e.Key, "err", err)
	now := b.o.Clock.Now()
	e.Due = now.Add(slowly)
	return func(tx store.Tx) error {
		outbox.In(tx, now).Soon(e)
		if _, known := readAbsence(tx); known || !slack.OfChannel(name) {
			return nil
		}
		val, err := json.Marshal(absence{b.o.Channel, now.UTC(), name, edit})
		if err != nil {
			return err
		}
		tx.Put(awayKey, val)
		return nil
	}, nil
}

// took notes that the channel has taken a card or a notice, or an edit of a card: what waited goes now, and the channel is told since when
// cards were missing.
func (b *Bot) took(tx store.Tx, now time.Time, edit bool) {
	a, away := readAbsence(tx)
	if !away {
		return
	}
	sendWaitingCards(tx, now)
	if edit && !a.Edit {
		return
	}
	tx.Delete(awayKey)
	b.notices.Owe(tx, now, store.Key("told", "channel", a.Since.UTC().Format(time.RFC3339Nano)), "", blocks.Sentence(
		missingHere, a.Since, " until ", now, ": Slack refused them (", blocks.Code(a.Code),
		"). The missing ones follow now."))
}

// missingHere begins what a channel is told that takes cards again.
const missingHere = "⚠️ Cards were missing here, or out of date, from "

// sendWaitingCards lets the cards go that wait for their channel, as fast as Slack takes them. Beyond these they come within their minute.
func sendWaitingCards(tx store.Tx, now time.Time) {
	const most = 200
	queue := outbox.In(tx, now)
	var waiting []string
	queue.Due(outbox.Chores, "", most, func(key string, readable func() bool) {
		if readable() {
			waiting = append(waiting, key)
		}
	})
	for _, key := range waiting {
		if e, ok := queue.Get(key); ok && (e.Kind == KindCard || e.Kind == storm.Kind) && e.Due.After(now) {
			e.Due = now
			queue.Soon(e)
		}
	}
}

// recallChannel takes up what was known of the channel before the start, and lets the cards go that wait for it: whoever
// restarts us may have mended it, or named another.
func (b *Bot) recallChannel(ctx context.Context) {
	var a absence
	var away bool
	err := b.o.Book.Store.View(ctx, func(tx store.Tx) error {
		a, away = readAbsence(tx)
		return nil
	})
	if err != nil || !away {
		return
	}
	if a.Channel == b.o.Channel {
		b.watch.Channel(slack.Complaint(a.Channel, a.Code), a.Edit)
	}
	now := b.o.Clock.Now()
	err = b.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		sendWaitingCards(tx, now)
		return nil
	})
	if err != nil && ctx.Err() == nil {
		b.log.Warn("cannot send waiting cards at once; each is retried within a minute", "err", err)
	}
}

// checkChannel asks Slack for a line of the channel, as long as nothing was posted there: whether we are in it is better known
// before the first card. That a channel is archived it does not tell.
func (b *Bot) checkChannel(ctx context.Context) {
	if b.o.Channel == "" || !b.watch.ChannelUnknown() {
		return
	}
	err := b.out.ReadChannel(ctx, b.o.Channel)
	switch name := slack.CodeOf(err); {
	case err == nil:
		b.watch.ChannelRead("")
	case slack.TroubleOf(err) == slack.Refused && slack.OfChannel(name):
		b.watch.ChannelRead(slack.Complaint(b.o.Channel, name))
	}
}

// withChannel adds to the answer to a change that its card is not there to be seen, if that is so.
func (b *Bot) withChannel(m blocks.Message) blocks.Message {
	if why := b.watch.Now().Channel; why != "" {
		m.Shown = false // it is not
		m.Body = append(m.Body, blocks.Para(blocks.Say("⚠️ The card cannot be updated: ", why, ".")))
	}
	return m
}
