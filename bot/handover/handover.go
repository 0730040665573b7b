// Package handover is what people read of shifts: that one begins or ends, that one is coming, and what is amiss with those ahead.
package handover

import (
	"fmt"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/shifts/change"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/text"
)

// Message is what somebody reads; root is the slash command of who is on call.
func Message(n handoffs.Message, root string) blocks.Message {
	switch w := n.What.(type) {
	case handoffs.Handoff:
		return handoffMessage(w, root)
	case handoffs.Together:
		return togetherMessage(w, root)
	case handoffs.Reminder:
		return reminderMessage(w, root)
	case handoffs.Warning:
		return blocks.Sentence(blocks.Strong(w.Person), " is on call for ", blocks.Strong(w.Schedule), " from ", w.Start,
			" and may not notice a page: ",
			Hindered(w.Hindrances), ".")
	case handoffs.Offer:
		return change.OfferMessage(w)
	case handoffs.Ahead:
		return aheadMessage(w)
	case handoffs.GroupTrouble:
		return blocks.Sentence("The user group ", blocks.Code(w.Group), " cannot be updated: ", w.Why,
			". Pages are not affected.")
	}
	return blocks.Message{}
}

// handoffMessage tells of a handoff, to each side in its own words.
func handoffMessage(h handoffs.Handoff, root string) blocks.Message {
	now, before := text.List(h.Now, "and"), text.List(h.Before, "and")
	after := shiftEnd(h.Now, h.Until, h.Next)
	var m blocks.Message
	switch h.Side {
	case handoffs.Incoming:
		m.Title = "You are on call for " + h.Schedule
		m.Notice = m.Title + " now."
		m.Body = append(m.Body, blocks.Para(blocks.Say("Since ", h.At, afterWhom(before), ". ", upper(after))))
	case handoffs.Outgoing:
		m.Title = "Your shift for " + h.Schedule + " is over"
		m.Notice = m.Title + "."
		if now != "" {
			m.Notice = m.Title + ": " + now + " took over."
			m.Body = append(m.Body, blocks.Para(blocks.Say(blocks.Strong(now), " is on call from ", h.At, " ", after)))
		} else {
			m.Body = append(m.Body, blocks.Para(blocks.Say("Nobody is on call from ", h.At, " ", after)))
		}
	case handoffs.Shadow:
		m.Title = "Handoff of " + h.Schedule + ", which you shadow"
		m.Notice = m.Title + "."
		m.Body = append(m.Body, blocks.Para(handoffLine(h)))
	default:
		m.Body = append(m.Body, blocks.Para(handoffLine(h)))
	}
	if len(h.Unaccepted) > 0 {
		m.Body = append(m.Body, blocks.Para(unaccepted(h, root)))
	}
	m.Body = append(m.Body, openNow(h)...)
	return view.TakeOver(m, h.TakeOver)
}

// unaccepted says that a shift began without being accepted.
func unaccepted(h handoffs.Handoff, root string) blocks.Line {
	const late = " did not accept the shift in time; it began as planned."
	who := blocks.Say(blocks.Strong(text.List(h.Unaccepted, "and")))
	switch h.Side {
	case handoffs.Incoming:
		return blocks.Say("You", late)
	case handoffs.Outgoing:
		return blocks.Say(who, late)
	}
	return blocks.Say(who, late, " If you cannot reach them, take over with ", blocks.Code(root+" me"), ".")
}

// handoffLine tells of a handoff in one line.
func handoffLine(h handoffs.Handoff) blocks.Line {
	now := blocks.Strong(text.List(h.Now, "and"))
	subject := blocks.Say(blocks.Strong(h.Schedule), ": ", now, " is on call")
	switch len(h.Now) {
	case 0:
		subject = blocks.Say(blocks.Strong(h.Schedule), ": nobody is on call")
	case 1:
	default:
		subject = blocks.Say(blocks.Strong(h.Schedule), ": ", now, " are on call")
	}
	return append(subject, blocks.Say(afterWhom(text.List(h.Before, "and")), ", ", shiftEnd(h.Now, h.Until, h.Next))...)
}

// togetherMessage tells the channel of several handoffs at once, and of each open incident once.
func togetherMessage(t handoffs.Together, root string) blocks.Message {
	const most = 20
	if len(t.Handoffs) == 1 {
		return handoffMessage(t.Handoffs[0], root)
	}
	all := handoffs.Handoff{Side: handoffs.Beside}
	m := blocks.Message{Notice: fmt.Sprintf("%d schedules hand over.", len(t.Handoffs))}
	var lines []blocks.Line
	for n, h := range t.Handoffs {
		switch {
		case n < most:
			lines = append(lines, handoffLine(h))
		case n == most:
			lines = append(lines, blocks.Say(fmt.Sprintf("and %d more", len(t.Handoffs)-most)))
		}
		all.More += h.More
		for _, i := range h.Open {
			if !slices.Contains(all.Open, i) {
				all.Open = append(all.Open, i)
			}
		}
	}
	m.Body = []blocks.Paragraph{blocks.Bullets(lines...)}
	for n, h := range t.Handoffs {
		if n < most && len(h.Unaccepted) > 0 {
			m.Body = append(m.Body, blocks.Para(append(blocks.Say(blocks.Strong(h.Schedule), ": "), unaccepted(h, root)...)))
		}
	}
	if over := len(all.Open) - most; over > 0 {
		all.Open, all.More = all.Open[:most], all.More+over
	}
	m.Body = append(m.Body, openNow(all)...)
	return m
}

