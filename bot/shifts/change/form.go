package change

import (
	"context"
	"encoding/json"
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
	"github.com/oncalm/oncalm/text"
)

// Fields of the form; each is the id of its block and of its action.
const (
	whoField      = "who"
	scheduleField = "schedule"
	fromField     = "from"
	toField       = "to"
)

// confirmForm is the callback of the second page of a form.
const confirmForm = "confirm"

// tree is a JSON object for Slack.
type tree = map[string]any

func plainText(s string) tree { return tree{"type": "plain_text", "text": s, "emoji": false} }

// Forms are what people fill in to have the same plans. The fields are set before it is used and not changed afterwards.
type Forms struct {
	Plans     *Plans
	Reader    *typed.Reader
	Overrides *overrides.Book
	Book      *incidents.Book // its store
}

// Open is the form of a word; nil if there is none to offer.
func (fs *Forms) Open(ctx context.Context, c *chat.Call) any {
	if len(fs.Overrides.Schedules) == 0 {
		return nil
	}
	if view := fs.formOf(ctx, c); view != nil {
		return view
	}
	return nil
}

// form is the form for an override or a cover.
func (fs *Forms) form(c *chat.Call) tree {
	title, submit := "Put somebody on call", "Next"
	var blocks []tree
	input := func(field, label string, element tree) {
		element["action_id"] = field
		blocks = append(blocks, tree{"type": "input", "block_id": field, "label": plainText(label), "element": element})
	}
	if c.Word == "cover" {
		title = "Ask for a cover"
	} else {
		input(whoField, "Who", tree{"type": "users_select", "placeholder": plainText("Somebody in Oncalm's people list")})
	}
	if names := fs.Reader.Schedules(); len(names) > 1 {
		input(scheduleField, "Schedule", fs.scheduleSelect(c, names))
	}
	begin := c.Now.Truncate(time.Hour).Add(time.Hour)
	input(fromField, "From", tree{"type": "datetimepicker", "initial_date_time": begin.Unix()})
	input(toField, "Until", tree{"type": "datetimepicker", "initial_date_time": begin.Add(8 * time.Hour).Unix()})
	return tree{
		"type": "modal", "callback_id": c.Word, "title": plainText(title), "submit": plainText(submit),
		"close": plainText("Cancel"), "blocks": blocks,
	}
}

// scheduleSelect offers schedules, the person's own chosen already if there is only one.
func (fs *Forms) scheduleSelect(c *chat.Call, names []string) tree {
	const most = 100 // that Slack takes
	own, _, _ := fs.Reader.WhichSchedule(c)
	element := tree{"type": "static_select"}
	var options []tree
	for _, name := range names[:min(len(names), most)] {
		o := tree{"text": plainText(text.Clip(text.Line(name), blocks.MaxLabel)), "value": text.Clip(name, 150)}
		options = append(options, o)
		if name == own {
			element["initial_option"] = o
		}
	}
	element["options"] = options
	return element
}

// Submit carries out a form that somebody sent, and returns what Slack is to do with it.
func (fs *Forms) Submit(ctx context.Context, c *chat.Call, f *slack.Form) any {
	if c.Word == confirmForm {
		return fs.confirmedForm(ctx, c, f.Metadata)
	}
	return fs.filled(ctx, c, f)
}

// filled checks what was filled in, and shows in full what it means.
func (fs *Forms) filled(ctx context.Context, c *chat.Call, v *slack.Form) tree {
	p, wrong := fs.planOf(c, v)
	if v.Callback == "swap" {
		p, wrong = fs.swapOf(c, v)
	}
	if len(wrong) > 0 {
		return tree{"response_action": "errors", "errors": wrong}
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
	switch {
	case err != nil:
		return updated(fs.Reader.Router.Excuse(c, err), "Close")
	case len(wrong) > 0:
		return tree{"response_action": "errors", "errors": wrong}
	}
	answer := updated(m, "Cancel")
	view, ok := answer["view"].(tree)
	if ok {
		view["callback_id"], view["private_metadata"], view["submit"] = confirmForm, value(p), plainText("Confirm")
	}
	return answer
}

// planOf is the plan that somebody has filled in, or what is wrong with it, by field.
func (fs *Forms) planOf(c *chat.Call, v *slack.Form) (p overrides.Plan, wrong map[string]string) {
	value := v.Values
	p = overrides.Plan{How: overrides.HowOverride, By: c.Person, Change: typed.ChangeID(c.ID),
		Person: fs.Reader.Users[value[whoField].User]}
	if v.Callback == "cover" {
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
	if p.Span.Begin().Before(now) {
		p.Span.From = now.Unix()
	}
	return p, wrong
}

// confirmedForm carries out what the first page said.
func (fs *Forms) confirmedForm(ctx context.Context, c *chat.Call, metadata string) tree {
	m := fs.Reader.Router.Once(ctx, c, func(tx store.Tx) (blocks.Message, error) {
		return fs.Plans.Confirm(c, tx, metadata)
	})
	if len(m.Rows) > 0 { // buttons belong to messages
		m.Rows, m.Body = nil, append(m.Body, blocks.Para(blocks.Say(blocks.Code(c.Root+" undo"), " undoes it.")))
	}
	return updated(m, "Close")
}

// Closed is what takes the place of a form of somebody who may not send it.
func Closed(m blocks.Message) any { return updated(m, "Close") }

// updated puts a message in the place of a form.
func updated(m blocks.Message, label string) tree {
	return tree{"response_action": "update", "view": tree{
		"type": "modal", "title": plainText("On call"), "close": plainText(label), "blocks": json.RawMessage(m.Blocks()),
	}}
}
