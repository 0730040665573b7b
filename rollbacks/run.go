package rollbacks

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/changes"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

const (
	// Longest is how long a rollback may take until nobody knows what becomes of it.
	Longest = 30 * time.Minute
	// sought is how often a start is looked for that may have got through, until it is said that nobody knows: for two minutes,
	// as often as is usual. After that it is looked for as long as somebody may want to know.
	sought   = 24
	soughtOn = 2 * time.Hour
	// fresh is how old a look at the target may be when it is started.
	fresh = 30 * time.Second
	// each is how long it may take to ask the target once.
	each = 20 * time.Second
	// maxText is how much of what a target says is kept.
	maxText = 500
)

// firing are the names of the alarms that fire.
func firing(i *incidents.Incident) []string {
	return slices.Compact(slices.Sorted(maps.Values(i.Firing)))
}

// at reads how a rollback stands, if it is in one of some phases; r is nil if it is not. It is a look beforehand: what is
// recorded later is decided again in its own transaction.
func (d *Desk) at(ctx context.Context, w work, phases ...response.Phase) (i *incidents.Incident, r *response.Rollback,
	asked response.RollbackRequested, err error) {
	err = d.o.Book.Store.View(ctx, func(tx store.Tx) error {
		if i, err = incidents.Head(tx, w.Incident); err != nil {
			return err
		}
		r = i.Response.Rolling(w.N, phases...)
		asked, _ = Asked(tx, i)
		return nil
	})
	return i, r, asked, err
}

// begin starts what was approved, if all that was true when it was approved still is. While the target cannot be asked, it
// waits, until the request has expired.
func (d *Desk) begin(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var w work
	if err := e.Decode(&w); err != nil {
		return nil, err
	}
	i, r, asked, err := d.at(ctx, w, response.Approved)
	if err != nil || r == nil {
		return nil, err
	}
	if !d.o.Clock.Now().Before(r.Until) {
		return d.expired(w, response.Approved), nil
	}
	plan, why, err := d.again(ctx, i, r, asked)
	if err != nil {
		d.o.Log.Warn("a rollback waits for what it rolls back", "incident", i.ID, "target", r.Target, "err", err)
		return nil, &outbox.Later{After: d.o.Every, Err: err}
	}
	if why != "" {
		return d.void(w, why), nil
	}
	return func(tx store.Tx) error {
		now := d.o.Clock.Now()
		head, err := incidents.Head(tx, w.Incident)
		if err != nil || head.Response.Rolling(w.N, response.Approved) == nil {
			return err
		}
		var fact response.Fact = response.RollbackStarted{N: w.N, When: now.UTC(), From: plan.From, To: plan.To}
		if r.Dry {
			fact = response.RollbackFinished{N: w.N, When: now.UTC(), To: plan.To, Dry: true}
		} else {
			outbox.In(tx, now).Once(startEntry(work{Incident: w.Incident, N: w.N, Plan: &plan}, now))
		}
		_, err = d.append(tx, now, w.Incident, incidents.Oncalm(), fact)
		return err
	}, nil
}

// void ends what was approved and is not to be done.
func (d *Desk) void(w work, why string) func(store.Tx) error {
	return d.moving(w, func(*incidents.Incident) response.Fact {
		return response.RollbackVoided{N: w.N, Why: text.Clip(text.Line(why), maxText)}
	}, response.Approved, response.Started)
}

// again makes the plan once more, and says why it must not be carried out, if so: who asked and approved may not any more, the
// incident is over, or the world has moved.
func (d *Desk) again(ctx context.Context, i *incidents.Incident, r *response.Rollback,
	asked response.RollbackRequested) (p Plan, why string, err error) {
	l, known := d.lever(i.Service, r.Target)
	switch why := d.forbidden(r, asked, l); {
	case !known:
		return p, "the configuration does not name " + r.Target + " for " + i.Service + " any more", nil
	case !i.Open():
		return p, "the incident was resolved", nil
	case why != "":
		return p, why, nil
	}
	ctx, cancel := context.WithTimeout(ctx, each)
	defer cancel()
	t, err := d.target(ctx, l, "")
	if err != nil {
		return p, "", err
	}
	p, err = planned(ctx, t)
	if no, ok := errors.AsType[*Impossible](err); ok {
		return p, "it cannot be done any more: " + no.Error(), nil
	}
	if err != nil {
		return p, "", err
	}
	if now := (Draft{Incident: i.ID, Lever: l.Name, Plan: p}); now.Digest() != asked.Digest {
		return p, fmt.Sprintf("what it would do has changed since it was shown: it is %s now and would become %s; ask anew",
			p.From, p.To), nil
	}
	return p, "", nil
}

