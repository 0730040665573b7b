package silence

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/match"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/members"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Fields of the form; each is the id of its block and of its action.
const (
	whatField    = "what"
	patternField = "pattern"
	lengthField  = "length"
	whyField     = "why"
)

// title is that of the form.
const title = "Silence"

// Kinds of what can be chosen. Each stands before a name in the value of a choice.
const (
	ofService = "service "
	ofAlarm   = "alarm "
)

// untilClear is the choice of a silence that ends by itself.
const untilClear = "until clear"

// mostFiring is how many alarms that fire are offered, so that there is room for services and others. Slack takes 100
// choices in all ([blocks.MaxChoices]).
const mostFiring = 40

// lengths are how long a silence may be, as they are chosen. They go up to the longest that may be made.
func lengths() []blocks.Choice {
	all := []blocks.Choice{}
	for _, hours := range []time.Duration{1, 2, 4, 8, 24, 72, silences.Longest / time.Hour} {
		d := hours * time.Hour
		all = append(all, blocks.Choice{Label: text.Lasting(d), Value: d.String()})
	}
	return append(all, blocks.Choice{Label: "until it is clear", Value: untilClear})
}

// Open is the form of /oncall silence. What fires now is offered first, and the newest of it is filled in. It shows what is
// silenced. Whoever opens it is most often paged by just that alarm.
func (t *Talk) Open(ctx context.Context, c *chat.Call) (f blocks.Form, ok bool) {
	what := blocks.Field{Kind: blocks.ChoiceField, Name: whatField, Label: "Service or alarm", Optional: true}
	var now blocks.Message
	err := t.Book.Incidents.Store.View(ctx, func(tx store.Tx) error {
		what.Choices, what.Chosen = t.choices(tx)
		now = t.list(c, tx)
		return nil
	})
	if err != nil || len(what.Choices) == 0 {
		return f, false
	}
	f = blocks.Form{Title: title, Send: "Silence", Close: "Cancel", Body: now, Fields: []blocks.Field{
		what,
		{Kind: blocks.TextField, Name: patternField, Label: "Or alarms by a pattern", Hint: "checkout-*",
			Most: silences.LongestPattern, Optional: true},
		{Kind: blocks.ChoiceField, Name: lengthField, Label: "For how long", Choices: lengths(),
			Chosen: (2 * time.Hour).String()},
		{Kind: blocks.TextField, Name: whyField, Label: "Why", Hint: "It stands on every card", Most: longestWhy},
	}}
	return typed.Said("silence", "").Form(f), true
}

// choices are what can be silenced: the alarms that fire, newest incident first, then services, then other alarms. chosen is the first
// that fires and is not silenced. A name that does not fit into the value of a choice is left out: it can be written as a
// pattern.
func (t *Talk) choices(tx store.Tx) (all []blocks.Choice, chosen string) {
	add := func(kind, name string) {
		value := kind + name
		there := slices.ContainsFunc(all, func(c blocks.Choice) bool { return c.Value == value })
		if name != "" && !there && len(value) <= blocks.MaxChoice {
			all = append(all, blocks.Choice{Label: value, Value: value})
		}
	}
	for _, id := range slices.Backward(incidents.OpenIDs(tx, 0)) {
		if len(all) >= mostFiring {
			break
		}
		i, err := incidents.Head(tx, id)
		if err != nil {
			continue
		}
		for _, m := range members.Of(i) {
			add(ofAlarm, m.Name)
		}
		if fires := members.Of(i); chosen == "" && !i.Quiet && len(fires) > 0 {
			chosen = ofAlarm + fires[0].Name
		}
	}
	for _, name := range t.services() {
		add(ofService, name)
	}
	for name := range known.Names(tx) {
		if len(all) >= blocks.MaxChoices {
			break
		}
		add(ofAlarm, name)
	}
	return all, chosen
}

// Filled makes the silence that was filled in, and says what it covers.
func (t *Talk) Filled(ctx context.Context, c *chat.Call, sent *slack.Form) chat.Filled {
	is, wrong := filled(c, sent)
	if len(wrong) > 0 {
		return chat.Filled{Wrong: wrong}
	}
	m := t.Router.Once(ctx, c, func(tx store.Tx) (blocks.Message, error) { return t.make(c, tx, is) })
	m.Rows = nil // buttons belong to messages
	return chat.Filled{Next: chat.Closing(title, m)}
}

// filled is what was filled in, or what is wrong with it, by field. A pattern that was written goes before what was chosen,
// since the form fills in a choice by itself.
func filled(c *chat.Call, sent *slack.Form) (is meant, wrong map[string]string) {
	wrong = map[string]string{}
	chosen, pattern := sent.Values[whatField].Option, strings.TrimSpace(sent.Values[patternField].Text)
	name, isService := strings.CutPrefix(chosen, ofService)
	cover := silences.Cover{Service: name}
	switch {
	case pattern != "":
		cover = silences.Cover{Match: match.Match{Alarm: pattern}}
	case !isService:
		cover = silences.Cover{Match: match.Match{Alarm: strings.TrimPrefix(chosen, ofAlarm)}}
	}
	if err := cover.Check(); err != nil {
		wrong[patternField] = "Nothing was silenced: " + err.Error() + "."
	}
	is.covers = []silences.Cover{cover}
	is.why = text.Clip(text.Line(sent.Values[whyField].Text), longestWhy)
	if strings.TrimSpace(is.why) == "" {
		wrong[whyField] = "The reason stands on every card."
	}
	length, err := time.ParseDuration(sent.Values[lengthField].Option)
	// it needs an end all the same, should it never be clear
	if is.clear = sent.Values[lengthField].Option == untilClear; is.clear {
		length, err = silences.Longest, nil
	}
	if err != nil || length <= 0 {
		wrong[lengthField] = "For how long?"
	}
	is.span = when.Span{From: c.Now, To: c.Now.Add(length), Length: true}
	return is, wrong
}
