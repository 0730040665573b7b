package rollbacks

import (
	"context"
	"fmt"
	"slices"
)

// A Gate is a target that can be held, so that nothing new comes through: see package freeze. Each call may be repeated.
type Gate interface {
	// Held says how it stands.
	Held(ctx context.Context) (Hold, error)
	// Hold holds it for a reason, which replaces the one of before.
	Hold(ctx context.Context, reason string) error
	Release(ctx context.Context) error
}

// A Hold is how a gate stands.
type Hold struct {
	On     bool
	Reason string // as whoever holds it gave it
}

// Gates are what of a desk's targets can be held.
type Gates struct{ Desk *Desk }

// Of are the levers of a service that can be held. One that is only tried does not hold anything.
func (g Gates) Of(service string) (all []Lever) {
	makers := g.Desk.o.Makers
	for _, l := range g.Desk.Levers(service) {
		if slices.ContainsFunc(makers, func(m Maker) bool { return m.Kind == l.Kind && m.Gate }) && !l.Dry {
			all = append(all, l)
		}
	}
	return all
}

// Open makes the gate of a lever, with the rights of whoever starts rollbacks for an incident. It calls nobody but who gives credentials.
func (g Gates) Open(ctx context.Context, l Lever, incident string) (Gate, error) {
	t, err := g.Desk.target(ctx, l, sessionOf(incident, "freeze"))
	if err != nil {
		return nil, err
	}
	gate, ok := t.(Gate)
	if !ok {
		return nil, fmt.Errorf("%w: %s cannot be held", ErrNoTarget, l.Name)
	}
	return gate, nil
}