// forbidden says why those who asked and approved are not enough, by the rights of now.
func (d *Desk) forbidden(r *response.Rollback, asked response.RollbackRequested, l Lever) string {
	if !d.o.May(r.By, MayRequest) {
		return r.By + ", who asked, may not ask for it any more"
	}
	if asked.Alone {
		if !l.BreakGlass || !d.o.May(r.By, MayApprove) {
			return r.By + " may not do without approval any more"
		}
		return ""
	}
	count := 0
	for _, person := range r.Approved {
		if person != r.By && d.o.May(person, MayApprove) {
			count++
		}
	}
	if count < max(r.Needs, l.Approvals) {
		return fmt.Sprintf("it needs %s of people who may approve it now, and has %d",
			text.Count(max(r.Needs, l.Approvals), "approval", "approvals"), count)
	}
	return ""
}

// start asks the target, once, and then looks how far it has come until that is known. begun is whether a call may have got
// through before; then there is no way back to a first one.
func (d *Desk) start(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var w work
	if err := e.Decode(&w); err != nil {
		return nil, err
	}
	i, r, _, err := d.at(ctx, w, response.Started, response.Unknown)
	if err != nil || r == nil {
		return nil, err
	}
	l, known := d.lever(i.Service, r.Target)
	if !known {
		return d.lookAgain(w, r, fmt.Errorf("the configuration does not name %s any more", r.Target)), nil
	}
	begun := w.Ref != "" || !w.Sought.IsZero() || e.PerhapsDone
	if !begun && d.o.Clock.Now().Sub(r.Began) > fresh {
		return d.void(w, "it could not be started in time, and what was looked at before may not be so any more"), nil
	}
	ctx, cancel := context.WithTimeout(ctx, each)
	defer cancel()
	t, err := d.target(ctx, l, sessionOf(i.ID, r.By))
	switch {
	case err != nil && begun:
		return d.lookAgain(w, r, err), nil
	case err != nil:
		return d.failed(w, "nothing was started: "+err.Error()), nil
	case w.Ref != "":
		return d.look(ctx, w, r, t), nil
	case begun && !w.Plan.Keyed:
		return d.seek(ctx, w, r, t), nil
	}
	return d.ask(ctx, w, r, t), nil
}

// ask starts what was planned.
func (d *Desk) ask(ctx context.Context, w work, r *response.Rollback, t Target) func(store.Tx) error {
	ref, err := t.Start(ctx, keyOf(w.Incident, w.N), *w.Plan)
	if no, ok := errors.AsType[*Refused](err); ok {
		return d.failed(w, "nothing was started: "+no.Error())
	}
	if err != nil { // it may have begun
		return d.lookAgain(w, r, err)
	}
	w.Ref = ref
	return d.lookIn(w, d.o.Every)
}

// seek looks for what an attempt may have begun of which nothing is known.
func (d *Desk) seek(ctx context.Context, w work, r *response.Rollback, t Target) func(store.Tx) error {
	ref, found, err := t.Find(ctx, keyOf(w.Incident, w.N), *w.Plan)
	now := d.o.Clock.Now()
	switch {
	case err != nil:
		return d.lookAgain(w, r, err)
	case found:
		w.Ref = ref
		return d.lookIn(w, 0)
	case w.Sought.IsZero():
		w.Sought = now.UTC()
		return d.lookIn(w, d.o.Every)
	case now.Sub(w.Sought) < sought*d.o.Every:
		return d.lookIn(w, d.o.Every)
	case r.Phase == response.Started:
		return d.unknown(w, "it may have been started, and nothing is to be seen of it. It is not started again; look at "+
			r.Target)
	}
	return d.lookLater(w, now.Sub(w.Sought))
}

