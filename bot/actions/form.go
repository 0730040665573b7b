package actions

import (
	"context"
	"strings"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
)

// The fields of the form.
const (
	fieldWhat   = "what"
	fieldOwner  = "owner"
	fieldDue    = "due"
	fieldType   = "type"
	fieldRank   = "priority"
	fieldVerify = "verify"
	fieldLink   = "link"
)

// formOf is the form of an item.
func (r *Room) formOf(i actions.Item, due string) blocks.Form {
	choices := func(words []string) (all []blocks.Choice) {
		for _, w := range words {
			all = append(all, blocks.Choice{Label: w, Value: w})
		}
		return all
	}
	return blocks.Form{Title: "Action item", Send: "Save", Close: "Cancel", Fields: []blocks.Field{
		{Kind: blocks.TextField, Name: fieldWhat, Label: "What is to be done", Most: maxWhat, Filled: i.What,
			Hint: "what can be seen when it is done, rather than “investigate”"},
		{Kind: blocks.PersonField, Name: fieldOwner, Label: "Owner", Hint: "one person", Optional: true,
			Chosen: r.o.People[i.Owner].Slack},
		{Kind: blocks.TextField, Name: fieldDue, Label: "Due", Most: 40, Hint: "fri, tomorrow, 2026-04-30", Optional: true,
			Filled: due},
		{Kind: blocks.ChoiceField, Name: fieldType, Label: "Type", Choices: choices(response.Types()), Chosen: i.Type,
			Hint: "what it is for", Optional: true},
		{Kind: blocks.ChoiceField, Name: fieldRank, Label: "Priority", Choices: choices(response.Priorities()),
			Chosen: i.Priority, Hint: "p1 is the highest", Optional: true},
		{Kind: blocks.TextField, Name: fieldVerify, Label: "Verified by", Most: maxVerify, Filled: i.VerifyBy, Optional: true,
			Hint: "how others see that it is done"},
		{Kind: blocks.TextField, Name: fieldLink, Label: "Ticket", Most: maxLink, Filled: i.Link, Optional: true,
			Hint: "https://…"},
	}}
}

// form is the form of a new item, where it is clear of which incident.
func (r *Room) form(ctx context.Context, c *chat.Call) (f blocks.Form, ok bool) {
	if c.Target != nil && c.Rest != "" { // what was typed waits for which incident
		return f, false
	}
	err := r.o.Book.Store.View(ctx, func(tx store.Tx) error {
		i, _, err := r.Hand.PickAny(c, tx)
		if ok = i != nil; ok {
			f = chat.Said{Room: view.Room, Word: Word, Rest: chat.Target{ID: i.ID, Run: i.Run}.Value()}.Form(
				r.formOf(actions.Item{}, ""))
			f.Body = said("Of incident ", blocks.Strong(i.ID), ": ", i.Title)
		}
		return err
	})
	return f, ok && err == nil
}

// editForm is the form of an item as it stands.
func (r *Room) editForm(ctx context.Context, c *chat.Call) (f blocks.Form, ok bool) {
	p, ok := ofButton(c, "")
	if !ok {
		return f, false
	}
	err := r.o.Book.Store.View(ctx, func(tx store.Tx) error {
		i, err := actions.Find(tx, p.incident, p.number)
		if err != nil {
			return err
		}
		due := ""
		if !i.Due.IsZero() {
			due = i.Due.In(r.Router.ZoneOf(c)).Format("2006-01-02 15:04")
		}
		f = chat.Said{Room: Name, Word: "edit", Rest: i.ID()}.Form(r.formOf(i, due))
		f.Body = said(blocks.Strong(i.ID()))
		return nil
	})
	return f, err == nil
}

// read is what was filled in, or what is wrong with it. was is the item that is changed; an empty one for a new item.
func (r *Room) read(c *chat.Call, form *slack.Form, was actions.Item) (f response.Planned, wrong map[string]string) {
	v := form.Values
	wrong = map[string]string{}
	f = response.Planned{What: v[fieldWhat].Text, Type: v[fieldType].Option, Priority: v[fieldRank].Option,
		VerifyBy: v[fieldVerify].Text, Link: strings.TrimSpace(v[fieldLink].Text)}
	if strings.TrimSpace(f.What) == "" {
		wrong[fieldWhat] = "What is to be done?"
	}
	if user := v[fieldOwner].User; user != "" {
		if f.Person = r.o.Users[user]; f.Person == "" {
			wrong[fieldOwner] = "They are not in Oncalm's people list."
		}
	} else if r.o.People[was.Owner].Slack == "" {
		f.Person = was.Owner // of whom the form could not tell
	}
	zone := r.Router.ZoneOf(c)
	switch due := strings.TrimSpace(v[fieldDue].Text); {
	case due == "":
	case !was.Due.IsZero() && due == was.Due.In(zone).Format("2006-01-02 15:04"):
		f.Due = was.Due
	default:
		var ok bool
		if f.Due, ok = dueOf(due, c.Now, zone); !ok {
			wrong[fieldDue] = "Write a day or a time within a year from now, such as fri, tomorrow or 2026-04-30."
		}
	}
	return f, wrong
}

// filled plans what was filled in, also if the incident was triggered again meanwhile.
func (r *Room) filled(ctx context.Context, c *chat.Call, form *slack.Form) chat.Filled {
	at, _, ok := chat.ParseTarget(c.Rest)
	if !ok {
		return chat.Filled{Next: chat.Closing("Action item", chat.NoForm(c.Root))}
	}
	f, wrong := r.read(c, form, actions.Item{})
	if len(wrong) > 0 {
		return chat.Filled{Wrong: wrong}
	}
	m := r.Router.Once(ctx, c, func(tx store.Tx) (blocks.Message, error) {
		i, err := incidents.Head(tx, at.ID)
		if err != nil {
			return blocks.Message{}, err
		}
		return r.plan(c, tx, i, f)
	})
	return chat.Filled{Next: chat.Closing("Action item", m)}
}

// edited changes an item to what was filled in.
func (r *Room) edited(ctx context.Context, c *chat.Call, form *slack.Form) chat.Filled {
	p, ok := ofButton(c, "")
	if !ok {
		return chat.Filled{Next: chat.Closing("Action item", chat.NoForm(c.Root))}
	}
	var was actions.Item
	_ = r.o.Book.Store.View(ctx, func(tx store.Tx) (err error) { // an error is found again below
		was, err = actions.Find(tx, p.incident, p.number)
		return err
	})
	f, wrong := r.read(c, form, was)
	if len(wrong) > 0 {
		return chat.Filled{Wrong: wrong}
	}
	m := r.Router.Once(ctx, c, func(tx store.Tx) (blocks.Message, error) {
		i, err := actions.Find(tx, p.incident, p.number)
		if err != nil {
			return r.became(c, p, i, err, "")
		}
		i.What = f.What
		return r.change(c, tx, i, f)
	})
	return chat.Filled{Next: chat.Closing("Action item", m)}
}
