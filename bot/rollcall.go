package bot

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oncalm/oncalm/bot/notice"
	"github.com/oncalm/oncalm/bot/shifts/news"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/overrides"

	"github.com/oncalm/oncalm/bot/slack/blocks"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
)

const (
	// most is how many are named in one message.
	most = 20

	// calm is how long after the start Slack is asked about people: pages that are owed come first.
	calm = 30 * time.Second
	// between is the pause between questions about people, and lookAfter that between rounds of them: about those who hold a
	// duty, and in each of so many rounds about everybody.
	between   = time.Second
	lookAfter = time.Hour
	everybody = 24
)

// A roll looks who is bound to a duty and not there any more.
type roll struct {
	o       Options
	log     *slog.Logger
	out     *slack.Sender
	notices *notice.Notices
	absent  absences
}

// run looks who is bound to a duty and not there any more: at once in the configuration, and then, calmly and never on
// the way of a page, in Slack. It returns when ctx ends.
func (r *roll) run(ctx context.Context) {
	for r.callConfigured(ctx) != nil {
		if !sleep(ctx, between) {
			return
		}
	}
	pause := calm
	for round := 0; sleep(ctx, pause); round++ {
		pause = lookAfter
		people := slices.Sorted(maps.Keys(r.o.People))
		if round%everybody > 0 {
			people = r.holders(ctx)
		}
		r.callSlack(ctx, people)
	}
}

// holders are those on whom somebody counts just now: who is on call, or acknowledged an incident that is open.
func (r *roll) holders(ctx context.Context) []string {
	const most = 1000
	now := r.o.Clock.Now()
	hold := map[string]bool{}
	err := r.o.Book.Store.View(ctx, func(tx store.Tx) error {
		for schedule := range r.o.Overrides.Schedules {
			for _, person := range r.o.Overrides.OnCall(tx, schedule, now) {
				hold[person] = true
			}
		}
		for _, id := range incidents.OpenIDs(tx, most) {
			i, err := incidents.Head(tx, id)
			if err != nil {
				continue // fsck names what cannot be read; the others are not to wait for it
			}
			if person, ok := paging.Acknowledger(i); ok {
				hold[person] = true
			}
		}
		return nil
	})
	if err != nil && ctx.Err() == nil {
		r.log.Warn("cannot check who is on duty; trying again in an hour", "err", err)
	}
	return slices.Sorted(maps.Keys(hold))
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
func (r *roll) callConfigured(ctx context.Context) error {
	now := r.o.Clock.Now()
	var roll paging.Roll
	err := r.o.Book.Store.Update(ctx, func(tx store.Tx) (err error) {
		if roll, err = r.o.Pager.RollCall(tx, now); err != nil || len(roll.Void) == 0 {
			return err
		}
		var lines []blocks.Line
		for _, o := range roll.Void[:min(len(roll.Void), most)] {
			left := overrides.Override{Override: o}
			people := r.o.Overrides.During(tx, o.Schedule, left.Left(now), o.To)
			lines = append(lines, blocks.Say("⚠️ ", news.Voided(o), ". On call then: ", blocks.Strong(news.Subject(people, "")), "."))
		}
		if more := len(roll.Void) - len(lines); more > 0 {
			lines = append(lines, blocks.Say("and ", text.Count(more, "more override", "more overrides")))
		}
		r.notices.Owe(tx, now, store.Key("told", "void", roll.Void[0].ID, now.UTC().Format(time.RFC3339)), "", blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}})
		return nil
	})
	if err != nil {
		if ctx.Err() == nil { // stopped, else: the next start looks
			r.log.Error("cannot check who is no longer in the configuration", "err", err)
		}
		return err
	}
	for _, o := range roll.Void {
		r.log.Warn("an override does not count", "schedule", o.Schedule, "person", o.Person, "until", o.To, "why", o.Void)
	}
	for _, id := range roll.Anew {
		r.log.Warn("somebody who was paged for an incident is no longer in the configuration; the policy starts again", "incident", id)
	}
	return nil
}

