package pages

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

const (
	// named is how many incidents a joint message names; the others are behind a button.
	named = 8
	// pressed is how many of them have a button of their own.
	pressed = 5
	// gathers is how long a joint message waits for more to happen before it is drawn anew.
	gathers = time.Second
)

// Admit implements [paging.Joiner]: the budgets are those of the line to Slack, which a reload does not change. Urgency 0
// is the worst severity.
func (ps *Pages) Admit(person string, urgency int, now time.Time) (next time.Time, ok bool) {
	return ps.Out.Admit(ps.People[person].Slack, urgency == 0, now)
}

// Sent implements [paging.Joiner]: whether a page went out by itself before, which only Slack knows after a kill. What
// cannot be found out counts as not sent.
func (ps *Pages) Sent(ctx context.Context, person, key string, decided time.Time) (r paging.Receipt, sent bool) {
	user := ps.People[person].Slack
	if user == "" {
		return r, false
	}
	ref, _ := ps.Out.Find(ctx, slack.Post{
		To: user, Direct: true, Tag: slack.Tag{Event: Event, Key: key}, Name: key, Since: decided, Perhaps: true,
	})
	if ref.TS == "" {
		return r, false
	}
	return receipt(ps.Out.Watch.Identity().Home, ref, true), true
}

// PageAll implements [paging.Joiner]: one message for all of them, or a page as any other if it is only one. Its key is
// that of the gathering.
func (ps *Pages) PageAll(ctx context.Context, key string, j paging.Joint) (paging.Receipt, error) {
	user, err := ps.addressee(j.Person)
	if err != nil {
		return paging.Receipt{}, err
	}
	m := jointMessage(key, standingOf(j.Pages), j.Before)
	if len(j.Pages) == 1 {
		m = pageMessage(j.Pages[0])
	}
	r, adopted, err := ps.Out.Put(ctx, slack.Post{
		To: user, Direct: true, Tag: slack.Tag{Event: Event, Key: key}, Name: key, Drawn: blocks.Draw(m),
		Since: oldest(j.Pages), Perhaps: j.PerhapsSent, Awaits: true,
	})
	if err != nil {
		return paging.Receipt{}, Failure(err)
	}
	return receipt(ps.Out.Watch.Identity().Home, r, adopted), nil
}

// oldest is when the first of some incidents began, before which none of their pages can have been sent.
func oldest(pages []paging.Page) time.Time {
	first := pages[0].Incident.Opened
	for _, p := range pages {
		if p.Incident.Opened.Before(first) {
			first = p.Incident.Opened
		}
	}
	return first
}

// A standing is how an incident of a joint message stands.
type standing struct {
	incidents.Incident
	reminder bool
	past     bool // it was triggered again, and paged anew
}

// waits reports whether the message still asks somebody to acknowledge it.
func (s standing) waits() bool { return s.Status == incidents.StatusTriggered && !s.past }

// standingOf is how the incidents of pages stood when the message was made.
func standingOf(pages []paging.Page) (all []standing) {
	for _, p := range pages {
		all = append(all, standing{Incident: p.Incident, reminder: p.Reminder})
	}
	return all
}

// jointMessage tells a person of several incidents, worst first, and how each stands. Of before others that wait they were told before.
func jointMessage(key string, all []standing, before int) blocks.Message {
	services, waiting := map[string]bool{}, 0
	for _, s := range all {
		services[s.Service] = true
		if s.waits() {
			waiting++
		}
	}
	worst := all[0]
	what := fmt.Sprintf("%s on %s", text.Count(len(all), "incident", "incidents"), text.Count(len(services), "service", "services"))
	m := blocks.Message{Title: view.Sign(worst.Severity) + " " + what}
	// the telephone shows the first line only
	m.Notice = what + ", the worst " + worst.Severity + ": " + text.Clip(text.Line(worst.Title), 100) +
		". Please acknowledge."
	m.Body = append(m.Body, blocks.Para(blocks.Say(counted(all))))
	var lines []blocks.Line
	for _, s := range all[:min(len(all), named)] {
		lines = append(lines, s.line())
	}
	m.Body = append(m.Body, blocks.Bullets(lines...))
	if more := len(all) - named; more > 0 {
		m.Body = append(m.Body, blocks.Para(blocks.Say("and ", more, " more")))
	}
	if before > 0 && waiting > 0 {
		m.Body = append(m.Body, blocks.Para(blocks.Say("Acknowledge all takes in ",
			text.Count(before, "incident", "incidents"), " of which you were told before.")))
	}
	if waiting == 0 {
		m.Title, m.Notice = "✅ "+what, what+": nothing waits for you any more."
		return m
	}
	m.Rows = [][]blocks.Button{{
		said("ack-all", key).Button("Acknowledge all").AsMain(), said("show-all", key).Button("Show all"),
	}}
	var each []blocks.Button
	for _, s := range all {
		if s.waits() && len(each) < pressed {
			each = append(each, said("ack", chat.Target{ID: s.ID, Run: s.Run}.Value()).Numbered("Acknowledge "+s.ID, s.ID))
		}
	}
	m.Rows = append(m.Rows, each)
	return m
}

