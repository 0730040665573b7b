package bot

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/text"

	"github.com/slack-go/slack"

	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rotations"
)

// noticeEvent marks in its metadata what people are told about shifts.
const noticeEvent = "oncalm_notice"

// noticing is how fast notices go to the channel: many schedules hand over at the same time.
func noticing() tempo { return tempo{"notice", time.Second, 3} }

// Tell sends what people are told about shifts, to a person or to the channel. See [handoffs.Messenger].
func (b *Bot) Tell(ctx context.Context, key string, n handoffs.Message) error {
	to, now := b.o.Channel, b.o.Clock.Now()
	if n.To != "" {
		to = b.o.People[n.To].Slack
	}
	if to == "" {
		b.log.Info("a notice has nowhere to go", "key", key, "person", n.To)
		return nil
	}
	if wait := b.noticeWait(key, n, to, now); wait > 0 {
		b.outcomes.set(key, b.outcomes.unsure(key, n.PerhapsTold))
		return &outbox.Later{After: wait, Err: errPaced}
	}
	_, _, err := b.put(ctx, post{
		to: to, direct: n.To != "", tag: tag{noticeEvent, key}, name: key, drawn: draw(noticeMessage(n)),
		since: n.Since, perhaps: n.PerhapsTold,
	})
	if trouble := troubleOf(err); trouble == refused || trouble == unreadable {
		b.log.Warn("a notice cannot be told", "key", key, "person", n.To, "err", err)
		return nil
	}
	return asChore(err)
}

// noticeWait is how long a notice has to wait for its turn.
func (b *Bot) noticeWait(key string, n handoffs.Message, to string, now time.Time) time.Duration {
	if n.To == "" {
		if when, ok := b.pace.start(key, noticing(), now); !ok {
			return when.Sub(now)
		}
	}
	return b.outcomes.held(to, now)
}

// Hindrances asks Slack what keeps a person from noticing a page. See [handoffs.Messenger].
func (b *Bot) Hindrances(ctx context.Context, person string, at time.Time) ([]handoffs.Hindrance, error) {
	user := b.o.People[person].Slack
	if user == "" {
		return []handoffs.Hindrance{handoffs.NoSlackID}, nil
	}
	u, err := b.client.userInfo(ctx, user)
	switch code := codeOf(err); {
	case code == "user_not_found", code == "user_not_visible":
		return []handoffs.Hindrance{handoffs.UnknownUser}, nil
	case err != nil:
		return nil, b.unasked("users.info", err)
	case u.Deleted:
		return []handoffs.Hindrance{handoffs.Deactivated}, nil
	case u.IsBot:
		return []handoffs.Hindrance{handoffs.NotAPerson}, nil
	}
	dnd, err := b.client.dndInfo(ctx, user)
	if err != nil {
		return nil, b.unasked("dnd.info", err)
	}
	if silent(dnd, at) {
		return []handoffs.Hindrance{handoffs.DoNotDisturb}, nil
	}
	return nil, nil
}

// unasked is what becomes of a question that Slack did not answer. One that it never will is given up: a shift is announced
// all the same.
func (b *Bot) unasked(method string, err error) error {
	if t := troubleOf(err); t == limited || t == unreachable {
		return asChore(err)
	}
	b.log.Warn("Slack does not tell whether somebody can be reached", "method", method, "err", err)
	return nil
}

// silent reports whether Slack will keep silent at an instant. Slack tells of the next span only, which comes again each day.
func silent(dnd *slack.DNDStatus, at time.Time) bool {
	if dnd.SnoozeEnabled && at.Unix() < int64(dnd.SnoozeEndTime) {
		return true
	}
	from, to, t := int64(dnd.NextStartTimestamp), int64(dnd.NextEndTimestamp), at.Unix()
	const day = 24 * 60 * 60
	if !dnd.Enabled || to <= from {
		return false
	}
	since := (t - from) % day
	if since < 0 {
		since += day
	}
	return since < to-from
}

// userInfo asks Slack about a user.
func (c *client) userInfo(ctx context.Context, user string) (*slack.User, error) {
	u, err := c.api.GetUserInfoContext(ctx, user)
	return u, c.settle("users.info", err)
}

// dndInfo asks Slack when a user is not to be disturbed.
func (c *client) dndInfo(ctx context.Context, user string) (*slack.DNDStatus, error) {
	dnd, err := c.api.GetDNDInfoContext(ctx, &user)
	return dnd, c.settle("dnd.info", err)
}

