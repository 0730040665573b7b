package overrides_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

const (
	day  = 24 * time.Hour
	week = 7 * day
)

// play is a book of a schedule in which ana, bo and cy take turns, a week each, and what its followers heard. It is ana's
// week.
type play struct {
	t     *testing.T
	tx    store.Tx
	book  *overrides.Book
	heard []overrides.What
	now   time.Time
}

// playing plays within one transaction.
func playing(t *testing.T, do func(*play)) {
	t.Helper()
	book := bookOf("shop")
	s := book.Schedules["shop"]
	s.Layers[0].People = rotations.Turns("ana", "bo", "cy")
	p := &play{t: t, book: book, now: midday}
	book.Followers = []overrides.Follower{func(_ store.Tx, _ time.Time,
		c overrides.Change) {
		p.heard = append(p.heard, c.What)
	}}
	change(t, openStore(t), func(tx store.Tx) error {
		p.tx = tx
		do(p)
		return nil
	})
}

// fails holds that something is refused, with an error, and that nothing was written or heard.
func (p *play) fails(want error, do func() (overrides.Change, error)) {
	p.t.Helper()
	before, heard := p.all(), len(p.heard)
	c, err := do()
	if !errors.Is(err, want) {
		p.t.Errorf("%+v, error %v, want %v", c, err, want)
	}
	if diff := cmp.Diff(before, p.all()); diff != "" {
		p.t.Errorf("refused, and yet written (-before +after):\n%s", diff)
	}
	if len(p.heard) != heard {
		p.t.Errorf("refused, and yet heard: %v", p.heard[heard:])
	}
}

// all is what is in the store.
func (p *play) all() map[string]string {
	all := map[string]string{}
	for k, v := range p.tx.Range("", "") {
		all[k] = string(v)
	}
	return all
}

// does holds that something happened.
func (p *play) does(want overrides.What, do func() (overrides.Change, error)) overrides.Change {
	p.t.Helper()
	c, err := do()
	if err != nil || c.What != want || len(p.heard) == 0 || p.heard[len(p.heard)-1] != want {
		p.t.Fatalf("%+v, error %v, heard %v; want %s", c, err, p.heard, want)
	}
	return c
}

func (p *play) ask(by string, plan overrides.Plan) func() (overrides.Change, error) {
	return func() (overrides.Change, error) { return p.book.Ask(p.tx, p.now, by, plan) }
}

func (p *play) answer(by, id string, accept bool) func() (overrides.Change, error) {
	return func() (overrides.Change, error) { return p.book.Answer(p.tx, p.now, by, id, accept) }
}

func (p *play) withdraw(by, id string) func() (overrides.Change, error) {
	return func() (overrides.Change, error) { return p.book.Withdraw(p.tx, p.now, by, id) }
}

func (p *play) undo(by string) func() (overrides.Change, error) {
	return func() (overrides.Change, error) { return p.book.Undo(p.tx, p.now, by) }
}

func (p *play) onCall(after time.Duration, want string) {
	p.t.Helper()
	if got := p.book.OnCall(p.tx, "shop", midday.Add(after)); !slices.Equal(got, []string{want}) {
		p.t.Errorf("after %s %v, want %s", after, got, want)
	}
}

// cover asks who stands in for ana from one hour on, for two.
func cover(id string) overrides.Plan {
	return overrides.Plan{
		How: overrides.HowCover, Change: id, Schedule: "shop",
		Span: overrides.SpanOf(midday.Add(time.Hour), midday.Add(3*time.Hour)),
	}
}

// swap exchanges the second day from now with the same day of bo's week.
func swap(id string) overrides.Plan {
	return overrides.Plan{
		How: overrides.HowSwap, Change: id, Schedule: "shop", Person: "bo",
		Span:   overrides.SpanOf(midday.Add(day), midday.Add(2*day)),
		Theirs: overrides.SpanOf(midday.Add(day+week), midday.Add(2*day+week)),
	}
}

// with changes a plan.
func with(p overrides.Plan, change func(*overrides.Plan)) overrides.Plan {
	change(&p)
	return p
}

func TestAskIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		by   string
		plan overrides.Plan
		want error
	}{
		"an override": {"ana", with(cover("c"), func(p *overrides.Plan) { p.How = overrides.HowOverride }),
			overrides.ErrNoConsent},
		"a handoff": {"ana", with(cover("c"), func(p *overrides.Plan) { p.How = overrides.HowHandoff }),
			overrides.ErrNoConsent},
		"of no kind":                  {"ana", with(cover("c"), func(p *overrides.Plan) { p.How = "" }), overrides.ErrNoConsent},
		"cover of what is not theirs": {"bo", cover("c"), overrides.ErrNotOnCall},
		"cover of a schedule of nobody": {
			"ana", with(cover("c"), func(p *overrides.Plan) { p.Schedule = "ship" }), overrides.ErrNobody,
		},
		"cover that is over": {
			"ana", with(cover("c"), func(p *overrides.Plan) { p.Span = overrides.SpanOf(midday.Add(-2*time.Hour), midday) }),
			overrides.ErrOver,
		},
		"cover backwards": {
			"ana", with(cover("c"), func(p *overrides.Plan) { p.Span.To = p.Span.From }), overrides.ErrBackwards,
		},
		"cover too long": {
			"ana", with(cover("c"), func(p *overrides.Plan) { p.Span.To += int64(91 * day / time.Second) }), overrides.ErrTooLong,
		},
		"cover by somebody unknown": {"dan", cover("c"), overrides.ErrUnknownPerson},
		"swap with oneself":         {"ana", with(swap("c"), func(p *overrides.Plan) { p.Person = "ana" }), overrides.ErrSamePerson},
		"swap with somebody unknown": {
			"ana", with(swap("c"), func(p *overrides.Plan) { p.Person = "dan" }), overrides.ErrUnknownPerson,
		},
		"swap of what is not theirs":       {"cy", swap("c"), overrides.ErrShifted},
		"swap for what is not the other's": {"ana", with(swap("c"), func(p *overrides.Plan) { p.Person = "cy" }), overrides.ErrShifted},
		"swap of which one is over": {
			"ana", with(swap("c"), func(p *overrides.Plan) { p.Theirs = overrides.SpanOf(midday.Add(-week), midday.Add(-day)) }),
			overrides.ErrOver,
		},
		"swap in a schedule that there is not": {
			"ana", with(swap("c"), func(p *overrides.Plan) { p.Schedule = "ship" }), overrides.ErrUnknownSchedule,
		},
	} {
		t.Run(name, func(t *testing.T) {
			playing(t, func(p *play) { p.fails(tt.want, p.ask(tt.by, tt.plan)) })
		})
	}
}

// TestAskWhoCanBeAsked holds that nobody is asked whom a question would not reach.
func TestAskWhoCanBeAsked(t *testing.T) {
	playing(t, func(p *play) {
		reached := []string{"ana", "cy"}
		p.book.Reachable = func(person string) bool { return slices.Contains(reached, person) }
		p.fails(overrides.ErrUnreachable, p.ask("ana", swap("s")))
		c := p.does(overrides.Questioned, p.ask("ana", cover("c")))
		if diff := cmp.Diff([]string{"cy"}, c.Ask.Asked); diff != "" {
			t.Errorf("asked (-want +got):\n%s", diff)
		}
		p.fails(overrides.ErrAsked, p.ask("ana", cover("c")))
		reached = []string{"ana"}
		p.fails(overrides.ErrNobody, p.ask("ana", cover("d")))
	})
}

