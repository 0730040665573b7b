package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/bot"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/web"
)

const (
	selfLook  = 10 * time.Second // how often it is looked whether there is space again
	selfCalm  = 2 * time.Minute  // how long there must be space before it is believed
	selfAgain = 30 * time.Minute // how often people are told that there still is none
)

// selfPager tells people through Slack that the store is full. Alarms are refused then,
// so nobody would be paged for them, nor for this: an incident would have to be stored.
// It keeps what it knows in memory, and is seldom heard.
type selfPager struct {
	store  store.Store   // as alarms see it
	spare  bool          // there is a reserve for the incidents that are open
	noted  chan struct{} // a write found the store full
	keep   string        // where the store is, for people
	who    func(ctx context.Context, now time.Time) []string
	notify func(ctx context.Context, person string, p bot.SelfPage) error
	log    *slog.Logger
}

// noting is a store that takes note of writes for which there was no space.
type noting struct {
	store.Store
	full chan<- struct{}
}

func (n noting) Update(ctx context.Context, fn func(store.Tx) error) error {
	err := n.Store.Update(ctx, fn)
	if errors.Is(err, store.ErrFull) {
		select {
		case n.full <- struct{}{}:
		default: // it is known already
		}
	}
	return err
}

// run waits for the store to be full, each time, until ctx ends.
func (p *selfPager) run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.noted:
			p.episode(ctx)
		}
	}
}

// episode lasts from a write that found no space until there has been some for a while.
func (p *selfPager) episode(ctx context.Context) {
	var (
		looks        = time.NewTicker(selfLook)
		begun        = time.Now()
		said, filled time.Time       // when it was decided to tell, and was full last
		open         map[string]bool // who is to be told, and was not yet
		told         = map[string]bool{}
	)
	defer looks.Stop()
	for now := begun; ; now = time.Now() {
		err := web.StoreWritable(p.store).Run(ctx, now)
		if errors.Is(err, store.ErrFull) || err != nil && !filled.IsZero() {
			filled = now
		}
		switch {
		case filled.IsZero(): // it was one write too large, or somebody was quick
			return
		case now.Sub(filled) >= selfCalm:
			p.over(ctx, now, told)
			return
		case now.Equal(filled) && (said.IsZero() || now.Sub(said) >= selfAgain):
			said, open = now, p.audience(ctx, now)
			p.log.Error("the store is full: alarms are refused", "store", p.keep, "since", begun.UTC())
		}
		p.tell(ctx, p.fullPage(begun, said), open, told)
		select {
		case <-ctx.Done():
			return
		case <-looks.C:
		}
	}
}

// audience is who is to be told: the channel, as "", and people.
func (p *selfPager) audience(ctx context.Context, now time.Time) map[string]bool {
	all := map[string]bool{"": true}
	for _, person := range p.who(ctx, now) {
		all[person] = true
	}
	return all
}

// tell tells those who are open, and moves them to told. Those whom it could not tell
// stay open, unless they never can be told.
func (p *selfPager) tell(ctx context.Context, page bot.SelfPage, open, told map[string]bool) {
	for _, person := range slices.Sorted(maps.Keys(open)) {
		err := p.notify(ctx, person, page)
		if _, never := errors.AsType[*paging.Undeliverable](err); err != nil && !never {
			continue // Slack's trouble is logged by the bot
		}
		delete(open, person)
		if err == nil {
			told[person] = true
		}
	}
}

// over tells those who know of the full store that it is not any more. Trying once will
// do: who does not hear it will look.
func (p *selfPager) over(ctx context.Context, now time.Time, told map[string]bool) {
	select {
	case <-p.noted: // it was about what is over
	default:
	}
	p.log.Info("the store takes alarms again", "store", p.keep)
	p.tell(ctx, bot.SelfPage{
		Key: "space/" + now.UTC().Format(time.RFC3339), Since: now,
		Title: "🟢 Oncalm can store alarms again",
		Text: "There is space for " + p.keep + ". SNS sends what was refused again, as long as the retries of the subscription last; " +
			"look in AWS for alarms that have no incident here.",
	}, told, map[string]bool{})
}

func (p *selfPager) fullPage(begun, said time.Time) bot.SelfPage {
	text := fmt.Sprintf("There is no space left for %s, since %s at least. Alarms are refused, and nobody is paged for them; SNS keeps them for as long as the retries of the subscription last. ",
		p.keep, begun.UTC().Format("15:04 MST"))
	if p.spare {
		text += "Incidents that are open go on in a reserve: pages, steps and acknowledgements. "
	}
	return bot.SelfPage{
		Key: "full/" + said.UTC().Format(time.RFC3339), Since: said,
		Title: "🔴 Oncalm cannot store alarms: no space left", Text: text + "Make space now; nothing else is needed.",
	}
}

// keepers is who is told when Oncalm itself is in trouble: the fallback of the default
// service, and whom the first step of each service would page now, since nothing else will.
func (a *app) keepers(ctx context.Context, now time.Time) []string {
	targets := slices.Clone(a.cfg.PolicyOf(a.cfg.Services.Default).Fallback)
	for _, service := range a.cfg.Services.All {
		if policy := a.cfg.PolicyOf(service.Name); len(policy.Steps) > 0 {
			targets = append(targets, policy.Steps[0].Page...)
		}
	}
	var people []string
	err := a.store.View(ctx, func(tx store.Tx) error {
		people = nil
		for _, target := range targets {
			if person, ok := target.Person(); ok {
				people = append(people, person)
			} else if schedule, ok := target.Schedule(); ok {
				people = append(people, a.overrides.OnCall(tx, schedule, now)...)
			}
		}
		return nil
	})
	if err != nil {
		a.log.Error("nobody is known to tell", "err", err)
	}
	return people
}
