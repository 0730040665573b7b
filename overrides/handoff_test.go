package overrides_test

import (
	"slices"
	"testing"
	"time"

	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
)

// border is when ana's week ends and bo's begins.
var border = time.Date(2000, 1, 10, 9, 0, 0, 0, time.UTC)

func (p *play) hold(in, out string) func() (overrides.Change, error) {
	return func() (overrides.Change, error) {
		return p.book.Hold(p.tx, p.now,
			overrides.Handoff{Schedule: "shop", Border: border, Until: border.Add(time.Hour), In: in, Out: out})
	}
}

func (p *play) accept(by string) func() (overrides.Change, error) {
	return func() (overrides.Change, error) { return p.book.Accept(p.tx, p.now, by, "shop", border) }
}

// TestAcceptedHandoff holds that the next person is on call from when they accept, and that nobody else can for them.
func TestAcceptedHandoff(t *testing.T) {
	playing(t, func(p *play) {
		s := p.book.Schedules["shop"]
		s.Layers[0].People = [][]string{{"ana"}, {"bo", "cy"}} // two come at once
		p.now = border
		p.fails(overrides.ErrTooLate, p.accept("bo"))
		p.does(overrides.Held, p.hold("bo", "ana"))
		p.does(overrides.Held, p.hold("cy", "ana"))
		p.fails(overrides.ErrMade, p.hold("bo", "ana"))
		after := func() []string { return p.book.OnCall(p.tx, "shop", p.now.Add(time.Second)) }
		if got := after(); !slices.Equal(got, []string{"ana"}) {
			t.Errorf("on call: %v", got)
		}
		p.fails(overrides.ErrNotYours, p.accept("ana"))
		p.fails(overrides.ErrNoChange, p.undo("bo")) // accepting is the only way
		c := p.does(overrides.Relieved, p.accept("bo"))
		if len(c.Overrides) != 1 || c.Overrides[0].For != "bo" || c.Overrides[0].CancelledBy != "bo" || c.By != "bo" {
			t.Errorf("%+v", c)
		}
		if got := after(); !slices.Contains(got, "bo") || !slices.Contains(got, "ana") {
			t.Errorf("on call: %v", got)
		}
		p.fails(overrides.ErrAccepted, p.accept("bo"))
		p.does(overrides.Relieved, p.accept("cy"))
		p.fails(overrides.ErrTooLate, p.accept("bo")) // nobody is waited for
		if got := after(); !slices.Equal(got, []string{"bo", "cy"}) {
			t.Errorf("on call: %v", got)
		}
	})
}

func TestHandoffThatNobodyAccepts(t *testing.T) {
	playing(t, func(p *play) {
		p.now = border
		p.does(overrides.Held, p.hold("bo", "ana"))
		all := p.book.Of(p.tx, "shop")
		if kept := overrides.Settled(append(all, rotations.Override{ID: "c1"})); len(all) != 1 || len(kept) != 1 ||
			kept[0].ID != "c1" {
			t.Errorf("of %+v settled %+v", all, kept)
		}
		p.now = border.Add(time.Hour)
		if got := p.book.OnCall(p.tx, "shop", p.now); !slices.Equal(got, []string{"bo"}) {
			t.Errorf("on call: %v", got)
		}
		p.fails(overrides.ErrTooLate, p.accept("bo"))
	})
}

func TestHoldIsRefused(t *testing.T) {
	playing(t, func(p *play) {
		p.now = border
		p.fails(overrides.ErrUnknownPerson, p.hold("bo", "dan"))
		p.fails(overrides.ErrUnknownPerson, p.hold("dan", "ana"))
		p.fails(overrides.ErrSamePerson, p.hold("ana", "ana"))
		p.now = border.Add(time.Hour)
		p.fails(overrides.ErrOver, p.hold("bo", "ana"))
	})
}