// TestCover holds that the first to accept a cover has it, also if they declined it before.
func TestCover(t *testing.T) {
	playing(t, func(p *play) {
		asked := p.does(overrides.Questioned, p.ask("ana", cover("c")))
		if a := asked.Ask; a.By != "ana" || asked.By != "ana" || !slices.Equal(a.Asked, []string{"bo", "cy"}) ||
			len(asked.Overrides) > 0 {
			t.Errorf("asked %+v", a)
		}
		p.onCall(2*time.Hour, "ana") // nothing has changed yet
		p.fails(overrides.ErrNoQuestion, p.answer("bo", "d", true))
		p.fails(overrides.ErrNotAsked, p.answer("ana", "c", true))
		p.fails(overrides.ErrNotAsked, p.answer("dan", "c", false))
		if c := p.does(overrides.Declined, p.answer("bo", "c", false)); c.Ask.State != overrides.AskOpen {
			t.Errorf("declined by one of two: %s", c.Ask.State)
		}
		c := p.does(overrides.Declined, p.answer("cy", "c", false))
		if again := p.does(overrides.Declined, p.answer("cy", "c", false)); !slices.Equal(again.Ask.Declined, []string{"bo", "cy"}) {
			t.Errorf("declined by %v", again.Ask.Declined)
		}
		if c.Ask.State != overrides.AskDeclined {
			t.Errorf("declined by everybody: %s", c.Ask.State)
		}
		c = p.does(overrides.Accepted, p.answer("cy", "c", true))
		want := rotations.Override{
			ID: "c", Schedule: "shop", Person: "cy", For: "ana", From: midday.Add(time.Hour), To: midday.Add(3 * time.Hour),
		}
		if o := c.Overrides; len(o) != 1 || o[0].Override != want || o[0].How != overrides.HowCover || o[0].By != "ana" ||
			o[0].Change != "c" {
			t.Errorf("made %+v", o)
		}
		if diff := cmp.Diff(map[string][]string{"c": {"ana"}}, c.Before); diff != "" || c.Ask.Taken != "cy" || c.By != "cy" {
			t.Errorf("accepted %+v (-want +got):\n%s", c, diff)
		}
		p.onCall(2*time.Hour, "cy")
		p.onCall(3*time.Hour, "ana")
		p.fails(overrides.ErrAccepted, p.answer("cy", "c", true))
		p.fails(overrides.ErrTaken, p.answer("bo", "c", true))
		p.fails(overrides.ErrTaken, p.withdraw("ana", "c"))
		p.does(overrides.Cancelled, p.undo("cy")) // whoever took part may take it back
		p.onCall(2*time.Hour, "ana")
		p.fails(overrides.ErrNoChange, p.undo("ana"))
		p.fails(overrides.ErrTaken, p.answer("bo", "c", true)) // it is not asked anew
	})
}

func TestSwap(t *testing.T) {
	playing(t, func(p *play) {
		p.does(overrides.Questioned, p.ask("ana", swap("s")))
		p.fails(overrides.ErrNotAsked, p.answer("cy", "s", true))
		c := p.does(overrides.Accepted, p.answer("bo", "s", true))
		if diff := cmp.Diff(map[string][]string{"s.1": {"ana"}, "s.2": {"bo"}}, c.Before); diff != "" {
			t.Errorf("before (-want +got):\n%s", diff)
		}
		p.onCall(day+time.Hour, "bo")
		p.onCall(day+time.Hour+week, "ana")
		p.now = midday.Add(3 * day) // the first of the two is past
		c = p.does(overrides.Cancelled, p.undo("bo"))
		if len(c.Overrides) != 1 || c.Overrides[0].ID != "s.2" || len(c.Past) != 1 || c.Past[0].ID != "s.1" {
			t.Errorf("taken back %+v, past %+v", c.Overrides, c.Past)
		}
		if diff := cmp.Diff(map[string][]string{"s.2": {"ana"}}, c.Before); diff != "" {
			t.Errorf("before it was taken back (-want +got):\n%s", diff)
		}
		p.onCall(day+time.Hour, "bo")
		p.onCall(day+time.Hour+week, "bo")
	})
}

// TestSwapOfOtherShifts holds that nothing is exchanged that people did not agree to.
func TestSwapOfOtherShifts(t *testing.T) {
	playing(t, func(p *play) {
		p.does(overrides.Questioned, p.ask("ana", swap("s")))
		p.does(overrides.Made, func() (overrides.Change, error) {
			return p.book.Make(p.tx, p.now, "cy", "o", overrides.HowMe, span("cy", day, day+time.Hour))
		})
		c := p.does(overrides.Voided, p.answer("bo", "s", true))
		if c.Ask.State != overrides.AskVoid || len(c.Overrides) > 0 {
			t.Errorf("%+v", c)
		}
		p.onCall(day+2*time.Hour, "ana")
		p.fails(overrides.ErrTooLate, p.answer("bo", "s", true))
		p.fails(overrides.ErrNoChange, p.withdraw("ana", "s"))
	})
}

func TestWithdraw(t *testing.T) {
	playing(t, func(p *play) {
		p.fails(overrides.ErrNoQuestion, p.withdraw("ana", "c"))
		p.does(overrides.Questioned, p.ask("ana", cover("c")))
		p.fails(overrides.ErrNotYours, p.withdraw("bo", "c"))
		p.does(overrides.Withdrawn, p.withdraw("ana", "c"))
		p.fails(overrides.ErrNoChange, p.withdraw("ana", "c"))
		p.fails(overrides.ErrWithdrawn, p.answer("bo", "c", true))
		p.fails(overrides.ErrNoChange, p.undo("ana"))
	})
}

