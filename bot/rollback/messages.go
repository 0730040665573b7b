package rollback

import (
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

const (
	maxText  = 500
	maxLines = 12 // of one kind, in a message
)

// Fields of the form, and what can be chosen of how it is done.
const (
	reasonField = "reason"
	howField    = "how"
	plainly     = "plainly"
	alone       = "alone"
	dryRun      = "dry"
)

// impossible says why a lever cannot be used.
func impossible(l rollbacks.Lever, no *rollbacks.Impossible) blocks.Line {
	said := blocks.Say(blocks.Strong(text.Line(l.Name)), " cannot be rolled back: ", clip(no.Why), ".")
	if no.Instead != "" {
		said = blocks.Say(said, " What to do: ", clip(no.Instead), ".")
	}
	return said
}

// clip is a text from outside, in one line and short.
func clip(s string) string { return text.Clip(text.Line(s), maxText) }

// noWay is shown where there is no way back.
func noWay(i *incidents.Incident, why []blocks.Line) blocks.Message {
	m := blocks.Sentence("There is no way back for ", blocks.Strong(i.ID), " (", text.Line(i.Title), ") now.")
	m.Body = append(m.Body, blocks.Bullets(why...))
	return m
}

// lines are what a plan says, line by line, each kind with a word in front.
func lines(differs, will, cannot, warnings []string) (all []blocks.Line) {
	for _, kind := range []struct {
		say  string
		list []string
	}{{"", differs}, {"What happens: ", will}, {"Not undone: ", cannot}, {"⚠️ ", warnings}} {
		for _, s := range kind.list[:min(len(kind.list), maxLines)] {
			all = append(all, blocks.Say(kind.say, clip(s)))
		}
	}
	return all
}

// planMessage is a plan for whoever thinks of asking for it.
func planMessage(i *incidents.Incident, d rollbacks.Draft, l rollbacks.Lever, why []blocks.Line,
	approvers []string) blocks.Message {
	p := d.Plan
	m := blocks.Message{Body: []blocks.Paragraph{
		blocks.Para(blocks.Say("Roll ", blocks.Strong(text.Line(l.Name)), " back for ", blocks.Strong(i.ID), " (",
			text.Line(i.Title), "): ", blocks.Code(clip(p.From)), " → ", blocks.Code(clip(p.To)))),
		blocks.Bullets(append(lines(p.Differs, p.Will, p.Cannot, p.Warnings), why...)...),
	}}
	return blocks.Message{Body: append(m.Body, blocks.Para(needs(l, approvers)))}
}

// needs says who has to approve.
func needs(l rollbacks.Lever, approvers []string) blocks.Line {
	switch {
	case l.Approvals == 0:
		return blocks.Say("Nobody has to approve it.")
	case len(approvers) < l.Approvals:
		return blocks.Say("⚠️ It needs ", text.Count(l.Approvals, "approval", "approvals"), " by others, and ", who(approvers),
			" may approve it: see ", blocks.Code("rights"), " in the configuration.")
	}
	return blocks.Say("It needs ", text.Count(l.Approvals, "approval", "approvals"), " within 10 minutes, by ", who(approvers), ".")
}

// who names people.
func who(people []string) string {
	const most = 10
	switch more := len(people) - most; {
	case len(people) == 0:
		return "nobody else"
	case more > 0:
		return text.List(people[:most], "or") + " or " + text.Count(more, "other", "others")
	}
	return text.List(people, "or")
}

// sendLabel says what a press does: with approvals it only asks.
func sendLabel(l rollbacks.Lever, dry bool) string {
	switch {
	case dry || l.Dry:
		return "Dry run"
	case l.Approvals == 0:
		return "Roll back"
	}
	return "Ask for approval"
}

// formOf is the form with a plan. What the form carries is the digest of the plan, so that what is sent is what was read.
func formOf(root string, i *incidents.Incident, d rollbacks.Draft, l rollbacks.Lever, why []blocks.Line,
	desk *rollbacks.Desk, approvers []string) blocks.Form {
	m := planMessage(i, d, l, why, approvers)
	if n := len(desk.Levers(i.Service)); n > 1 {
		m.Body = append(m.Body, blocks.Para(blocks.Say("The service has ", n, " targets; ",
			blocks.Code(root+" rollback "+i.ID+" 2"), " plans the second.")))
	}
	how := []blocks.Choice{{Label: sendLabel(l, false), Value: plainly}}
	if !l.Dry {
		how = append(how, blocks.Choice{Label: "Dry run: everything but the start", Value: dryRun})
	}
	if l.BreakGlass && l.Approvals > 0 {
		how = append(how, blocks.Choice{Label: "It cannot wait for approval (all are told)", Value: alone})
	}
	return chat.Said{Room: view.Room, Word: Word, Rest: i.ID + " " + d.Digest()}.Form(blocks.Form{
		Title: "Roll back", Send: "Send", Close: "Cancel", Body: m, Fields: []blocks.Field{
			{Kind: blocks.ChoiceField, Name: howField, Label: "How", Choices: how, Chosen: plainly},
			{Kind: blocks.TextField, Name: reasonField, Label: "Why", Hint: "The errors began with this deployment", Most: maxText,
				Optional: true},
		},
	})
}

// message tells how a rollback stands, to all. It is drawn from the incident and its timeline alone, so that an edit of it
// can be made at any time.
func (r *Room) message(tx store.Tx, i *incidents.Incident) blocks.Message {
	asked, ok := rollbacks.Asked(tx, i)
	if !ok {
		return blocks.Sentence("There is no rollback of ", blocks.Strong(i.ID), ".")
	}
	rb := i.Response.Rollback
	title := "↩️ Rollback of " + clip(asked.Target)
	m := blocks.Message{Title: text.Clip(title, 140)}
	m.Notice = clip(title + " for incident " + i.ID + ": " + string(rb.Phase))
	m.Body = []blocks.Paragraph{
		blocks.Para(blocks.Say("For ", blocks.Strong(i.ID), " (", text.Line(i.Title), "): ", blocks.Code(clip(asked.From)),
			" → ", blocks.Code(clip(asked.To)))),
	}
	if rb.Phase == response.Requested {
		m.Body = append(m.Body, blocks.Bullets(lines(asked.Differs, asked.Will, asked.Cannot, asked.Warnings)...),
			blocks.Para(blocks.Say("It needs ", text.Count(rb.Needs-len(rb.Approved), "approval", "approvals"), " by ",
				who(r.o.Approvers(rb.By)), ", until ", rb.Until, ".")))
		m.Rows = [][]blocks.Button{buttons(i, rb.N)}
	}
	if story := r.story(tx, i); len(story) > 0 {
		m.Body = append(m.Body, blocks.Bullets(story...))
	}
	return m
}

// buttons are those of whoever may approve.
func buttons(i *incidents.Incident, n int) []blocks.Button {
	rest := chat.Target{ID: i.ID, Run: i.Run}.Value() + " " + itoa(n)
	return []blocks.Button{
		chat.Said{Room: Name, Word: "approve", Rest: rest}.Button("Approve").AsMain(),
		chat.Said{Room: Name, Word: "decline", Rest: rest}.Button("Decline"),
	}
}

// story is what has happened to the newest rollback.
func (r *Room) story(tx store.Tx, i *incidents.Incident) []blocks.Line {
	const most = 400
	events, err := incidents.Events(tx, i.ID, i.Response.Rollback.Event, most)
	if err != nil {
		r.o.Log.Error("the story of a rollback cannot be read", "incident", i.ID, "err", err)
		return nil
	}
	var own []incidents.Event
	for _, e := range events {
		if b, ok := e.Body.(incidents.Responded); ok && response.OfRollback(b.Fact) {
			own = append(own, e)
		}
	}
	return view.Story(own, maxLines, incidents.OnCard)
}
