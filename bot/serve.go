package bot

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/store"
)

// Handler serves what Slack posts: see [slack.Sender.HTTP].
func (b *Bot) Handler() http.Handler {
	return b.out.HTTP(b.o.SigningSecrets, b.o.Clock, b.Serve)
}

// Serve carries out a request, by whichever door it came.
func (b *Bot) Serve(ctx context.Context, r slack.Request) slack.Reply {
	switch {
	case r.Command != nil:
		return slack.Reply{JSON: b.typed(ctx, r)}
	case r.Action != nil:
		b.press(ctx, r)
	case r.Form != nil:
		return slack.Reply{JSON: b.submission(ctx, r)}
	case r.Event != nil:
		return slack.Reply{Again: !b.happened(ctx, r)}
	}
	return slack.Reply{}
}

// happened takes note of an event, and reports whether it could be judged.
func (b *Bot) happened(ctx context.Context, r slack.Request) bool {
	v := b.watch.Judge(ctx, r.From)
	if v == slack.Ours && r.Event.Revoked {
		b.watch.Problem("E2010 Slack says that the bot's token was revoked; install the app again and set slack.bot_token", true)
	}
	return v != slack.Starting
}

// press carries out a button. Whoever pressed is answered later, or by the message itself.
func (b *Bot) press(ctx context.Context, r slack.Request) {
	c := &call{id: r.ID, now: r.At, root: b.o.Roots.Incident, private: r.Action.Private, url: r.ReplyTo}
	said, _, _ := strings.Cut(r.Action.ID, "/")
	if said == "open" {
		return // a link: the browser has opened it already
	}
	m, admitted := b.admit(ctx, c, r)
	if !admitted {
		if c.url != "" { // nothing is written down for strangers, nor while it is not known who is one
			b.answerLoosely(c.url, encode(m, time.UTC, false), uses)
		}
		return
	}
	if said == acceptAction {
		c.root, c.word = b.o.Roots.OnCall, said
		b.carryOut(ctx, c, b.accepting(r.Action.Value))
		return
	}
	if verb, ok := strings.CutPrefix(said, oncallAction); ok {
		c.root, c.word = b.o.Roots.OnCall, verb
		b.learnZone(ctx, c)
		b.carryOut(ctx, c, b.pressedOnCall(c, verb, r.Action.Value))
		return
	}
	word, known := find(b.incidentWords(), said)
	at, typed, readable := parseTarget(r.Action.Value)
	if !known || !readable {
		b.carryOut(ctx, c, b.telling(blocks.Sentence("I do not know that button any more; nothing was changed. ", blocks.Code(c.root+" help"), " lists what I know.")))
		return
	}
	c.word, c.rest, c.pressed = word.name, typed, &at
	b.carryOut(ctx, c, word)
}

// telling is a word that only says something to whoever pressed a button.
func (b *Bot) telling(m blocks.Message) word {
	return word{change: func(*call, store.Tx) (blocks.Message, error) { return m, nil }}
}
