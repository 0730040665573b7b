package bot

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// everybody is /oncall: who is on call in every schedule.
func (b *Bot) everybody(ctx context.Context, c *call) (message, error) {
	schedules := slices.Sorted(maps.Keys(b.o.Pager.Schedules))
	if len(schedules) == 0 {
		return sentence("There are no schedules. They are made in the configuration, under ", code("schedules"), "."), nil
	}
	lines, err := b.shifts(ctx, c.now, schedules)
	if err != nil {
		return message{}, err
	}
	const shown = 20
	if more := len(lines) - shown; more > 0 {
		lines = append(lines[:shown], say("and ", more, " more: ", code(c.root+" <schedule>")))
	}
	return message{body: []paragraph{{bullets, lines}}}, nil
}

// oncall is /oncall with the name of a schedule or a service.
func (b *Bot) oncall(ctx context.Context, c *call) (message, error) {
	said := c.args[0].text
	if name, ok := b.scheduleNamed(said); ok {
		lines, err := b.shifts(ctx, c.now, []string{name})
		return message{body: []paragraph{{prose, lines}}}, err
	}
	if name, ok := spelt(slices.Values(b.o.Services), said); ok {
		return b.serviceOnCall(ctx, c, name)
	}
	if person, ok := b.users[said]; ok && c.args[0].kind == userToken {
		return sentence("@", person, " is a person; behind ", code(c.root), " I know schedules, services and the words of ", code(c.root+" help"), ". When somebody is on call, ", code(c.root+" schedule"), " shows."), nil
	}
	known := append(slices.Sorted(maps.Keys(b.o.Pager.Schedules)), b.o.Services...)
	return unknownWord(c.root, said, append(known, names(b.oncallWords())...)), nil
}

// serviceOnCall tells whom a page for a service goes to, and when it goes on to the next.
func (b *Bot) serviceOnCall(ctx context.Context, c *call, service string) (message, error) {
	policy := b.o.Pager.Policy(service)
	var lines []line
	var after time.Duration
	for _, step := range policy.Steps {
		who, err := b.called(ctx, c.now, step.Page)
		if err != nil {
			return message{}, err
		}
		lines = append(lines, say(afterwards(after), who))
		after += step.Wait
	}
	if policy.Rounds > 1 {
		lines = append(lines, say(afterwards(after), "from the start again, ", policy.Rounds, " rounds in all"))
		after *= time.Duration(policy.Rounds)
	}
	if len(policy.Fallback) > 0 {
		who, err := b.called(ctx, c.now, policy.Fallback)
		if err != nil {
			return message{}, err
		}
		lines = append(lines, say(afterwards(after), who, ", again and again; and at once if nobody is on call"))
	}
	m := sentence("A page for ", strong(service), " goes by policy ", strong(policy.Name), ":")
	m.body = append(m.body, paragraph{bullets, lines})
	return m, nil
}

func afterwards(d time.Duration) string {
	if d == 0 {
		return "at once: "
	}
	return "after " + text.Lasting(d) + ": "
}

// called says who is meant by targets now.
func (b *Bot) called(ctx context.Context, now time.Time, targets []paging.Target) (line, error) {
	var all line
	for n, t := range targets {
		if n > 0 {
			all = say(all, "; ")
		}
		if person, ok := t.Person(); ok {
			all = say(all, strong(person))
		}
		if schedule, ok := t.Schedule(); ok {
			shifts, err := b.shifts(ctx, now, []string{schedule})
			if err != nil {
				return nil, err
			}
			all = say(all, "whoever is on call for ", shifts[0])
		}
	}
	return all, nil
}

// shifts says of each schedule who is on call, until when, and who is next.
func (b *Bot) shifts(ctx context.Context, now time.Time, schedules []string) ([]line, error) {
	var lines []line
	err := b.o.Book.Store.View(ctx, func(tx store.Tx) error {
		lines = nil
		for _, name := range schedules {
			a := b.o.Pager.Schedules[name].At(now, b.o.Pager.Overrides(tx, name))
			l := append(shift(name, a), b.absent.of(a.People)...)
			for _, o := range a.Void {
				l = append(l, say("; ⚠️ an override for ", strong(o.Person), " until ", o.To, " does not count: ", o.Void)...)
			}
			lines = append(lines, l)
		}
		return nil
	})
	return lines, err
}

// shift is who is on call in a schedule, in one line.
func shift(schedule string, a rotations.Answer) line {
	l := say(strong(schedule), ": ")
	next := text.List(a.Next.People, "and")
	switch {
	case len(a.People) == 0 && next == "":
		return append(l, say("nobody is on call, and nobody will be; pages go to the fallback")...)
	case len(a.People) == 0:
		return append(l, say("nobody is on call until ", a.Next.From, ", then ", next, "; before that pages go to the fallback")...)
	case next == "" || a.To.IsZero():
		return append(l, say(strong(text.List(a.People, "and")), ", for good")...)
	}
	l = append(l, say(strong(text.List(a.People, "and")), " until ", a.To, ", then ")...)
	if a.Next.From.After(a.To) {
		return append(l, say("nobody until ", a.Next.From, ", then ", next)...)
	}
	return append(l, say(next)...)
}
