package view

import (
	"fmt"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/incidents"
)

// Tell puts an event into words for people. Who did it stands before what they did; what Oncalm did says so by itself.
func Tell(e incidents.Event) blocks.Line {
	words := e.Words().Say
	l := spoken(words)
	switch {
	case e.By.Kind == incidents.KindOncalm || e.By.Kind == "":
		return l
	case len(words) > 0 && words[0].Form == incidents.Quote:
		return blocks.Say(blocks.Strong(NameOf(e.By)), ": ", l)
	}
	return blocks.Say(blocks.Strong(NameOf(e.By)), " ", l)
}

// spoken renders a sentence. Texts from outside are cut: the whole of them is in the timeline that is printed.
func spoken(s incidents.Sentence) blocks.Line {
	var l blocks.Line
	for n, p := range s {
		switch p.Form {
		case incidents.Plain:
			l = l.With(blocks.Span{Text: p.Text})
		case incidents.Term:
			l = l.With(blocks.Span{Text: text.Clip(text.Line(p.Text), 100)})
		case incidents.Someone:
			l = append(l, blocks.Strong(text.Line(p.Text)))
		case incidents.Quote:
			// a text alone is what the line is for; behind other words it is a detail
			limit := 200
			if n == 0 {
				limit = 500
			}
			l = l.With(blocks.Span{Text: text.Clip(text.Line(p.Text), limit)})
		case incidents.Moment:
			l = blocks.Say(l, p.At)
		case incidents.Linked:
			l = append(l, blocks.Link(p.Link, text.Clip(text.Line(p.Text), 100)))
		}
	}
	return l
}

// NameOf is how people know an actor.
func NameOf(a incidents.Actor) string {
	switch a.Kind {
	case incidents.KindAlarm:
		return "alarm " + a.Name
	case incidents.KindOncalm:
		return "Oncalm"
	}
	return a.Name
}

// Story is the newest of those events that are shown in a place and were not struck, at most n, oldest first, each with its
// time. It is cut at the newest, since whoever opens it wants to know what happened last.
func Story(events []incidents.Event, n int, place incidents.Where) []blocks.Line {
	struck := map[int]bool{}
	for _, e := range events {
		if s, ok := e.Body.(incidents.Struck); ok {
			struck[s.Seq] = true
		}
	}
	var lines []blocks.Line
	for k := len(events) - 1; k >= 0 && len(lines) < n; k-- {
		e := events[k]
		if !struck[e.Seq] && e.Words().Shown&place != 0 {
			lines = append(lines, blocks.Say(e.At, "  ", Tell(e)))
		}
	}
	for a, z := 0, len(lines)-1; a < z; a, z = a+1, z-1 {
		lines[a], lines[z] = lines[z], lines[a]
	}
	return lines
}

// Standing is what an incident's status amounts to, in words.
func Standing(i *incidents.Incident) blocks.Line {
	switch i.Status {
	case incidents.StatusAcknowledged:
		return blocks.Say("✋ ", blocks.Strong("Acknowledged"), " by ", blocks.Strong(NameOf(i.AcknowledgedBy)), ", ", i.Acknowledged)
	case incidents.StatusResolved:
		if i.MergedInto != "" {
			return Merged(i.MergedInto, i.ResolvedBy, i.Resolved)
		}
		took := i.Resolved.Sub(i.Opened)
		return blocks.Say("✅ ", blocks.Strong("Resolved"), " by ", blocks.Strong(NameOf(i.ResolvedBy)), ", ", i.Resolved,
			" (after ", text.Lasting(max(took, 0)), ")", Spared(i.Held))
	}
	if i.Silence != nil {
		return blocks.Say("🔇 ", blocks.Strong("Silenced"), ": nobody is paged")
	}
	if i.Quiet {
		return blocks.Say("🔕 ", blocks.Strong("Quiet"), ": nobody is paged")
	}
	if i.Held != nil {
		return holds(i.Held)
	}
	if acks := i.Response.Acks; acks != nil && len(acks.By) > 0 {
		return blocks.Say("🚨 ", blocks.Strong("Triggered"), ": acknowledged by ", blocks.Strong(acks.String()), " (",
			text.List(acks.People(), "and"), ")")
	} else if acks != nil {
		return blocks.Say("🚨 ", blocks.Strong("Triggered"), ": nobody has acknowledged yet; ", acks.Need, " people have to")
	}
	return blocks.Say("🚨 ", blocks.Strong("Triggered"), ": nobody has acknowledged yet")
}

// Acked says what an acknowledgement means for those who are paged beside its person, of incidents as they were before it.
func Acked(it string, all ...*incidents.Incident) blocks.Line {
	var more []string
	if len(all) > 0 && all[0].Status == incidents.StatusAcknowledged {
		return blocks.Say("You are reminded of "+it+" from now on, and ", text.Line(all[0].AcknowledgedBy.Name),
			" is not any more.")
	}
	for _, i := range all {
		if acks := i.Response.Acks; acks != nil && len(acks.By)+1 < acks.Need {
			more = append(more, fmt.Sprintf("%d of %d (%s)", len(acks.By)+1, acks.Need, i.ID))
		}
	}
	if len(more) > 0 {
		return blocks.Say("More people have to acknowledge, and are paged: it is ", text.List(more, "and"), " now.")
	}
	return blocks.Say("Nobody else is paged for " + it + " now.")
}

// WaitsFor reports whether an incident can be acknowledged by a person.
func WaitsFor(person string) func(*incidents.Incident) bool {
	return func(i *incidents.Incident) bool {
		return i.Status == incidents.StatusTriggered && !i.Response.Acks.Has(person) ||
			i.Status == incidents.StatusAcknowledged && i.Response.Handover.Asks(person, i.AcknowledgedBy.Name)
	}
}

