package bot

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

const (
	// calm is how long after the start Slack is asked about people: pages that are owed come first.
	calm = 30 * time.Second
	// between is the pause between questions about people, and lookAfter that between rounds of them.
	between   = time.Second
	lookAfter = 24 * time.Hour
)

// rollCall looks who is bound to a duty and not there any more: at once in the configuration, and then, calmly and never on
// the way of a page, in Slack. It returns when ctx ends.
func (b *Bot) rollCall(ctx context.Context) {
	for b.callConfigured(ctx) != nil {
		if !sleep(ctx, between) {
			return
		}
	}
	for pause := calm; sleep(ctx, pause); pause = lookAfter {
		b.callSlack(ctx)
	}
}

// sleep reports whether d has passed before ctx ended.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// callConfigured finds those who are not in the configuration any more, and says so.
func (b *Bot) callConfigured(ctx context.Context) error {
	now := b.o.Clock.Now()
	var roll paging.Roll
	err := b.o.Book.Store.Update(ctx, func(tx store.Tx) (err error) {
		if roll, err = b.o.Pager.RollCall(tx, now); err != nil || len(roll.Void) == 0 {
			return err
		}
		var lines []line
		for _, o := range roll.Void[:min(len(roll.Void), maxListed)] {
			lines = append(lines, say("⚠️ ", voided(o), ". On call then: ",
				strong(subject(b.peopleIn(tx, o.Schedule, laterOf(o.From, now), o.To, nil), "")), "."))
		}
		if more := len(roll.Void) - len(lines); more > 0 {
			lines = append(lines, say("and ", text.Count(more, "more override", "more overrides")))
		}
		b.oweTold(tx, now, store.Key("told", "void", roll.Void[0].ID, now.UTC().Format(time.RFC3339)), "", message{body: []paragraph{para(lines...)}})
		return nil
	})
	if err != nil {
		b.log.Error("it cannot be looked who is not in the configuration any more", "err", err)
		return err
	}
	for _, o := range roll.Void {
		b.log.Warn("an override does not count", "schedule", o.Schedule, "person", o.Person, "until", o.To, "why", o.Void)
	}
	for _, id := range roll.Anew {
		b.log.Warn("somebody who was paged for an incident is not in the configuration any more; the policy begins anew", "incident", id)
	}
	return nil
}

// voided says of an override that it does not count, and why.
func voided(o rotations.Override) line {
	return say(strong(o.Schedule), ": an override for ", strong(o.Person), " from ", o.From, " until ", o.To, " does not count: ", o.Void)
}

// callSlack asks Slack about everybody in the configuration, and says who cannot be reached.
func (b *Bot) callSlack(ctx context.Context) {
	found := map[string]handoffs.Hindrance{}
	for _, person := range slices.Sorted(maps.Keys(b.o.People)) {
		if b.o.People[person].Slack == "" {
			continue // the configuration's check says so
		}
		if h, ok := b.hindrance(ctx, person); ok {
			found[person] = h
		}
		if !sleep(ctx, between) {
			return
		}
	}
	b.absent.set(found)
	if len(found) == 0 {
		return
	}
	now := b.o.Clock.Now()
	err := b.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		people := slices.Sorted(maps.Keys(found))
		b.oweTold(tx, now, store.Key("told", "absent", strings.Join(people, " ")), "", absentMessage(people, found))
		_, err := b.o.Pager.Anew(tx, now, func(i *incidents.Incident) string {
			person, _ := paging.Acknowledger(i)
			if h, ok := found[person]; ok && h != handoffs.NotAPerson {
				return person + ", who acknowledged, cannot be reached: " + hindered([]handoffs.Hindrance{h})
			}
			return ""
		})
		return err
	})
	if err != nil && ctx.Err() == nil {
		b.log.Error("it cannot be told who cannot be reached", "err", err)
	}
	for person, h := range found {
		b.log.Warn("a person cannot be reached", "person", person, "why", hindered([]handoffs.Hindrance{h}))
	}
}

// hindrance asks Slack whether a person can be reached at all. What it does not tell, is not so.
func (b *Bot) hindrance(ctx context.Context, person string) (handoffs.Hindrance, bool) {
	u, err := b.client.userInfo(ctx, b.o.People[person].Slack)
	switch code := codeOf(err); {
	case code == "user_not_found":
		return handoffs.UnknownUser, true
	case err != nil:
		return "", false
	case u.Deleted:
		return handoffs.Deactivated, true
	case u.IsBot:
		return handoffs.NotAPerson, true
	}
	return "", false
}

func absentMessage(people []string, found map[string]handoffs.Hindrance) message {
	var lines []line
	for _, p := range people[:min(len(people), maxListed)] {
		lines = append(lines, say("⚠️ ", strong(p), " cannot be paged: ", hindered([]handoffs.Hindrance{found[p]}), "."))
	}
	if more := len(people) - len(lines); more > 0 {
		lines = append(lines, say("and ", more, " more"))
	}
	lines = append(lines, say("A page to them goes on to the next at once. Correct their ids, or take them out of the configuration."))
	return message{body: []paragraph{para(lines...)}}
}

// absences remembers whom Slack was found not to reach. The zero value is ready.
type absences struct {
	mu    sync.Mutex
	found map[string]handoffs.Hindrance
}

func (a *absences) set(found map[string]handoffs.Hindrance) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.found = found
}

// of says why people cannot be reached, if any of them cannot: behind their names.
func (a *absences) of(people []string) line {
	a.mu.Lock()
	defer a.mu.Unlock()
	var l line
	for _, p := range people {
		if h, ok := a.found[p]; ok {
			l = append(l, say("; ⚠️ ", strong(p), " cannot be reached: ", hindered([]handoffs.Hindrance{h}))...)
		}
	}
	return l
}