// afterWhom says who was on call before.
func afterWhom(before string) string {
	if before == "" {
		return ", after a gap"
	}
	return ", after " + before
}

// shiftEnd says until when people are on call, and what follows.
func shiftEnd(now []string, until time.Time, next rotations.Shift) blocks.Line {
	then := text.List(next.People, "and")
	switch {
	case until.IsZero() && len(now) == 0:
		return blocks.Say("and nobody will be; pages go to the fallback.")
	case until.IsZero():
		return blocks.Say("indefinitely.")
	case len(now) == 0:
		return blocks.Say("until ", until, "; then ", then, ". Until then, pages go to the fallback.")
	case then == "":
		return blocks.Say("until ", until, "; then nobody.")
	case next.From.After(until):
		return blocks.Say("until ", until, "; then nobody until ", next.From, ", then ", then, ".")
	}
	return blocks.Say("until ", until, "; then ", then, ".")
}

// upper begins a line with a capital letter.
func upper(l blocks.Line) blocks.Line {
	if len(l) == 0 || l[0].Text == "" {
		return l
	}
	l = slices.Clone(l)
	l[0].Text = string(l[0].Text[0]-'a'+'A') + l[0].Text[1:]
	return l
}

// openNow lists what is open, where there is anything.
func openNow(h handoffs.Handoff) []blocks.Paragraph {
	if len(h.Open) == 0 {
		if h.Side == handoffs.Incoming {
			return []blocks.Paragraph{blocks.Para(blocks.Say("Nothing is open."))}
		}
		return nil
	}
	return openLines("Open now:", h.Open, h.More)
}

// openLines lists incidents, and how many more there are.
func openLines(title string, all []handoffs.Open, more int) []blocks.Paragraph {
	var lines []blocks.Line
	for _, i := range all {
		lines = append(lines, openLine(i))
	}
	if more > 0 {
		lines = append(lines, blocks.Say(fmt.Sprintf("and %d more", more)))
	}
	return []blocks.Paragraph{blocks.Para(blocks.Say(title)), blocks.Bullets(lines...)}
}

// openLine is an open incident in one line.
func openLine(i handoffs.Open) blocks.Line {
	who := blocks.Say("nobody has acknowledged")
	switch {
	case i.AcknowledgedBy != "":
		who = blocks.Say("acknowledged by ", blocks.Strong(i.AcknowledgedBy))
	case i.Quiet:
		who = blocks.Say("quiet")
	}
	return blocks.Say(view.Sign(i.Severity), " ", blocks.Strong(i.ID), " · ", i.Service, " · ",
		text.Clip(text.Line(i.Title), 150), " · ", who)
}

// reminderMessage tells a person of a shift that is coming up.
func reminderMessage(r handoffs.Reminder, root string) blocks.Message {
	m := blocks.Message{Title: "Your next shift for " + r.Schedule + " is coming up"}
	m.Notice = m.Title + "."
	l := blocks.Say("You are on call from ", r.Start)
	if !r.Until.IsZero() {
		l = append(l, blocks.Say(" until ", r.Until)...)
	}
	if len(r.With) > 0 {
		l = append(l, blocks.Say(", together with ", blocks.Strong(text.List(r.With, "and")))...)
	}
	if len(r.Before) > 0 {
		l = append(l, blocks.Say(", after ", blocks.Strong(text.List(r.Before, "and")))...)
	}
	m.Body = append(m.Body, blocks.Para(append(l, blocks.Say(".")...)))
	var lines []blocks.Line
	for _, h := range r.Hindrances {
		lines = append(lines, blocks.Say(remedyFor(h)))
	}
	if len(r.Unproven) > 0 {
		lines = append(lines, blocks.Say("You are paged by ", text.List(r.Unproven, "and"), ". Prove that it reaches you with ",
			blocks.Code(root+" verify"), "."))
	}
	if len(lines) == 0 {
		return m
	}
	m.Body = append(m.Body, blocks.Para(blocks.Say("Before it begins:")), blocks.Bullets(lines...))
	return m
}

// Hindered says to others what is wrong.
func Hindered(all []handoffs.Hindrance) string {
	var words []string
	for _, h := range all {
		switch h {
		case handoffs.NoSlackID:
			words = append(words, "they have no Slack id in the configuration")
		case handoffs.UnknownUser:
			words = append(words, "Slack does not know the id in the configuration")
		case handoffs.Deactivated:
			words = append(words, "their Slack account is deactivated")
		case handoffs.NotAPerson:
			words = append(words, "the Slack id in the configuration belongs to an app")
		case handoffs.DoNotDisturb:
			words = append(words, "Do Not Disturb will be on in Slack when the shift begins")
		}
	}
	return text.List(words, "and")
}

// remedyFor says to the person what to do about it.
func remedyFor(h handoffs.Hindrance) string {
	switch h {
	case handoffs.DoNotDisturb:
		return "Slack's Do Not Disturb will be on for you when the shift begins, and pages would make no sound. Change " +
			"its hours, or allow messages from this app."
	case handoffs.NoPhone:
		return "You have no phone number in the configuration. Ask for it to be added there, under your name in people."
	}
	return "You may not notice a page: " + Hindered([]handoffs.Hindrance{h}) +
		". Have that corrected, or find somebody to stand in for you."
}
