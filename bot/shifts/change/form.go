package change

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/store"
)

// Fields of the form; each is the id of its block and of its action.
const (
	whoField      = "who"
	scheduleField = "schedule"
	fromField     = "from"
	toField       = "to"
)

// Forms are what people fill in to have the same plans. What is filled in is shown in full on a second page, as a typed
// plan is, and its button carries out the same word. The fields are set before it is used and not changed afterwards.
type Forms struct {
	Plans     *Plans
	Reader    *typed.Reader
	Overrides *overrides.Book
	Book      *incidents.Book // its store
}

// Open is the form of a word; false if there is none to offer.
func (fs *Forms) Open(ctx context.Context, c *chat.Call) (f blocks.Form, ok bool) {
	switch {
	case len(fs.Overrides.Schedules) == 0:
		return f, false
	case c.Word == "swap":
		f, ok = fs.swapForm(ctx, c)
	default:
		f, ok = fs.form(c), true
	}
	return typed.Said(c.Word, "").Form(f), ok
}

// form is the form for an override or a cover.
func (fs *Forms) form(c *chat.Call) blocks.Form {
	f := blocks.Form{Title: "Put somebody on call", Send: "Next", Close: "Cancel"}
	if c.Word == "cover" {
		f.Title = "Ask for a cover"
	} else {
		f.Fields = append(f.Fields, blocks.Field{
			Kind: blocks.PersonField, Name: whoField, Label: "Who", Hint: "Somebody in Oncalm's people list",
		})
	}
	if names := fs.Reader.Schedules(); len(names) > 1 {
		own, _, _ := fs.Reader.WhichSchedule(c)
		pick := blocks.Field{Kind: blocks.ChoiceField, Name: scheduleField, Label: "Schedule", Chosen: own}
		for _, name := range names {
			pick.Choices = append(pick.Choices, blocks.Choice{Label: name, Value: name})
		}
		f.Fields = append(f.Fields, pick)
	}
	// the next full hour, for 8 hours: a proposal, so that only what differs has to be chosen
	begin := c.Now.Truncate(time.Hour).Add(time.Hour)
	f.Fields = append(f.Fields,
		blocks.Field{Kind: blocks.TimeField, Name: fromField, Label: "From", At: begin},
		blocks.Field{Kind: blocks.TimeField, Name: toField, Label: "Until", At: begin.Add(8 * time.Hour)},
	)
	return f
}

// Filled checks what was filled in, and shows in full what it means. It looks only; the plan is checked again when it is
// carried out.
func (fs *Forms) Filled(ctx context.Context, c *chat.Call, sent *slack.Form) chat.Filled {
	p, wrong := fs.planOf(c, sent)
	if c.Word == "swap" {
		p, wrong = fs.swapOf(c, sent)
	}
	if len(wrong) > 0 {
		return chat.Filled{Wrong: wrong}
	}
	if m, refused := fs.Plans.forbidden(c, p); refused {
		return chat.Filled{Next: chat.Closing(typed.Title, m)}
	}
	var m blocks.Message
	err := fs.Book.Store.View(ctx, func(tx store.Tx) error {
		from, to := p.Span.Begin(), p.Span.End()
		if p.How == overrides.HowCover && !slices.Contains(fs.Overrides.During(tx, p.Schedule, from, to), c.Person) {
			wrong = map[string]string{fromField: "You are not on call for " + p.Schedule + " then: " +
				heldBy(tx, fs.Overrides, p.Schedule, from, to) + "."}
		}
		m = fs.Plans.shownPlan(c, tx, p, nil)
		return nil
	})
	if err != nil {
		return chat.Filled{Next: chat.Closing(typed.Title, fs.Reader.Router.Excuse(c, err))}
	}
	next := blocks.Form{Title: typed.Title, Send: "Confirm", Close: "Cancel", Body: m}
	return chat.Filled{Wrong: wrong, Next: typed.Said("confirm", value(p)).Form(next)}
}

// planOf is the plan that somebody has filled in, or what is wrong with it, by field. Slack shows each of these below its
// field, and keeps the form open.
func (fs *Forms) planOf(c *chat.Call, v *slack.Form) (p overrides.Plan, wrong map[string]string) {
	value := v.Values
	p = overrides.Plan{How: overrides.HowOverride, By: c.Person, Change: typed.ChangeID(c.ID),
		Person: fs.Reader.Users[value[whoField].User]}
	if c.Word == "cover" {
		p.How, p.Person = overrides.HowCover, ""
	}
	if name := value[scheduleField].Option; name != "" {
		p.Schedule = name
	} else if len(fs.Overrides.Schedules) == 1 {
		p.Schedule = slices.Collect(maps.Keys(fs.Overrides.Schedules))[0]
	}
	p.Span = overrides.Span{From: value[fromField].Time, To: value[toField].Time}
	now, wrong := c.Now, map[string]string{}
	switch {
	case p.How == overrides.HowOverride && p.Person == "":
		wrong[whoField] = "That person is not in Oncalm's people list."
	case !fs.Reader.Has(p.Schedule):
		wrong[scheduleField] = "Which schedule?"
	case p.Span.From == 0:
		wrong[fromField] = "When does it begin?"
	case p.Span.To == 0 || p.Span.To <= p.Span.From:
		wrong[toField] = "It must end after it begins."
	case !now.Before(p.Span.End()):
		wrong[toField] = "That is already over."
	case p.Span.End().Sub(p.Span.Begin()) > overrides.MaxOverride:
		wrong[toField] = "That is longer than 90 days. For a longer absence, change the schedule in the configuration."
	case p.Span.Begin().Sub(now) > overrides.MaxAhead:
		wrong[fromField] = "That is more than a year from now."
	}
	// what is past stays as it was: it begins now
	if p.Span.Begin().Before(now) {
		p.Span.From = now.Unix()
	}
	return p, wrong
}

// Confirmed carries out what the first page said. Slack waits 3 s for the next page; see [chat.Router.Once] for what takes
// longer.
func (fs *Forms) Confirmed(ctx context.Context, c *chat.Call, _ *slack.Form) chat.Filled {
	m := fs.Reader.Router.Once(ctx, c, func(tx store.Tx) (blocks.Message, error) { return fs.Plans.Confirm(c, tx) })
	if len(m.Rows) > 0 { // buttons belong to messages
		m.Body = append(m.Body, blocks.Para(blocks.Say(blocks.Code(c.Root+" undo"), " undoes it.")))
	}
	return chat.Filled{Next: chat.Closing(typed.Title, m)}
}