// Silenced says by whom an incident is silenced, until when, and why.
func Silenced(s *incidents.Silence) blocks.Line {
	l := blocks.Say("Silenced by ", blocks.Strong(s.Source()), " until ", s.Until)
	if s.Clear {
		l = blocks.Say("Silenced by ", blocks.Strong(s.Source()), " until it is clear, at the latest ", s.Until)
	}
	if why := text.Clip(text.Line(s.Why), 200); why != "" {
		l = blocks.Say(l, ": “", why, "”")
	}
	return l
}

// holds says until when nobody is paged, and why. A hold that ends early says so by the page.
func holds(h *incidents.Held) blocks.Line {
	often := text.Count(h.Changes, "change", "changes")
	switch h.Why {
	case incidents.HeldSnoozed:
		return blocks.Say("💤 ", blocks.Strong("Snoozed"), " by ", blocks.Strong(h.By), " until ", h.Until, ": then it pages again")
	case incidents.HeldFlapping:
		return blocks.Say("🔁 ", blocks.Strong("Flapping"), ": ", often, " since ", h.Since,
			". Nobody is paged again until it is calm, at ", h.Until, " at the earliest, or gets worse")
	case incidents.HeldRestless:
		return blocks.Say("⏳ ", blocks.Strong("Held"), " until ", h.Until, " in case it flaps: ", often, " since ", h.Since)
	}
	return blocks.Say("⏳ ", blocks.Strong("Held"), " until ", h.Until, ": nobody is paged if it is OK by then")
}

// Spared says of an incident that is over what its hold was good for. A snooze spares nobody: somebody asked for it, and it
// pages again.
func Spared(h *incidents.Held) blocks.Line {
	switch {
	case h == nil, h.Why == incidents.HeldSnoozed:
		return nil
	case h.Why == incidents.HeldToLast:
		return blocks.Say(": nobody was paged")
	case h.Why == incidents.HeldRestless:
		return blocks.Say(": nobody was paged again")
	}
	return blocks.Say(". ", blocks.Strong("Flapping"), ": ", text.Count(h.Changes, "change", "changes"), " since ", h.Since,
		"; nobody was paged again")
}

// Merged says that an incident goes on as another.
func Merged(into string, by incidents.Actor, at time.Time) blocks.Line {
	return blocks.Say("🔀 ", blocks.Strong("Merged into "+into), " by ", blocks.Strong(NameOf(by)), ", ", at)
}

// pageStates says of each person paged how far the page has come. If nobody was paged, it says how to have somebody paged.
func pageStates(i *incidents.Incident) blocks.Line {
	var all []blocks.Span
	for _, person := range pagedPeople(i) {
		if len(all) > 0 {
			all = append(all, blocks.Span{Text: ", "})
		}
		all = append(all, blocks.Strong(person), blocks.Span{Text: " (" + personState(i, person) + ")"})
	}
	if len(all) == 0 && i.Silence != nil && i.Open() {
		return blocks.Say("To page somebody all the same, escalate it.")
	}
	if len(all) == 0 && i.Quiet && i.Open() {
		return blocks.Say("It can wait for working hours. To page somebody, escalate it.")
	}
	if len(all) == 0 && i.Snoozed() && i.Status == incidents.StatusTriggered {
		return blocks.Say("To page somebody at once, escalate it. To take care of it, acknowledge it.")
	}
	if len(all) == 0 && i.Held != nil && i.Status == incidents.StatusTriggered {
		return blocks.Say("To page somebody at once, escalate it.")
	}
	if len(all) == 0 && i.Run > 0 { // of before only the timeline tells
		return blocks.Say("Nobody has been paged since it was triggered last.")
	}
	if len(all) == 0 {
		return blocks.Say("Nobody has been paged.")
	}
	return blocks.Say("Paged: ", blocks.Line(all))
}

// personState says how far the newest pages to a person have come. Channels are named if there are several; those that
// were not needed are not.
//
// A page that was not sent has a time at which it is due, if its channel comes later than the first.
func personState(i *incidents.Incident, person string) string {
	pages := i.PagesTo(person)
	if len(pages) == 1 {
		return pageState(i, pages[0])
	}
	var states, follow []string
	for _, p := range pages {
		switch {
		case p.Failed || !p.Delivered.IsZero() || p.Due.IsZero():
			states = append(states, incidents.ChannelName(p.Via)+" "+pageState(i, p))
		case i.Status == incidents.StatusTriggered:
			follow = append(follow, incidents.ChannelName(p.Via))
		}
	}
	if len(follow) > 0 {
		states = append(states, text.List(follow, "and")+" to follow")
	}
	return strings.Join(states, ", ")
}

// pageState is what became of one page. That Slack took it means that it was delivered; whether somebody saw it, nobody can
// say. One that had not gone out when somebody acknowledged is not sent any more.
func pageState(i *incidents.Incident, p incidents.PageState) string {
	switch {
	case p.Failed:
		return "not delivered"
	case p.Delivered.IsZero() && (!i.Open() || i.Acknowledged.After(p.At)):
		return "not needed"
	case p.Delivered.IsZero():
		return "on its way"
	}
	return "delivered"
}

// pagedPeople are those who were paged in this run, in that order.
func pagedPeople(i *incidents.Incident) []string {
	at := map[string]time.Time{}
	for _, p := range i.Pages {
		if p.At.After(at[p.Person]) {
			at[p.Person] = p.At
		}
	}
	return byTime(at)
}