// look asks how far it has come.
func (d *Desk) look(ctx context.Context, w work, r *response.Rollback, t Target) func(store.Tx) error {
	s, err := t.State(ctx, w.Ref)
	if err != nil {
		return d.lookAgain(w, r, err)
	}
	note := text.Clip(text.Line(s.Note), maxText)
	switch now := d.o.Clock.Now(); {
	case s.Stage == Done:
		return d.finished(w, note)
	case s.Stage == Failed:
		return d.failed(w, note)
	case now.Sub(r.Began) < Longest:
		return d.lookIn(w, d.o.Every)
	case r.Phase == response.Started:
		return d.unknown(w, "it still goes on after 30 minutes. "+note)
	default:
		return d.lookLater(w, now.Sub(r.Began))
	}
}

// lookAgain is what follows if nothing could be found out.
func (d *Desk) lookAgain(w work, r *response.Rollback, err error) func(store.Tx) error {
	if w.Sought.IsZero() {
		w.Sought = d.o.Clock.Now().UTC()
	}
	d.o.Log.Warn("it cannot be found out what became of a rollback", "incident", w.Incident, "err", err)
	switch since := d.o.Clock.Now().Sub(r.Began); {
	case since < Longest:
		return d.lookIn(w, d.o.Every)
	case r.Phase == response.Started:
		return d.unknown(w, "it could not be found out for 30 minutes: "+err.Error())
	default:
		return d.lookLater(w, since)
	}
}

// lookIn has it looked at again after a while. It keeps in mind that the target was asked.
func (d *Desk) lookIn(w work, after time.Duration) func(store.Tx) error {
	return func(tx store.Tx) error {
		now := d.o.Clock.Now()
		outbox.In(tx, now).Soon(startEntry(w, now.Add(after)))
		return nil
	}
}

// lookLater looks once a minute, and gives up when nobody wants to know any more.
func (d *Desk) lookLater(w work, since time.Duration) func(store.Tx) error {
	if since > soughtOn {
		return nil
	}
	return d.lookIn(w, time.Minute)
}

// unknown records that nobody knows, and goes on looking: it may still come to light.
func (d *Desk) unknown(w work, why string) func(store.Tx) error {
	say := d.moving(w, func(*incidents.Incident) response.Fact {
		return response.RollbackUnknown{N: w.N, Why: text.Clip(text.Line(why), maxText)}
	}, response.Started)
	return func(tx store.Tx) error {
		if err := say(tx); err != nil {
			return err
		}
		return d.lookIn(w, time.Minute)(tx)
	}
}

// failed ends a rollback that did not go back.
func (d *Desk) failed(w work, why string) func(store.Tx) error {
	return d.moving(w, func(*incidents.Incident) response.Fact {
		return response.RollbackFailed{N: w.N, Why: text.Clip(text.Line(why), maxText)}
	}, response.Started, response.Unknown)
}

// finished also leaves a marker: what is done to the world is a change like any other.
func (d *Desk) finished(w work, note string) func(store.Tx) error {
	say := d.moving(w, func(*incidents.Incident) response.Fact {
		return response.RollbackFinished{N: w.N, When: d.o.Clock.Now().UTC(), To: w.Plan.To, Note: note}
	}, response.Started, response.Unknown)
	return func(tx store.Tx) error {
		i, err := incidents.Head(tx, w.Incident)
		if err != nil {
			return err
		}
		if r := i.Response.Rolling(w.N, response.Started, response.Unknown); r != nil {
			now := d.o.Clock.Now().UTC()
			mark := changes.Change{At: now, Received: now, Kind: "rollback", Service: i.Service, ID: keyOf(w.Incident, w.N),
				Title: "rolled " + r.Target + " back: " + w.Plan.From + " → " + w.Plan.To}
			if err := changes.Save(tx, mark); err != nil {
				return err
			}
		}
		return say(tx)
	}
}

// sessionOf is how the trail of AWS names who rolls back: it takes letters, digits and few signs, 64 at most.
func sessionOf(incident, person string) string {
	name := []rune("incident-" + incident + "-")
	for _, c := range person {
		if c < 128 && (c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_') {
			name = append(name, c)
		} else {
			name = append(name, '_')
		}
	}
	return string(name[:min(len(name), 64)])
}