// noticeMessage is what somebody reads.
func noticeMessage(n handoffs.Message) message {
	switch w := n.What.(type) {
	case handoffs.Handoff:
		return handoffMessage(w)
	case handoffs.Together:
		return togetherMessage(w)
	case handoffs.Reminder:
		return reminderMessage(w)
	case handoffs.Warning:
		return sentence(strong(w.Person), " is on call for ", strong(w.Schedule), " from ", w.Start, " and may not notice a page: ",
			hindered(w.Hindrances), ".")
	case handoffs.Offer:
		return offerMessage(w)
	case handoffs.Ahead:
		return aheadMessage(w)
	case handoffs.GroupTrouble:
		return sentence("The user group ", code(w.Group), " cannot be kept up to date: ", w.Why, ". Pages are not affected.")
	}
	return message{}
}

// handoffMessage tells of a handoff, to each side in its own words.
func handoffMessage(h handoffs.Handoff) message {
	now, before := text.List(h.Now, "and"), text.List(h.Before, "and")
	after := shiftEnd(h.Now, h.Until, h.Next)
	var m message
	switch h.Side {
	case handoffs.Incoming:
		m.title = "You are on call for " + h.Schedule
		m.notice = m.title + " now."
		m.body = append(m.body, para(say("Since ", h.At, afterWhom(before), ". ", upper(after))))
	case handoffs.Outgoing:
		m.title = "Your shift for " + h.Schedule + " is over"
		m.notice = m.title + "."
		if now != "" {
			m.notice = m.title + ": " + now + " took over."
			m.body = append(m.body, para(say(strong(now), " is on call since ", h.At, ", ", after)))
		} else {
			m.body = append(m.body, para(say("Nobody is on call since ", h.At, ", ", after)))
		}
	case handoffs.Shadow:
		m.title = "Handoff of " + h.Schedule + ", which you shadow"
		m.notice = m.title + "."
		m.body = append(m.body, para(handoffLine(h)))
	default:
		m.body = append(m.body, para(handoffLine(h)))
	}
	if len(h.Unaccepted) > 0 {
		m.body = append(m.body, para(unaccepted(h)))
	}
	m.body = append(m.body, openNow(h)...)
	return m
}

// unaccepted says that a shift began without being accepted.
func unaccepted(h handoffs.Handoff) line {
	const late = " did not accept the shift in time; it began as planned."
	who := say(strong(text.List(h.Unaccepted, "and")))
	switch h.Side {
	case handoffs.Incoming:
		return say("You", late)
	case handoffs.Outgoing:
		return say(who, late)
	}
	return say(who, late, " If nobody hears from them, ", code("/oncall me"), " takes over.")
}

// handoffLine tells of a handoff in one line.
func handoffLine(h handoffs.Handoff) line {
	now := strong(text.List(h.Now, "and"))
	subject := say(strong(h.Schedule), ": ", now, " is on call")
	switch len(h.Now) {
	case 0:
		subject = say(strong(h.Schedule), ": nobody is on call")
	case 1:
	default:
		subject = say(strong(h.Schedule), ": ", now, " are on call")
	}
	return append(subject, say(afterWhom(text.List(h.Before, "and")), ", ", shiftEnd(h.Now, h.Until, h.Next))...)
}

// togetherMessage tells the channel of several handoffs at once, and of each open incident once.
func togetherMessage(t handoffs.Together) message {
	const most = 20
	if len(t.Handoffs) == 1 {
		return handoffMessage(t.Handoffs[0])
	}
	all := handoffs.Handoff{Side: handoffs.Beside}
	m := message{notice: fmt.Sprintf("%d schedules hand over.", len(t.Handoffs))}
	var lines []line
	for n, h := range t.Handoffs {
		switch {
		case n < most:
			lines = append(lines, handoffLine(h))
		case n == most:
			lines = append(lines, say(fmt.Sprintf("and %d more", len(t.Handoffs)-most)))
		}
		all.More += h.More
		for _, i := range h.Open {
			if !slices.Contains(all.Open, i) {
				all.Open = append(all.Open, i)
			}
		}
	}
	m.body = []paragraph{{bullets, lines}}
	for n, h := range t.Handoffs {
		if n < most && len(h.Unaccepted) > 0 {
			m.body = append(m.body, para(append(say(strong(h.Schedule), ": "), unaccepted(h)...)))
		}
	}
	if over := len(all.Open) - most; over > 0 {
		all.Open, all.More = all.Open[:most], all.More+over
	}
	m.body = append(m.body, openNow(all)...)
	return m
}

