package bot

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"
)

// A post is a message that is to stand somewhere once: in a channel, or in somebody's direct messages.
type post struct {
	to      string // a channel or, of a direct message, a user
	direct  bool
	tag     tag
	name    string // of its outcome: the tag's key, with the reader where several have the same
	drawn   blocks.Drawn
	since   time.Time // when it was decided, before which it cannot have been sent
	perhaps bool      // an attempt before the start may have got through
	at      ref       // where it stands, if it does and is to be edited
	renew   bool      // what an earlier attempt has brought through may say something old: it is edited
	still   func(context.Context) error
}

// put posts a message, edits it where it stands, or adopts what an earlier attempt has brought through. It is the only way
// out for what must not come twice, and has the one rule about looking: it takes a moment, and who cannot look, sends, and
// says that it may be a repeat.
func (b *Bot) put(ctx context.Context, p post) (r ref, adopted bool, err error) {
	unsure, blind := b.outcomes.unsure(p.name, p.perhaps), false
	if p.at.TS == "" && unsure {
		found, looked := b.find(ctx, p)
		switch {
		case found.TS != "" && !p.renew:
			return found, true, nil
		case found.TS != "":
			p.at, adopted = found, true
		case p.still != nil: // looking took time, in which somebody may have acknowledged
			if err := p.still(ctx); err != nil {
				b.outcomes.set(p.name, unsure)
				return ref{}, false, err
			}
		}
		blind = !looked
	}
	if p.at.TS != "" {
		_, err = b.client.sendDrawn(ctx, "chat.update", p.at.Channel, p.at.TS, p.drawn, p.tag)
		if !gone(codeOf(err)) && !p.moved(err) {
			return p.at, adopted, err
		}
	}
	if blind {
		p.drawn = p.drawn.Repeated()
	}
	r, err = b.client.sendDrawn(ctx, "chat.postMessage", p.to, "", p.drawn, p.tag)
	b.outcomes.note(p.name, p.to, err, time.Now(), blind)
	if !p.direct && p.to == b.o.Channel {
		b.watch.posted(p.to, err)
	}
	if err != nil {
		return ref{}, false, err
	}
	b.outcomes.stands(p.name, r)
	if p.direct {
		b.dms.set(p.to, r.Channel)
	}
	return r, false, nil
}

// find says where a post stands that an earlier attempt has brought through, and whether that is known. What Slack has taken
// since the start need not be looked for.
func (b *Bot) find(ctx context.Context, p post) (r ref, known bool) {
	if r, ok := b.outcomes.arrived(p.name); ok {
		return r, true
	}
	return b.look(ctx, p)
}

// moved reports whether a message cannot be edited any more since its channel takes nothing, and another was named meanwhile.
func (p post) moved(err error) bool {
	return !p.direct && p.at.Channel != p.to && troubleOf(err) == refused && ofChannel(codeOf(err))
}
