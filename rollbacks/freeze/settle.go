package freeze

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rollbacks"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

const (
	// each is how long it may take to ask once, and batch how many incidents are told at once.
	each  = 20 * time.Second
	batch = 50
	// soon and later are the pauses while a gate cannot be brought in line, and lost is when nobody tries any more.
	soon  = 30 * time.Second
	later = 5 * time.Minute
	lost  = 24 * time.Hour
	// maxReason is how long a reason may be, in characters, and maxText how much of an error is kept.
	maxReason = 250
	maxText   = 300
)

// A claim is an incident at a gate, as it is now.
type claim struct {
	want
	title string
	wants bool
}

// holds reports whether a gate was held for this incident.
func (c claim) holds(was rollbacks.Hold) bool { return was.On && strings.Contains(was.Reason, c.Mark) }

// settle brings a gate in line with the incidents that want it held.
func (d *Desk) settle(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b settling
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	g, claims, err := d.claims(ctx, b.Gate)
	if err != nil || len(claims) == 0 {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, each)
	defer cancel()
	door, err := d.o.Gate(ctx, g.lever(), claims[0].Incident)
	if err != nil {
		return d.again(b.Gate, g, claims, err), nil
	}
	was, err := door.Held(ctx)
	if err != nil {
		return d.again(b.Gate, g, claims, err), nil
	}
	if err := act(ctx, door, was, claims); err != nil {
		return d.again(b.Gate, g, claims, err), nil
	}
	return d.tell(b.Gate, was, claims), nil
}

// claims reads a gate, and the incidents at it.
func (d *Desk) claims(ctx context.Context, key string) (g gate, all []claim, err error) {
	err = d.o.Book.Store.View(ctx, func(tx store.Tx) error {
		var known bool
		if g, known = readGate(tx, key); !known {
			all = nil
			return nil
		}
		all, err = claimsIn(tx, key)
		return err
	})
	return g, all, err
}

func claimsIn(tx store.Tx, key string) (all []claim, err error) {
	for _, w := range wants(tx, key) {
		i, err := incidents.Head(tx, w.Incident)
		if err != nil && !errors.Is(err, incidents.ErrNotFound) {
			return nil, err
		}
		c := claim{want: w}
		if err == nil {
			c.title, c.wants = i.Title, wanted(i)
		}
		all = append(all, c)
	}
	return all, nil
}

// ours reports whether a gate is held by us: its reason has a mark that we noted before.
func ours(was rollbacks.Hold, claims []claim) bool {
	return slices.ContainsFunc(claims, func(c claim) bool { return c.holds(was) })
}

// act asks for the one thing that is missing: the gate is held if an incident wants it that was not told so before, or for the reason of
// another one if that for which it was held has ended; and it is let go if no incident wants it, and it is ours.
func act(ctx context.Context, door rollbacks.Gate, was rollbacks.Hold, claims []claim) error {
	n := slices.IndexFunc(claims, func(c claim) bool { return c.wants })
	switch {
	case n < 0 && ours(was, claims):
		return door.Release(ctx)
	case n < 0:
		return nil
	case was.On && !ours(was, claims):
		return nil
	case was.On && slices.ContainsFunc(claims, func(c claim) bool { return c.wants && c.holds(was) }):
		return nil // for an incident that still wants it
	case !was.On && !slices.ContainsFunc(claims, func(c claim) bool { return c.wants && c.Told == "" }):
		return nil // somebody has let it go since
	}
	return door.Hold(ctx, reason(claims[n]))
}

// reason is what people read in the pipeline. CodePipeline takes few signs for it.
func reason(c claim) string {
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	said := strings.Map(func(r rune) rune {
		if strings.ContainsRune(letters+"0123456789!@ .*?-", r) {
			return r
		}
		return '-'
	}, text.Line(c.title))
	mark := " - Oncalm thaws it when the incident ends - " + c.Mark
	return "Frozen by Oncalm for incident " + c.Incident + " (" + said[:min(len(said), maxReason-len(mark)-60)] + ")" + mark
}

