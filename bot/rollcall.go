package bot

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/oncalm/oncalm/bot/handover"
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

	// startDelay is how long after the start Slack is first asked about people: pages come first.
	startDelay = 30 * time.Second
	// questionPause is the pause between two people, and roundPause that between two rounds. A round asks about those on duty;
	// every fullRound-th round asks about everybody.
	questionPause = time.Second
	roundPause    = time.Hour
	fullRound     = 24
)

// A roll looks who is bound to a duty and not there any more.
type rollCall struct {
	o       Options
	log     *slog.Logger
	out     *slack.Sender
	notices *notice.Notices
	absent  absences
}

// run looks who is bound to a duty and not there any more: at once in the configuration, and then, calmly and never on
// the way of a page, in Slack. It returns when ctx ends.
func (r *rollCall) run(ctx context.Context) {
	for r.checkConfigured(ctx) != nil {
		if !sleep(ctx, questionPause) {
			return
		}
	}
	pause := startDelay
	for round := 0; sleep(ctx, pause); round++ {
		pause = roundPause
		people := slices.Sorted(maps.Keys(r.o.People))
		if round%fullRound > 0 {
			people = r.onDuty(ctx)
		}
		r.checkSlack(ctx, people)
	}
}

// onDuty are the people who are on call now, or acknowledged an open incident.
func (r *rollCall) onDuty(ctx context.Context) []string {
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

// checkConfigured finds people with duties who are no longer in the configuration, and reports them.
func (r *rollCall) checkConfigured(ctx context.Context) error {
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
			lines = append(lines, blocks.Say("⚠️ ", news.Voided(o), ". On call then: ", blocks.Strong(news.Subject(people, "")),
				"."))
		}
		if more := len(roll.Void) - len(lines); more > 0 {
			lines = append(lines, blocks.Say("and ", text.Count(more, "more override", "more overrides")))
		}
		r.notices.Owe(tx, now, store.Key("told", "void", roll.Void[0].ID, now.UTC().Format(time.RFC3339)), "",
			blocks.Message{Body: []blocks.Paragraph{blocks.Para(lines...)}})
		return nil
	})
	if err != nil {
		if ctx.Err() == nil { // stopped, else: the next start looks
			r.log.Error("cannot check who is no longer in the configuration", "err", err)
		}
		return err
	}
	for _, o := range roll.Void {
		r.log.Warn("an override is ignored", "schedule", o.Schedule, "person", o.Person, "until", o.To, "why", o.Void)
	}
	for _, id := range roll.Anew {
		r.log.Warn("somebody who was paged for an incident is no longer in the configuration; the policy starts again",
			"incident", id)
	}
	return nil
}

// checkSlack asks Slack about people, and reports those who cannot be reached when somebody new is among them.
func (r *rollCall) checkSlack(ctx context.Context, people []string) {
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
		if !sleep(ctx, questionPause) {
			return
		}
	}
	if err := r.reportAbsent(ctx, found, before); err != nil {
		if ctx.Err() == nil {
			r.log.Error("could not report who cannot be reached", "err", err)
		}
		return // the next round finds them again
	}
	r.absent.set(found)
	for _, person := range slices.Sorted(maps.Keys(found)) {
		if h := found[person]; before[person] != h {
			r.log.Warn("a person cannot be reached", "person", person, "why", handover.Hindered([]handoffs.Hindrance{h}))
		}
	}
}

// reportAbsent notifies the channel if somebody new cannot be reached, and restarts the policies of incidents that such people acknowledged.
func (r *rollCall) reportAbsent(ctx context.Context, found, before map[string]handoffs.Hindrance) error {
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
				return person + ", who acknowledged, cannot be reached: " + handover.Hindered([]handoffs.Hindrance{h})
			}
			return ""
		})
		return err
	})
}

// hindrance asks Slack whether a person can be reached at all. What it does not tell, stays as it was.
func (r *rollCall) hindrance(ctx context.Context, person string) (h handoffs.Hindrance, told bool) {
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
		lines = append(lines, blocks.Say("⚠️ ", blocks.Strong(p), " cannot be paged: ",
			handover.Hindered([]handoffs.Hindrance{found[p]}), "."))
	}
	if more := len(people) - len(lines); more > 0 {
		lines = append(lines, blocks.Say("and ", more, " more"))
	}
	lines = append(lines, blocks.Say("A page to them moves on to the next person at once. Correct their ids, or remove "+
		"them from the configuration."))
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
			l = append(l, blocks.Say("; ⚠️ ", blocks.Strong(p), " cannot be reached: ",
				handover.Hindered([]handoffs.Hindrance{h}))...)
		}
	}
	return l
}