// said is a word of the room of incidents, for a button.
func said(word, rest string) chat.Said { return chat.Said{Room: view.Room, Word: word, Rest: rest} }

// counted says how many incidents there are of each severity and how they stand: "2 sev1, 35 sev2: 30 acknowledged, 7 wait".
func counted(all []standing) string {
	of := map[string]int{}
	var severities []string
	acknowledged, resolved := 0, 0
	for _, s := range all {
		if of[s.Severity]++; of[s.Severity] == 1 {
			severities = append(severities, s.Severity)
		}
		switch {
		case s.Status == incidents.StatusResolved || s.past:
			resolved++
		case s.Status == incidents.StatusAcknowledged:
			acknowledged++
		}
	}
	var parts, state []string
	for _, severity := range severities {
		parts = append(parts, fmt.Sprintf("%d %s", of[severity], severity))
	}
	for _, n := range []struct {
		n    int
		what string
	}{{len(all) - acknowledged - resolved, "not acknowledged"}, {acknowledged, "acknowledged"}, {resolved, "over"}} {
		if n.n > 0 {
			state = append(state, fmt.Sprintf("%d %s", n.n, n.what))
		}
	}
	return strings.Join(parts, ", ") + ": " + strings.Join(state, ", ")
}

// line is an incident in one row.
func (s standing) line() blocks.Line {
	l := blocks.Say(blocks.Strong(s.Severity), " · ", text.Line(s.Service), " · ", text.Clip(text.Line(s.Title), 120),
		" · incident ", s.ID)
	switch {
	case s.past:
		return blocks.Say("🔁 ", l, ": triggered again since")
	case s.Status == incidents.StatusResolved:
		return blocks.Say("✅ ", l, ": resolved")
	case s.Status == incidents.StatusAcknowledged && !s.reminder:
		return blocks.Say("👀 ", l, ": acknowledged by ", blocks.Strong(view.NameOf(s.AcknowledgedBy)))
	case s.reminder:
		return blocks.Say("⏰ ", l, ": still open")
	}
	return l
}

// jointBody is the body of the entry that updates a joint message.
type jointBody struct {
	Joint   string `json:"joint"`
	Channel string `json:"channel"`
	TS      string `json:"ts"`
}

// enqueueJoint has a joint message updated soon, which is once for many incidents.
func enqueueJoint(tx store.Tx, now time.Time, joint string, at slack.Ref) {
	outbox.In(tx, now).Soon(outbox.Entry{
		Key: joint + "/shown", Kind: KindJoint, Lane: outbox.Answers, Due: now.Add(gathers),
		Body: outbox.Body(jointBody{joint, at.Channel, at.TS}),
	})
}

// updateJoint brings a joint message up to date. It is drawn from what the store has now, and not from what was known when
// it was enqueued.
func (ps *Pages) updateJoint(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b jointBody
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	all, before, err := ps.standings(ctx, b.Joint)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	err = ps.Out.Edit(ctx, slack.Ref{Channel: b.Channel, TS: b.TS}, blocks.Draw(jointMessage(b.Joint, all, before)),
		slack.Tag{Event: Event, Key: b.Joint})
	switch slack.TroubleOf(err) {
	case slack.Refused, slack.Unreadable:
		ps.Log.Warn("a joint page cannot be updated", "key", b.Joint, "err", err)
		return nil, nil
	}
	return nil, slack.Owed(err)
}

// standings reads how the incidents of a joint message stand, worst first, and how many others wait of which the person was told before.
func (ps *Pages) standings(ctx context.Context, joint string) (all []standing, before int, err error) {
	err = ps.Book.Store.View(ctx, func(tx store.Tx) error {
		all = nil
		for _, m := range paging.Members(tx, joint) {
			i, err := incidents.Head(tx, m.Incident)
			if err != nil {
				return err
			}
			all = append(all, standing{Incident: *i, reminder: m.Reminder, past: i.Run != m.Run})
		}
		others, err := paging.Before(tx, joint)
		before = len(others)
		return err
	})
	slices.SortStableFunc(all, func(a, b standing) int { return paging.WorstFirst(&a.Incident, &b.Incident) })
	return all, before, err
}