// tell records what became of a gate: incidents are told, and those that want it no more are forgotten. The gate stood as was before, and
// is as claims want it now.
func (d *Desk) tell(key string, was rollbacks.Hold, claims []claim) func(store.Tx) error {
	by := ""
	if n := slices.IndexFunc(claims, func(c claim) bool { return c.wants }); n >= 0 {
		by = claims[n].Incident
	}
	return func(tx store.Tx) error {
		now := d.o.Clock.Now()
		if g, known := readGate(tx, key); known && !g.Trouble.IsZero() {
			g.Trouble = time.Time{}
			if err := put(tx, gatePrefix+key, g); err != nil {
				return err
			}
		}
		count := 0
		for _, c := range claims {
			if c.wants && c.Told != "" {
				continue
			}
			if count++; count > batch {
				outbox.In(tx, now).Soon(settleEntry(key, now))
				return nil
			}
			if err := d.record(tx, now, key, c, factOf(c, was, claims, by)); err != nil {
				return err
			}
		}
		if len(wants(tx, key)) == 0 {
			tx.Delete(gatePrefix + key)
		}
		return nil
	}
}

// factOf is what an incident is told of a gate; nil if there is nothing new. by is the incident for which it is held now.
func factOf(c claim, was rollbacks.Hold, claims []claim, by string) response.Fact {
	foreign := was.On && !ours(was, claims)
	switch {
	case c.wants && foreign:
		return response.Frozen{Target: c.Name, Others: text.Clip(text.Line(was.Reason), maxText)}
	case c.wants:
		return response.Frozen{Target: c.Name}
	case c.Told != frozen && !c.holds(was): // nor was it frozen by a program that was killed before it could say so
		return nil
	case foreign:
		return response.Thawed{Target: c.Name, Others: text.Clip(text.Line(was.Reason), maxText)}
	case !was.On:
		return response.Thawed{Target: c.Name, Before: true}
	case by != "":
		return response.Thawed{Target: c.Name, For: by}
	}
	return response.Thawed{Target: c.Name}
}

// record writes what an incident was told. The want is written first: who hears of the event looks at it.
func (d *Desk) record(tx store.Tx, now time.Time, key string, c claim, f response.Fact) error {
	at := wantKey(key, c.Incident)
	if !c.wants {
		tx.Delete(at)
	} else {
		c.Told = frozen
		if fact, ok := f.(response.Frozen); ok && fact.Others != "" {
			c.Told = others
		}
		if err := put(tx, at, c.want); err != nil {
			return err
		}
	}
	if f == nil {
		return nil
	}
	_, err := d.o.Book.Append(tx, now, c.Incident, incidents.Event{By: incidents.Oncalm(),
		Body: incidents.Responded{Fact: f}})
	if errors.Is(err, incidents.ErrNotFound) {
		return nil
	}
	return err
}

// again tries later, and says once on the timelines that it could not be done. What was asked for may have come through: the next
// attempt looks.
func (d *Desk) again(key string, g gate, claims []claim, err error) func(store.Tx) error {
	d.o.Log.Warn("a pipeline cannot be frozen or thawed", "target", g.Name, "err", err)
	return func(tx store.Tx) error {
		now := d.o.Clock.Now()
		g, known := readGate(tx, key)
		if !known {
			return nil
		}
		since := now.Sub(g.Trouble)
		if g.Trouble.IsZero() {
			since, g.Trouble = 0, now.UTC()
			if err := put(tx, gatePrefix+key, g); err != nil {
				return err
			}
			if err := d.complain(tx, now, claims, err); err != nil {
				return err
			}
		}
		pause := soon
		if since > 10*time.Minute {
			pause = later
		}
		if since < lost {
			outbox.In(tx, now).Soon(settleEntry(key, now.Add(pause)))
		}
		return nil
	}
}

// complain says on the timelines of incidents that wait for it that it could not be done.
func (d *Desk) complain(tx store.Tx, now time.Time, claims []claim, why error) error {
	said := text.Clip(text.Line(rollbacks.Told(why).Error()), maxText)
	for n, c := range claims {
		if n == batch {
			return nil
		}
		if c.wants && c.Told != "" || !c.wants && c.Told != frozen {
			continue
		}
		_, err := d.o.Book.Append(tx, now, c.Incident, incidents.Event{By: incidents.Oncalm(),
			Body: incidents.Responded{Fact: response.FreezeFailed{Target: c.Name, Why: said, Thaw: !c.wants}}})
		if err != nil && !errors.Is(err, incidents.ErrNotFound) {
			return err
		}
	}
	return nil
}