// afterWhom says who was on call before.
func afterWhom(before string) string {
	if before == "" {
		return ", after a time without anybody"
	}
	return ", after " + before
}

// shiftEnd says until when people are on call, and what follows.
func shiftEnd(now []string, until time.Time, next rotations.Shift) line {
	then := text.List(next.People, "and")
	switch {
	case until.IsZero() && len(now) == 0:
		return say("and nobody will be; pages go to the fallback.")
	case until.IsZero():
		return say("for good.")
	case len(now) == 0:
		return say("until ", until, "; then ", then, ". Before that pages go to the fallback.")
	case then == "":
		return say("until ", until, "; then nobody.")
	case next.From.After(until):
		return say("until ", until, "; then nobody until ", next.From, ", then ", then, ".")
	}
	return say("until ", until, "; then ", then, ".")
}

// upper begins a line with a capital letter.
func upper(l line) line {
	if len(l) == 0 || l[0].text == "" {
		return l
	}
	l = slices.Clone(l)
	l[0].text = string(l[0].text[0]-'a'+'A') + l[0].text[1:]
	return l
}

// openNow lists what is open, where there is anything.
func openNow(h handoffs.Handoff) []paragraph {
	if len(h.Open) == 0 {
		if h.Side == handoffs.Incoming {
			return []paragraph{para(say("Nothing is open."))}
		}
		return nil
	}
	var lines []line
	for _, i := range h.Open {
		lines = append(lines, openLine(i))
	}
	if h.More > 0 {
		lines = append(lines, say(fmt.Sprintf("and %d more", h.More)))
	}
	return []paragraph{para(say("Open now:")), {bullets, lines}}
}

// openLine is an open incident in one line.
func openLine(i handoffs.Open) line {
	who := say("nobody has acknowledged")
	switch {
	case i.AcknowledgedBy != "":
		who = say("acknowledged by ", strong(i.AcknowledgedBy))
	case i.Quiet:
		who = say("quiet")
	}
	return say(sign(i.Severity), " ", strong(i.ID), " · ", i.Service, " · ", text.Clip(text.Line(i.Title), 150), " · ", who)
}

// reminderMessage tells a person of a shift that is coming.
func reminderMessage(r handoffs.Reminder) message {
	m := message{title: "Your next shift for " + r.Schedule + " is coming"}
	m.notice = m.title + "."
	l := say("You are on call from ", r.Start)
	if !r.Until.IsZero() {
		l = append(l, say(" until ", r.Until)...)
	}
	if len(r.With) > 0 {
		l = append(l, say(", together with ", strong(text.List(r.With, "and")))...)
	}
	if len(r.Before) > 0 {
		l = append(l, say(", after ", strong(text.List(r.Before, "and")))...)
	}
	m.body = append(m.body, para(append(l, say(".")...)))
	if len(r.Hindrances) == 0 {
		return m
	}
	var lines []line
	for _, h := range r.Hindrances {
		lines = append(lines, say(remedyFor(h)))
	}
	m.body = append(m.body, para(say("Before it begins:")), paragraph{bullets, lines})
	return m
}

// hindered says to others what is wrong.
func hindered(all []handoffs.Hindrance) string {
	var words []string
	for _, h := range all {
		switch h {
		case handoffs.NoSlackID:
			words = append(words, "there is no Slack id for them in the configuration")
		case handoffs.UnknownUser:
			words = append(words, "Slack does not know the id in the configuration")
		case handoffs.Deactivated:
			words = append(words, "their Slack account is deactivated")
		case handoffs.NotAPerson:
			words = append(words, "the Slack id in the configuration is that of an app")
		case handoffs.DoNotDisturb:
			words = append(words, "Do Not Disturb is on in Slack when the shift begins")
		}
	}
	return text.List(words, "and")
}

// remedyFor says to the person what to do about it.
func remedyFor(h handoffs.Hindrance) string {
	switch h {
	case handoffs.DoNotDisturb:
		return "Slack's Do Not Disturb is on for you when the shift begins, and pages would make no sound. Change its hours, or let it pass messages of this app."
	case handoffs.NoPhone:
		return "There is no phone number for you in the configuration. Have it added there, under your name in people."
	}
	return "You may not notice a page: " + hindered([]handoffs.Hindrance{h}) + ". Have that corrected, or find somebody who stands in for you."
}
