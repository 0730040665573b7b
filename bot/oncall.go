package bot

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"

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
	if _, ok := b.o.Pager.Schedules[said]; ok {
		lines, err := b.shifts(ctx, c.now, []string{said})
		return message{body: []paragraph{{prose, lines}}}, err
	}
	if slices.Contains(b.o.Services, said) {
		return b.serviceOnCall(ctx, c, said)
	}
	known := append(slices.Sorted(maps.Keys(b.o.Pager.Schedules)), b.o.Services...)
	return unknownWord(c.root, said, append(known, names(b.oncallWords())...)), nil
}

// serviceOnCall tells whom a page for a service goes to, step by step.
func (b *Bot) serviceOnCall(ctx context.Context, c *call, service string) (message, error) {
	policy := b.o.Pager.Policy(service)
	var lines []line
	for n, step := range policy.Steps {
		var who []line
		for _, t := range step.Page {
			if person, ok := t.Person(); ok {
				who = append(who, say(strong(person)))
			}
			if schedule, ok := t.Schedule(); ok {
				shifts, err := b.shifts(ctx, c.now, []string{schedule})
				if err != nil {
					return message{}, err
				}
				who = append(who, shifts...)
			}
		}
		after := "at once"
		if n > 0 {
			after = "then"
		}
		l := say("Step ", n+1, ", ", after, ": ")
		for k, one := range who {
			if k > 0 {
				l = append(l, say("; ")...)
			}
			l = append(l, one...)
		}
		lines = append(lines, append(l, say(" Waits ", lasting(step.Wait), ".")...))
	}
	var fallback []string
	for _, t := range policy.Fallback {
		_, name, _ := strings.Cut(string(t), ":")
		fallback = append(fallback, name)
	}
	m := sentence("A page for ", strong(service), " goes by policy ", strong(policy.Name), ":")
	m.body = append(m.body, paragraph{bullets, lines})
	if len(fallback) > 0 {
		m.body = append(m.body, para(say("If nobody answers: ", list(fallback, "and"), ".")))
	}
	return m, nil
}

// shifts says of each schedule who is on call, until when, and who is next.
func (b *Bot) shifts(ctx context.Context, now time.Time, schedules []string) ([]line, error) {
	var lines []line
	err := b.o.Book.Store.View(ctx, func(tx store.Tx) error {
		lines = nil
		for _, name := range schedules {
			s := b.o.Pager.Schedules[name]
			lines = append(lines, shift(name, s.At(now, b.o.Pager.Overrides(tx, name))))
		}
		return nil
	})
	return lines, err
}

// shift is who is on call in a schedule, in one line.
func shift(schedule string, a rotations.Answer) line {
	l := say(strong(schedule), ": ")
	next := list(a.Next.People, "and")
	switch {
	case len(a.People) == 0 && next == "":
		return append(l, say("nobody is on call, and nobody will be. Pages go to the fallback.")...)
	case len(a.People) == 0:
		return append(l, say("nobody is on call until ", a.Next.From, ", then ", next, ". Until then pages go to the fallback.")...)
	case next == "" || a.To.IsZero():
		return append(l, say(strong(list(a.People, "and")), ", for good.")...)
	}
	l = append(l, say(strong(list(a.People, "and")), " until ", a.To, ", then ")...)
	if a.Next.From.After(a.To) {
		return append(l, say("nobody until ", a.Next.From, ", then ", next, ".")...)
	}
	return append(l, say(next, ".")...)
}
