package change

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Fields of the form of a swap; each is the id of its block and of its action.
const (
	mineField   = "mine"
	theirsField = "theirs"
)

// A turn is somebody's shift as an option of the form has it.
type turn struct {
	Schedule, Person string
	Span             overrides.Span
}

// value is the turn in an option's value, or "" if it has no room there. It is an array and has no names of members, since
// Slack takes 150 bytes.
func (t turn) value() string {
	val, err := json.Marshal([]any{t.Span.From, t.Span.To, t.Schedule, t.Person})
	if err != nil || len(val) > blocks.MaxChoice {
		return ""
	}
	return string(val)
}

func parseTurn(value string) (t turn, ok bool) {
	fields := []any{&t.Span.From, &t.Span.To, &t.Schedule, &t.Person}
	return t, json.Unmarshal([]byte(value), &fields) == nil && t.Person != ""
}

// swapForm is the form for a swap: one's own shifts, and those of the others; false if there are none on one side.
func (fs *Forms) swapForm(ctx context.Context, c *chat.Call) (f blocks.Form, ok bool) {
	var mine, theirs []turn
	err := fs.Book.Store.View(ctx, func(tx store.Tx) error {
		mine, theirs = fs.turns(tx, c)
		return nil
	})
	if err != nil || len(mine) == 0 || len(theirs) == 0 {
		return f, false
	}
	// they are by schedule, so that the first and the last differ if any two do
	several := mine[0].Schedule != mine[len(mine)-1].Schedule
	pick := func(field, label string, all []turn, named bool) blocks.Field {
		f := blocks.Field{Kind: blocks.ChoiceField, Name: field, Label: label, Hint: "Choose a shift"}
		for _, t := range all {
			f.Choices = append(f.Choices, blocks.Choice{Label: fs.turnLabel(c, t, named, several), Value: t.value()})
		}
		return f
	}
	return blocks.Form{Title: "Swap two shifts", Send: "Next", Close: "Cancel", Fields: []blocks.Field{
		pick(mineField, "Your shift ("+fs.Reader.Zone(c, mine[0].Schedule).String()+")", mine, false),
		pick(theirsField, "For this one", theirs, true),
	}}, true
}

// turns are the shifts to come of a person and of the others in their schedules, by their begin. Only somebody whom Slack
// can reach can be asked.
func (fs *Forms) turns(tx store.Tx, c *chat.Call) (mine, theirs []turn) {
	for _, name := range fs.Reader.Schedules() {
		s := fs.Overrides.Schedules[name]
		members := s.Members(c.Now)
		if !slices.Contains(members, c.Person) {
			continue
		}
		shifts := s.Shifts(c.Now, c.Now.Add(swapAhead), fs.Overrides.Of(tx, name))
		for _, p := range members {
			for _, sh := range rotations.ShiftsOf(shifts, p) {
				t := turn{name, p, overrides.SpanOf(sh.From, sh.To)}
				switch {
				case t.value() == "" || sh.To.Equal(c.Now.Add(swapAhead)): // the last one is cut off
				case p == c.Person:
					mine = append(mine, t)
				case fs.Reader.People[p].Slack != "":
					theirs = append(theirs, t)
				}
			}
		}
	}
	slices.SortStableFunc(theirs, func(a, b turn) int { return int(a.Span.From - b.Span.From) })
	return mine, theirs
}

// turnLabel is a shift in one row.
func (fs *Forms) turnLabel(c *chat.Call, t turn, named, several bool) string {
	const layout = "Mon 2 Jan 15:04"
	zone := fs.Reader.Zone(c, t.Schedule)
	parts := []string{t.Span.Begin().In(zone).Format(layout) + " – " + t.Span.End().In(zone).Format(layout)}
	if several {
		parts = append([]string{t.Schedule}, parts...)
	}
	if named {
		parts = append([]string{t.Person}, parts...)
	}
	return text.Clip(text.Line(strings.Join(parts, " · ")), blocks.MaxLabel)
}

// swapOf is the swap that somebody has filled in, or what is wrong with it, by field. The options come back as they were
// sent, or as somebody made them up: whose they are is looked at again.
func (fs *Forms) swapOf(c *chat.Call, v *slack.Form) (p overrides.Plan, wrong map[string]string) {
	mine, ok := parseTurn(v.Values[mineField].Option)
	theirs, ok2 := parseTurn(v.Values[theirsField].Option)
	switch {
	case !ok || mine.Person != c.Person:
		wrong = map[string]string{mineField: "Choose one of your shifts."}
	case !ok2 || theirs.Person == c.Person || !fs.Reader.Knows(theirs.Person):
		wrong = map[string]string{theirsField: "Choose a shift of somebody else."}
	case mine.Schedule != theirs.Schedule:
		wrong = map[string]string{
			theirsField: "Both shifts must be of the same schedule; yours is of " + mine.Schedule + ".",
		}
	case !c.Now.Before(mine.Span.End()):
		wrong = map[string]string{mineField: "That shift is over."}
	case !c.Now.Before(theirs.Span.End()):
		wrong = map[string]string{theirsField: "That shift is over."}
	}
	return overrides.Plan{
		How: overrides.HowSwap, By: c.Person, Change: typed.ChangeID(c.ID), Schedule: mine.Schedule, Person: theirs.Person,
		Span: mine.Span, Theirs: theirs.Span,
	}, wrong
}