// TestUndoTheLast holds that what was done last is taken back first, whether it was made or asked.
func TestUndoTheLast(t *testing.T) {
	playing(t, func(p *play) {
		p.fails(overrides.ErrNoChange, p.undo("ana"))
		p.does(overrides.Made, func() (overrides.Change, error) {
			return p.book.Make(p.tx, p.now, "ana", "o", overrides.HowOverride, span("cy", 0, time.Hour))
		})
		p.now = p.now.Add(time.Minute)
		p.does(overrides.Questioned, p.ask("ana", cover("c")))
		p.fails(overrides.ErrNoChange, p.undo("bo")) // who was asked has done nothing yet
		p.fails(overrides.ErrNoChange, p.undo("cy")) // nor has who was put on call
		p.does(overrides.Withdrawn, p.undo("ana"))
		p.does(overrides.Cancelled, p.undo("ana"))
		p.fails(overrides.ErrNoChange, p.undo("ana"))
	})
}

// ends lets the entry run that is enqueued at the end of an ask, or to forget it.
func (p *play) ends(key string) {
	p.t.Helper()
	e, ok := outbox.In(p.tx, p.now).Get(key)
	if !ok {
		p.t.Fatalf("%s is not owed", key)
	}
	then, err := p.book.Handlers()[e.Kind](p.t.Context(), e)
	if err == nil {
		err = then(p.tx)
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func TestAskEnds(t *testing.T) {
	playing(t, func(p *play) {
		p.does(overrides.Questioned, p.ask("ana", cover("c")))
		e, _ := outbox.In(p.tx, p.now).Get("ask/c/end")
		if !e.Due.Equal(midday.Add(time.Hour)) {
			t.Errorf("it ends at %s, not when its span begins", e.Due)
		}
		p.ends("ask/c/end")
		if !slices.Equal(p.heard, []overrides.What{overrides.Questioned, overrides.Expired}) {
			t.Errorf("heard %v", p.heard)
		}
		p.fails(overrides.ErrTooLate, p.answer("bo", "c", true))
		p.ends("ask/c/end") // twice is as good as once
		if len(p.heard) != 2 {
			t.Errorf("heard %v", p.heard)
		}
		p.ends("ask/c/forget")
		p.fails(overrides.ErrNoQuestion, p.answer("bo", "c", true))
	})
}

// TestAskOfWhatBeginsAtOnce holds that there is time to answer, and that what is over then is not taken any more.
func TestAskOfWhatBeginsAtOnce(t *testing.T) {
	playing(t, func(p *play) {
		soon := with(cover("c"), func(p *overrides.Plan) { p.Span = overrides.SpanOf(midday, midday.Add(5*time.Minute)) })
		p.does(overrides.Questioned, p.ask("ana", soon))
		if e, _ := outbox.In(p.tx, p.now).Get("ask/c/end"); !e.Due.Equal(midday.Add(10 * time.Minute)) {
			t.Errorf("it ends at %s", e.Due)
		}
		p.now = midday.Add(6 * time.Minute)
		if c := p.does(overrides.Expired, p.answer("bo", "c", true)); c.Ask.State != overrides.AskExpired || c.By != "bo" {
			t.Errorf("%+v", c)
		}
		p.onCall(time.Minute, "ana")
	})
}

// TestAskKeepsWhereItStands holds that a record of before is read, and written again as it was.
func TestAskKeepsWhereItStands(t *testing.T) {
	const before = `{"how":"swap","by":"ana","change":"c","schedule":"shop","person":"bo","span":{"from":946990800,"to":947077200},` +
		`"theirs":{"from":947595600,"to":947682000},"made":"2000-01-04T12:00:00Z","asked":["bo"],"state":"open",` +
		`"sent":{"bo":{"channel":"D0BO","ts":"1.2"}}}`
	playing(t, func(p *play) {
		p.tx.Put("ask/c", []byte(before))
		a, ok := overrides.Delivered(p.tx, "c", "bo", json.RawMessage(`{"channel":"D0BO","ts":"1.2"}`))
		if !ok || a.How != overrides.HowSwap || a.State != overrides.AskOpen || string(a.Sent["bo"]) != `{"channel":"D0BO","ts":"1.2"}` {
			t.Errorf("%+v", a)
		}
		if diff := cmp.Diff(before, string(p.tx.Get("ask/c"))); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if _, ok := overrides.Delivered(p.tx, "d", "bo", json.RawMessage(`{}`)); ok || p.tx.Get("ask/d") != nil {
			t.Error("there was no such ask")
		}
	})
}
