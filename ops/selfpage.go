package ops

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
)

const (
	selfLook  = 10 * time.Second // how often it is looked whether there is space again
	selfCalm  = 2 * time.Minute  // how long there must be space before it is believed
	selfAgain = 30 * time.Minute // how often people are told that there still is none
)

// A SelfPager tells people that Oncalm itself is in trouble: its store is full or lost, or the clock is wrong. Alarms are refused then,
// so nobody would be paged for them, nor for this: an incident would have to be stored.
// It keeps what it knows in memory, and is seldom heard.
type SelfPager struct {
	Store   store.Store   // as alarms see it
	Reserve Reserve       // for the incidents that are open; nil: none
	Noted   chan struct{} // a write found the store full; see [Noting]
	Keep    string        // where the store is, for people
	Who     func(ctx context.Context, now time.Time) []string
	Notify  func(ctx context.Context, person string, p bot.SelfPage) error
	Log     *slog.Logger
}

// Noting is a store that takes note in full of writes for which there was no space; full has room for one.
func Noting(s store.Store, full chan<- struct{}) store.Store { return noting{s, full} }

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

// Run waits for the store to be full, each time, until ctx ends.
func (p *SelfPager) Run(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-p.Noted:
			p.episode(ctx)
		}
	}
}

// episode lasts from a write that found no space until there has been some for a while.
func (p *SelfPager) episode(ctx context.Context) {
	var (
		looks        = time.NewTicker(selfLook)
		begun        = time.Now()
		said, filled time.Time       // when it was decided to tell, and was full last
		open         map[string]bool // who is to be told, and was not yet
		told         = map[string]bool{}
	)
	defer looks.Stop()
	for now := begun; ; now = time.Now() {
		err := StoreWritable(p.Store).Run(ctx, now)
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
			p.Log.Error("the store is full: alarms are refused", "store", p.Keep, "since", begun.UTC())
		}
		p.notify(ctx, p.fullPage(begun, said), open, told)
		select {
		case <-ctx.Done():
			return
		case <-looks.C:
		}
	}
}

// audience is who is to be told: the channel, as "", and people.
func (p *SelfPager) audience(ctx context.Context, now time.Time) map[string]bool {
	all := map[string]bool{"": true}
	for _, person := range p.Who(ctx, now) {
		all[person] = true
	}
	return all
}

// notify tells those who are open, and moves them to told. Those whom it could not tell
// stay open, unless they never can be told.
func (p *SelfPager) notify(ctx context.Context, page bot.SelfPage, open, told map[string]bool) {
	for _, person := range slices.Sorted(maps.Keys(open)) {
		err := p.Notify(ctx, person, page)
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
func (p *SelfPager) over(ctx context.Context, now time.Time, told map[string]bool) {
	select {
	case <-p.Noted: // it was about what is over
	default:
	}
	p.Log.Info("the store accepts alarms again", "store", p.Keep)
	p.notify(ctx, bot.SelfPage{
		Key: "space/" + now.UTC().Format(time.RFC3339), Since: now,
		Title: "🟢 Oncalm can store alarms again",
		Text: "There is space for " + p.Keep +
			". SNS sends what was refused again, for as long as the subscription's retry policy lasts; " +
			"check AWS for alarms that have no incident here.",
	}, told, map[string]bool{})
}

// fullPage is what people are told of a full store. The key has the time at which they are told, so that it is one message
// for each time.
func (p *SelfPager) fullPage(begun, said time.Time) bot.SelfPage {
	text := fmt.Sprintf("There has been no space left for %s since at least %s. Alarms are refused, and nobody is "+
		"paged for them; SNS keeps them for as long as the subscription's retry policy lasts. ",
		p.Keep, begun.UTC().Format("15:04 MST"))
	switch {
	case p.Reserve == nil:
	case p.Reserve.Reserved():
		text += "Open incidents keep working from a reserve: pages, steps and acknowledgements. "
	default:
		text += "Open incidents may be stuck, too: there is no reserve, or no room left in it. "
	}
	return bot.SelfPage{
		Key: "full/" + said.UTC().Format(time.RFC3339), Since: said,
		Title: "🔴 Oncalm cannot store alarms: no space left",
		Text:  text + "Free some disk space now; nothing else is needed.",
	}
}

// End tells people that the server ends, since its store has failed. kept is where what the store held is, if it is not in its place any more.
func (p *SelfPager) End(ctx context.Context, cause error, kept string) {
	now := time.Now()
	p.notify(ctx, endPage(now, cause, kept), p.audience(ctx, now), map[string]bool{})
}

// endPage says what to do, which depends on what is left: a copy, nothing, or the file itself.
func endPage(now time.Time, cause error, kept string) bot.SelfPage {
	text := "Oncalm is stopping now: " + cause.Error() +
		". Nobody is paged until it is started again; SNS keeps alarms for as long as the subscription's retry policy lasts. "
	switch {
	case kept != "":
		text += "The contents of the store are saved in " + kept +
			". Stop Oncalm, restore them with: oncalm restore -force " + kept +
			", and start it again. Without that it does not start, or starts only with what is in their place now."
	case errors.Is(cause, store.ErrGone):
		text += "Stop Oncalm, and put the file back, or restore a backup with: oncalm restore -force BACKUP."
	default:
		text += "Check the disk, and start it again."
	}
	return bot.SelfPage{
		Key: "end/" + now.UTC().Format(time.RFC3339), Since: now,
		Title: "🔴 Oncalm has lost its store", Text: text,
	}
}