// callSlack asks Slack about people, and says who cannot be reached, if somebody is found who was not before.
func (r *roll) callSlack(ctx context.Context, people []string) {
	found, before := r.absent.all(), r.absent.all()
	for _, person := range people {
		if r.o.People[person].Slack == "" {
			continue // the configuration's check says so, or they are not in it any more
		}
		switch h, told := r.hindrance(ctx, person); {
		case told && h != "":
			found[person] = h
		case told:
			delete(found, person)
		}
		if !sleep(ctx, between) {
			return
		}
	}
	if err := r.sayAbsent(ctx, found, before); err != nil {
		if ctx.Err() == nil {
			r.log.Error("could not report who cannot be reached", "err", err)
		}
		return // the next round finds them anew
	}
	r.absent.set(found)
	for _, person := range slices.Sorted(maps.Keys(found)) {
		if h := found[person]; before[person] != h {
			r.log.Warn("a person cannot be reached", "person", person, "why", hindered([]handoffs.Hindrance{h}))
		}
	}
}

// sayAbsent tells the channel who was found that was not before, and begins anew what those took care of who cannot be reached.
func (r *roll) sayAbsent(ctx context.Context, found, before map[string]handoffs.Hindrance) error {
	if len(found) == 0 {
		return nil
	}
	now := r.o.Clock.Now()
	return r.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		people := slices.Sorted(maps.Keys(found))
		if slices.ContainsFunc(people, func(p string) bool { return before[p] == "" }) {
			r.notices.Owe(tx, now, store.Key("told", "absent", strings.Join(people, " ")), "", absentMessage(people, found))
		}
		_, err := r.o.Pager.Anew(tx, now, func(i *incidents.Incident) string {
			person, _ := paging.Acknowledger(i)
			if h, ok := found[person]; ok && h != handoffs.NotAPerson {
				return person + ", who acknowledged, cannot be reached: " + hindered([]handoffs.Hindrance{h})
			}
			return ""
		})
		return err
	})
}

// hindrance asks Slack whether a person can be reached at all. What it does not tell, stays as it was.
func (r *roll) hindrance(ctx context.Context, person string) (h handoffs.Hindrance, told bool) {
	u, err := r.out.UserInfo(ctx, r.o.People[person].Slack)
	switch code := slack.CodeOf(err); {
	case code == "user_not_found":
		return handoffs.UnknownUser, true
	case err != nil:
		return "", false
	case u.Deleted:
		return handoffs.Deactivated, true
	case u.Bot:
		return handoffs.NotAPerson, true
	}
	return "", true
}

func absentMessage(people []string, found map[string]handoffs.Hindrance) blocks.Message {
	var lines []blocks.Line
	for _, p := range people[:min(len(people), most)] {
		lines = append(lines, blocks.Say("⚠️ ", blocks.Strong(p), " cannot be paged: ", hindered([]handoffs.Hindrance{found[p]}), "."))
	}
	if more := len(people) - len(lines); more > 0 {
		lines = append(lines, blocks.Say("and ", more, " more"))
	}
	lines = append(lines, blocks.Say("A page to them moves on to the next person at once. Correct their ids, or remove them from the configuration."))
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}}
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

// all are those whom Slack was found not to reach. The caller may change it.
func (a *absences) all() map[string]handoffs.Hindrance {
	a.mu.Lock()
	defer a.mu.Unlock()
	found := map[string]handoffs.Hindrance{}
	maps.Copy(found, a.found)
	return found
}

// of says why people cannot be reached, if any of them cannot: behind their names.
func (a *absences) of(people []string) blocks.Line {
	a.mu.Lock()
	defer a.mu.Unlock()
	var l blocks.Line
	for _, p := range people {
		if h, ok := a.found[p]; ok {
			l = append(l, blocks.Say("; ⚠️ ", blocks.Strong(p), " cannot be reached: ", hindered([]handoffs.Hindrance{h}))...)
		}
	}
	return l
}
