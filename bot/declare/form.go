package declare

import (
	"context"
	"strings"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Fields of the form; each is the id of its block and of its action.
const (
	titleField    = "title"
	serviceField  = "service"
	severityField = "severity"
	whomField     = "whom"
)

// Callback and FromMessage are the callbacks of the shortcuts that open the form, empty and from a message, for the app's manifest.
const (
	Callback    = view.Room + "/declare"
	FromMessage = Callback + "/message"
)

// What can be chosen of whom to page, besides people and schedules.
const (
	byPolicy = "policy"
	nobody   = "nobody"
)

// formTitle is that of the form.
const formTitle = "Declare an incident"

// form is the form of /incident declare. What a message says is filled in as the title.
func (room *Room) form(_ context.Context, c *chat.Call) (f blocks.Form, ok bool) {
	if len(room.o.Services.All) == 0 {
		return f, false
	}
	title := ""
	if c.Message != nil {
		title = text.Clip(text.Line(room.o.Readable(c.Message.Said())), maxTitle)
	}
	standard := room.service("")
	return chat.Said{Room: view.Room, Word: "declare"}.Form(blocks.Form{
		Title: formTitle, Send: "Declare", Close: "Cancel", Fields: []blocks.Field{
			{Kind: blocks.TextField, Name: titleField, Label: "What goes wrong", Hint: "Customers cannot pay", Most: maxTitle,
				Filled: title},
			{Kind: blocks.ChoiceField, Name: serviceField, Label: "Service", Choices: choices(room.services()),
				Chosen: standard.Name},
			{Kind: blocks.ChoiceField, Name: severityField, Label: "Severity", Choices: choices(room.names().Of(argument.Severity)),
				Chosen: severityOf(&standard)},
			{Kind: blocks.ChoiceField, Name: whomField, Label: "Whom to page", Choices: room.whom(), Chosen: byPolicy},
		},
	}), true
}

// whom are the choices of whom to page.
func (room *Room) whom() []blocks.Choice {
	all := []blocks.Choice{
		{Label: "whom the policy of the service pages", Value: byPolicy}, {Label: "nobody", Value: nobody}}
	for _, name := range room.o.Schedules {
		all = append(all, blocks.Choice{Label: "the same, and who is on call for " + name,
			Value: string(argument.Schedule) + ":" + name})
	}
	for _, name := range room.people() {
		all = append(all, blocks.Choice{Label: "the same, and " + name, Value: string(argument.Person) + ":" + name})
	}
	return all
}

func choices(names []string) (all []blocks.Choice) {
	for _, name := range names {
		all = append(all, blocks.Choice{Label: name, Value: name})
	}
	return all
}

// filled declares what was filled in.
func (room *Room) filled(ctx context.Context, c *chat.Call, f *slack.Form) chat.Filled {
	p := plan{title: text.Clip(text.Line(f.Values[titleField].Text), maxTitle),
		service: room.service(f.Values[serviceField].Option)}
	_, p.severity, _ = room.names().Find(f.Values[severityField].Option, argument.Severity)
	if strings.TrimSpace(p.title) == "" {
		return chat.Filled{Wrong: map[string]string{titleField: "What goes wrong?"}}
	}
	m := room.o.Once(ctx, c, func(tx store.Tx) (blocks.Message, error) {
		p.quiet, p.besides = false, nil
		switch whom := f.Values[whomField].Option; whom {
		case "", byPolicy:
		case nobody:
			p.quiet = true
		default:
			if kind, name, ok := room.target(whom); ok {
				p.besides, _ = room.called(tx, c.Now, kind, name)
			}
		}
		return room.carryOut(c, tx, p)
	})
	m.Rows = nil // buttons belong to messages
	return chat.Filled{Next: chat.Closing(formTitle, m)}
}
