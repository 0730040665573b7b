package bot

import (
	"context"
	"time"

	"github.com/oncalm/oncalm/bot/handover"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/outbox"
)

// noticeEvent marks in its metadata what people are told about shifts.
const noticeEvent = "oncalm_notice"

// noticing is how fast notices go to the channel: many schedules hand over at the same time.
func noticing() slack.Tempo { return slack.Tempo{Kind: "notice", Every: time.Second, Burst: 3} }

// Tell sends what people are told about shifts, to a person or to the channel. See [handoffs.Messenger].
func (b *Bot) Tell(ctx context.Context, key string, n handoffs.Message) error {
	to, now := b.o.Channel, b.o.Clock.Now()
	if n.To != "" {
		to = b.o.People[n.To].Slack
	}
	if to == "" {
		b.log.Info("a notice has no recipient", "key", key, "person", n.To)
		return nil
	}
	if wait := b.noticeWait(key, n, to, now); wait > 0 {
		b.out.Skip(key, n.PerhapsTold)
		return &outbox.Later{After: wait, Err: slack.ErrPaced}
	}
	_, _, err := b.out.Put(ctx, slack.Post{
		To: to, Direct: n.To != "", Tag: slack.Tag{Event: noticeEvent, Key: key}, Name: key,
		Drawn: blocks.Draw(handover.Message(n, b.o.Roots.OnCall)),
		Since: n.Since, Perhaps: n.PerhapsTold,
	})
	if trouble := slack.TroubleOf(err); trouble == slack.Refused || trouble == slack.Unreadable {
		b.log.Warn("a notice cannot be sent", "key", key, "person", n.To, "err", err)
		return nil
	}
	return slack.Owed(err)
}

// noticeWait is how long a notice has to wait for its turn.
func (b *Bot) noticeWait(key string, n handoffs.Message, to string, now time.Time) time.Duration {
	if n.To == "" {
		if when, ok := b.pace.Start(key, noticing(), now); !ok {
			return when.Sub(now)
		}
	}
	return b.out.Held(to, now)
}

// Hindrances asks Slack what keeps a person from noticing a page. See [handoffs.Messenger].
func (b *Bot) Hindrances(ctx context.Context, person string, at time.Time) ([]handoffs.Hindrance, error) {
	user := b.o.People[person].Slack
	if user == "" {
		return []handoffs.Hindrance{handoffs.NoSlackID}, nil
	}
	u, err := b.out.UserInfo(ctx, user)
	switch code := slack.CodeOf(err); {
	case code == "user_not_found", code == "user_not_visible":
		return []handoffs.Hindrance{handoffs.UnknownUser}, nil
	case err != nil:
		return nil, b.unasked("users.info", err)
	case u.Deleted:
		return []handoffs.Hindrance{handoffs.Deactivated}, nil
	case u.Bot:
		return []handoffs.Hindrance{handoffs.NotAPerson}, nil
	}
	silent, err := b.out.Silent(ctx, user, at)
	if err != nil {
		return nil, b.unasked("dnd.info", err)
	}
	if silent {
		return []handoffs.Hindrance{handoffs.DoNotDisturb}, nil
	}
	return nil, nil
}

// unasked is what becomes of a question that Slack did not answer. One that it never will is given up: a shift is announced
// all the same.
func (b *Bot) unasked(method string, err error) error {
	if t := slack.TroubleOf(err); t == slack.Limited || t == slack.Unreachable {
		return slack.Owed(err)
	}
	b.log.Warn("Slack does not say whether somebody can be reached", "method", method, "err", err)
	return nil
}
