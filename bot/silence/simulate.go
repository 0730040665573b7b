package silence

import (
	"context"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/paging/rehearsal"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Simulate is /oncall simulate: whom an incident of a service, or of an alarm, would page. It runs the policy itself
// ([rehearsal.Of]) on the schedules, overrides and silences of now. It cannot know what people will change until then.
func (t *Talk) Simulate(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	if len(c.Args) == 0 {
		return blocks.Sentence("Of what? ", blocks.Code(c.Root+" simulate checkout"), " or ",
			blocks.Code(c.Root+" simulate checkout-5xx at fri 18:00"), "."), nil
	}
	if said := c.Args[0].Text; t.names().Misnamed(said, argument.Service) {
		return t.names().None(said, "nothing was simulated", argument.Service), nil
	}
	at := c.Now
	if len(c.Args) > 1 {
		var words []string
		for _, w := range c.Args[1:] {
			words = append(words, w.Text)
		}
		s, err := when.Moment(strings.Join(words, " "), c.Now, t.zone(c))
		if err != nil {
			return blocks.Sentence(err.Error(), "."), nil
		}
		at = s.From
	}
	svc, of := t.about(c.Args[0].Text)
	var lines []blocks.Line
	err := t.Book.Incidents.Store.View(ctx, func(tx store.Tx) error {
		lines = t.simulated(tx, at, svc, of)
		return nil
	})
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}, err
}

// about is which service a name means, and what would be silenced or not: the service's alarms, or one of that name. A
// service goes before an alarm of the same name. Of an alarm only the name is known, so a service that claims alarms by
// more than that is not found.
func (t *Talk) about(said string) (alarms.Service, silences.Subject) {
	if _, name, ok := t.names().Find(said, argument.Service); ok {
		for _, svc := range t.Services.All {
			if svc.Name == name {
				return svc, silences.Subject{Alarm: &incidents.Alarm{}, Service: name}
			}
		}
	}
	a := incidents.Alarm{Name: text.Clip(text.Line(said), silences.LongestPattern)}
	svc := t.Services.For(&alarms.Signal{Alarm: a})
	return svc, silences.Subject{Alarm: &a, Service: svc.Name}
}

// simulated is the run of a policy, or why there would be none.
func (t *Talk) simulated(tx store.Tx, at time.Time, svc alarms.Service, of silences.Subject) []blocks.Line {
	what := "An incident of " + svc.Name
	if of.Alarm.Name != "" {
		what = "The alarm " + of.Alarm.Name + " belongs to " + svc.Name + ", and its incident"
	}
	lines := []blocks.Line{}
	if s := t.Book.At(tx, at, of); s != nil {
		lines = append(lines, blocks.Say("🔇 ", what, " pages nobody at ", at, ": silenced: ", view.Silence(*s), "."))
		if s.End == silences.EndResolve {
			return append(lines, blocks.Say("What still fires at the end of that is resolved."))
		}
		what, at = "What still fires at the end of that", s.To
	}
	if t.PagesNobody(svc.Severity) {
		return append(lines, blocks.Say(what, " pages nobody: ", svc.Severity, " is quiet."))
	}
	policy := t.Pager.Policy(svc.Name)
	lines = append(lines, blocks.Say(what, " (", svc.Severity, ") at ", at, " goes through policy ",
		blocks.Strong(policy.Name), ":"))
	who := func(schedule string, at time.Time) []string { return t.Pager.Overrides.OnCall(tx, schedule, at) }
	const most = 12
	known := rehearsal.Knowing{Severity: svc.Severity, OnCall: who, Turn: paging.Turn(tx)}
	for n, step := range rehearsal.Of(policy, at, known) {
		if n == most {
			lines = append(lines, blocks.Say("… and so on"))
			break
		}
		var people []string
		for _, call := range step.Calls {
			people = append(people, call.Person)
		}
		if len(people) == 0 {
			people = []string{"nobody"}
		}
		after := "at once: "
		if step.After > 0 {
			after = "after " + text.Lasting(step.After) + ": "
		}
		l := blocks.Say(after, blocks.Strong(text.List(people, "and")))
		if step.InTurn {
			l = blocks.Say(l, ", whose turn it is")
		}
		if step.Acks > 1 {
			l = blocks.Say(l, "; ", step.Acks, " people have to acknowledge")
		}
		lines = append(lines, l)
	}
	return lines
}
