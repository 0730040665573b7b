package show

import (
	"context"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/shifts/typed"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Everybody is /oncall: who is on call in every schedule.
func (b *Board) Everybody(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	schedules := b.Reader.Schedules()
	if len(schedules) == 0 {
		return typed.NoSchedules(), nil
	}
	lines, err := b.shifts(ctx, c.Now, schedules)
	if err != nil {
		return blocks.Message{}, err
	}
	const shown = 20
	if more := len(lines) - shown; more > 0 {
		lines = append(lines[:shown], blocks.Say("and ", more, " more: ", blocks.Code(c.Root+" <schedule>")))
	}
	return blocks.Message{Body: []blocks.Paragraph{blocks.Bullets(lines...)}}, nil
}

// OnCall is /oncall with the name of a schedule or a service. A schedule goes before a service of the same name.
func (b *Board) OnCall(ctx context.Context, c *chat.Call) (blocks.Message, error) {
	said := c.Args[0].Text
	if name, ok := b.Reader.Schedule(said); ok {
		lines, err := b.shifts(ctx, c.Now, []string{name})
		return blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}, err
	}
	if name, ok := typed.Spelt(slices.Values(b.Services), said); ok {
		return b.serviceOnCall(ctx, c, name)
	}
	// people try a name here: say what to type instead
	if person, ok := b.Reader.Users[said]; ok && c.Args[0].Kind == chat.UserToken {
		return blocks.Sentence("@", person, " is a person; behind ", blocks.Code(c.Root),
			" I know schedules, services and the commands of ", blocks.Code(c.Root+" help"), ". When somebody is on call, ",
			blocks.Code(c.Root+" schedule"), " shows."), nil
	}
	if m, known := chat.Theirs(b.Reader.Router, c.Root, said); known {
		return m, nil
	}
	m := chat.Unknown(c.Root, said, slices.Concat(b.Reader.Schedules(), b.Services, b.Words))
	names := argument.Names{argument.Schedule: b.Reader.Schedules(), argument.Service: b.Services}
	m.Body = append(m.Body, blocks.Para(names.There(argument.Schedule, argument.Service)))
	return m, nil
}

// serviceOnCall tells whom a page for a service goes to, and when it goes on to the next. The times are those of a page
// that nobody acknowledges, from the policy: each step waits for so long after it has paged.
func (b *Board) serviceOnCall(ctx context.Context, c *chat.Call, service string) (blocks.Message, error) {
	policy := b.Pager.Policy(service)
	var lines []blocks.Line
	var after time.Duration
	for _, step := range policy.Steps {
		who, err := b.called(ctx, c.Now, step.Page)
		if err != nil {
			return blocks.Message{}, err
		}
		lines = append(lines, blocks.Say(afterwards(after), who, terms(step)))
		after += step.Wait
	}
	if policy.Rounds > 1 {
		lines = append(lines, blocks.Say(afterwards(after), "from the start again, ", policy.Rounds, " rounds in all"))
		// all rounds are as long as the first
		after *= time.Duration(policy.Rounds)
	}
	if len(policy.Fallback) > 0 {
		who, err := b.called(ctx, c.Now, policy.Fallback)
		if err != nil {
			return blocks.Message{}, err
		}
		lines = append(lines, blocks.Say(afterwards(after), who, ", again and again; and at once if nobody is on call"))
	}
	m := blocks.Sentence("A page for ", blocks.Strong(service), " goes by policy ", blocks.Strong(policy.Name), ":")
	m.Body = append(m.Body, blocks.Bullets(lines...))
	return m, nil
}

// terms are what else a step says than whom it pages.
func terms(s paging.Step) (l blocks.Line) {
	if s.InTurn {
		l = blocks.Say(l, ", one in turn")
	}
	if s.When != nil {
		l = blocks.Say(l, " (only ", s.When.String(), ")")
	}
	if s.Acks > 1 {
		l = blocks.Say(l, "; ", s.Acks, " people have to acknowledge")
	}
	return l
}

// afterwards says how long after the first page a step is taken, if nobody acknowledges.
func afterwards(d time.Duration) string {
	if d == 0 {
		return "at once: "
	}
	return "after " + text.Lasting(d) + ": "
}

// called says who is meant by targets now. Schedules are told with who is on call now: at the time of the step it may be
// somebody else.
func (b *Board) called(ctx context.Context, now time.Time, targets []paging.Target) (blocks.Line, error) {
	var all blocks.Line
	for n, t := range targets {
		if n > 0 {
			all = blocks.Say(all, "; ")
		}
		if person, ok := t.Person(); ok {
			all = blocks.Say(all, blocks.Strong(person))
		}
		if schedule, ok := t.Schedule(); ok {
			shifts, err := b.shifts(ctx, now, []string{schedule})
			if err != nil {
				return nil, err
			}
			all = blocks.Say(all, "whoever is on call for ", shifts[0])
		}
	}
	return all, nil
}

// shifts says of each schedule who is on call, until when, and who is next: also why a page would not reach them, and which
// override has no effect.
func (b *Board) shifts(ctx context.Context, now time.Time, schedules []string) ([]blocks.Line, error) {
	var lines []blocks.Line
	err := b.Book.Store.View(ctx, func(tx store.Tx) error {
		lines = nil
		for _, name := range schedules {
			a := b.Overrides.Schedules[name].At(now, b.Overrides.Of(tx, name))
			l := append(shift(name, a), b.Absent(a.People)...)
			for _, o := range a.Void {
				l = append(l, blocks.Say("; ⚠️ an override for ", blocks.Strong(o.Person), " until ", o.To, " is ignored: ",
					o.Void)...)
			}
			lines = append(lines, l)
		}
		return nil
	})
	return lines, err
}

// shift is who is on call in a schedule, in one line. An Answer whose To is zero has no end; one whose Next begins after To
// has a gap before it.
func shift(schedule string, a rotations.Answer) blocks.Line {
	l := blocks.Say(blocks.Strong(schedule), ": ")
	next := text.List(a.Next.People, "and")
	switch {
	case len(a.People) == 0 && next == "":
		return append(l, blocks.Say("nobody is on call, and nobody will be; pages go to the fallback")...)
	case len(a.People) == 0:
		return append(l, blocks.Say("nobody is on call until ", a.Next.From, ", then ", next,
			"; before that pages go to the fallback")...)
	case next == "" || a.To.IsZero():
		return append(l, blocks.Say(blocks.Strong(text.List(a.People, "and")), ", for good")...)
	}
	l = append(l, blocks.Say(blocks.Strong(text.List(a.People, "and")), " until ", a.To, ", then ")...)
	if a.Next.From.After(a.To) {
		return append(l, blocks.Say("nobody until ", a.Next.From, ", then ", next)...)
	}
	return append(l, blocks.Say(next)...)
}
