package watch

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms/reconcile"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

const (
	// noticed is how long the program must have been away for people to be told: a restart is shorter.
	noticed = 3 * time.Minute
	// settled is how long after the start it is told what came late: SNS sends again what it could not deliver, and CloudWatch is asked.
	settled = 2 * time.Minute
)

// Away is what tells a channel that the program was away.
type Away struct {
	Channel string
	// Reconciles says that CloudWatch is asked for what was lost.
	Reconciles bool
	// Owe enqueues what a channel is told. A key is used once.
	Owe func(tx store.Tx, now time.Time, key, channel string, m blocks.Message)
}

// absence is the body of an entry.
type absence struct {
	From time.Time `json:"from"` // when the program was last known to live
	To   time.Time `json:"to"`   // when it was started
}

// Begin is for the start of the program, before the first pulse, and not for a reload: it looks how long the program was away. Of an
// absence the channel is told once, however often the program is started before its first pulse.
func (w *Watch) Begin(ctx context.Context) error {
	if !w.On {
		return nil
	}
	var p pulse
	err := w.Store.View(ctx, func(tx store.Tx) error { p = readPulse(tx); return nil })
	if err != nil || p.Alive.Wall.IsZero() || w.Started.Since(p.Alive) < noticed {
		return err
	}
	from, to := p.Alive.Wall.UTC(), p.Alive.Wall.UTC().Add(w.Started.Since(p.Alive))
	return w.Store.Update(ctx, func(tx store.Tx) error {
		now := w.Clock.Now()
		outbox.In(tx, now).Once(outbox.Entry{Key: "watch/away/" + from.Format(time.RFC3339), Kind: KindAway, Lane: outbox.Errands,
			Due: now.Add(settled), Body: outbox.Body(absence{from, to})})
		return nil
	})
}

// tellAway enqueues what the channel is told of an absence.
func (w *Watch) tellAway(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var gone absence
	if err := e.Decode(&gone); err != nil || !w.On {
		return nil, err
	}
	now := w.Clock.Now()
	var late, found part
	err := fates.Between(ctx, w.Store, gone.To, now, func(f fates.Fate) error {
		switch sent, ok := f.Sent(); {
		case strings.HasPrefix(f.MessageID(), reconcile.IDPrefix):
			found.add(&f)
		case ok && sent.Before(gone.To):
			late.add(&f)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	said := gone.say(late, found, w.Away.Reconciles)
	return func(tx store.Tx) error {
		w.Away.Owe(tx, now, e.Key+"/told", w.Away.Channel,
			blocks.Message{Notice: said, Body: []blocks.Paragraph{blocks.Para(blocks.Say(said))}})
		return nil
	}, nil
}

// part is some messages, and the incidents that they concern.
type part struct {
	messages  int
	incidents []string
}

func (p *part) add(f *fates.Fate) {
	p.messages++
	for _, of := range f.Parts {
		if of.Incident != "" && !slices.Contains(p.incidents, of.Incident) {
			p.incidents = append(p.incidents, of.Incident)
		}
	}
}

// say names the first incidents of many.
func (p *part) say() string {
	const most = 10
	var names []string
	for _, id := range p.incidents[:min(len(p.incidents), most)] {
		names = append(names, "#"+id)
	}
	if more := len(p.incidents) - most; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	if len(names) == 0 {
		return ""
	}
	return " (" + text.List(names, "and") + ")"
}

// say is the line for the channel.
func (a absence) say(late, found part, reconciles bool) string {
	const form = "2006-01-02 15:04"
	to := a.To.Format("15:04 MST")
	if a.To.YearDay() != a.From.YearDay() {
		to = a.To.Format(form + " MST")
	}
	said := fmt.Sprintf("Oncalm was away for %s, from %s to %s: nobody was paged meanwhile.", spell(a.To.Sub(a.From)),
		a.From.Format(form), to)
	if late.messages == 0 {
		said += " No message came late."
	} else {
		said += " " + text.Count(late.messages, "message", "messages") + " came late" + late.say() + "."
	}
	switch {
	case !reconciles:
		said += " CloudWatch is not asked for what never came."
	case found.messages == 0:
		said += " Nothing was found by reconciliation."
	default:
		said += fmt.Sprintf(" %d found by reconciliation", found.messages) + found.say() + "."
	}
	return said
}

// spell is a length of time in the units that matter.
func spell(d time.Duration) string {
	const day = 24 * time.Hour
	switch d = d.Round(time.Minute); {
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 2*day:
		return fmt.Sprintf("%d h %d min", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%d days", int(d/day))
}
