package overrides

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/store"
)

// A Plan is a change of who is on call that somebody has in mind. It can travel, in the value of a button or of a form, until
// somebody confirms it, and is checked then.
type Plan struct {
	How      How    `json:"how"`
	By       string `json:"by"`
	Change   string `json:"change"`
	Schedule string `json:"schedule"`
	Person   string `json:"person,omitempty"` // who stands in, or with whom shifts are exchanged
	Span     Span   `json:"span"`
	Theirs   Span   `json:"theirs,omitzero"` // of a swap: the other's shift
}

// Span is a half-open span in seconds since 1970.
type Span struct {
	From int64 `json:"from"`
	To   int64 `json:"to"`
}

// SpanOf is the span from one time to another.
func SpanOf(from, to time.Time) Span { return Span{from.Unix(), to.Unix()} }

// Begin is when the span begins.
func (s Span) Begin() time.Time { return time.Unix(s.From, 0) }

// End is when the span is over.
func (s Span) End() time.Time { return time.Unix(s.To, 0) }

// begins is when the first span of a plan begins: then it is too late to agree.
func (p *Plan) begins() time.Time {
	if p.How == HowSwap && p.Theirs.From < p.Span.From {
		return p.Theirs.Begin()
	}
	return p.Span.Begin()
}

// agreed are the overrides that come of a plan to which a person agrees.
func (p *Plan) agreed(person string) []rotations.Override {
	all := []rotations.Override{{Schedule: p.Schedule, Person: person, For: p.By, From: p.Span.Begin(), To: p.Span.End()}}
	if p.How == HowSwap {
		all = append(all, rotations.Override{
			Schedule: p.Schedule, Person: p.By, For: person, From: p.Theirs.Begin(), To: p.Theirs.End(),
		})
	}
	return all
}

// An Ask is a plan that others have to agree to: a cover, which the others of a schedule are asked for and the first to accept
// takes, or a swap, which one person is asked for. It is decided in the store, so it is decided once.
type Ask struct {
	Plan
	Made     time.Time `json:"made"`
	Asked    []string  `json:"asked"`
	Declined []string  `json:"declined,omitempty"`
	State    State     `json:"state"`
	Taken    string    `json:"taken,omitempty"` // who accepted
	// Sent is where the question to each person stands, in the words of what carried it there: nobody else reads them.
	Sent map[string]json.RawMessage `json:"sent,omitempty"`
}

// State is what has come of an ask.
type State string

// The states there are. In all but the first two, nobody can answer any more.
const (
	AskOpen      State = "open"
	AskDeclined  State = "declined" // by everybody, who may still change their minds
	AskTaken     State = "taken"
	AskWithdrawn State = "withdrawn" // by whoever asked
	AskExpired   State = "expired"   // the span has begun
	AskVoid      State = "void"      // the shifts are not any more what they were
)

// waits reports whether an answer still counts.
func (a *Ask) waits() bool { return a.State == AskOpen || a.State == AskDeclined }

const (
	// minAsk is how long others have to accept what begins at once.
	minAsk = 10 * time.Minute
	// askKept is how long an ask is kept when it is over.
	askKept = 30 * 24 * time.Hour
)

// askPart is the first part of the keys of what people ask.
const askPart = "ask"

func askKey(id string) string { return store.Key(askPart, id) }

// Asked returns an ask by the id of its change. ok is false if there is none, or not any more.
func Asked(tx store.Tx, id string) (a Ask, ok bool) {
	val := tx.Get(askKey(id))
	return a, val != nil && json.Unmarshal(val, &a) == nil
}

func (a *Ask) save(tx store.Tx) {
	val, err := json.Marshal(a)
	if err != nil {
		panic(err) // strings and numbers can always be written, and what Sent holds was read as JSON
	}
	tx.Put(askKey(a.Change), val)
}

// lastAsk is what a person has asked last and nobody has answered yet.
func lastAsk(tx store.Tx, person string) (last Ask, ok bool) {
	from, to := store.Under(askPart)
	for _, val := range tx.Range(from, to) {
		var a Ask
		if json.Unmarshal(val, &a) == nil && a.By == person && a.State == AskOpen && !a.Made.Before(last.Made) {
			last, ok = a, true
		}
	}
	return last, ok
}

// Delivered notes where the question to a person stands, and returns the ask as it is by now.
func Delivered(tx store.Tx, id, person string, where json.RawMessage) (a Ask, ok bool) {
	if a, ok = Asked(tx, id); !ok {
		return a, false
	}
	if a.Sent == nil {
		a.Sent = map[string]json.RawMessage{}
	}
	a.Sent[person] = where
	a.save(tx)
	return a, true
}

// Ask asks others to agree to a plan. Errors: [ErrAsked], [ErrNoConsent], [ErrNobody], [ErrUnreachable], [ErrShifted],
// [ErrNotOnCall], and those of [Book.Check].
func (b *Book) Ask(tx store.Tx, now time.Time, by string, p Plan) (Change, error) {
	p.By = by
	if _, made := Asked(tx, p.Change); made {
		return Change{}, ErrAsked
	}
	asked, err := b.whom(p)
	if err != nil {
		return Change{}, err
	}
	for _, o := range p.agreed(asked[0]) {
		if err := b.Check(now, o); err != nil {
			return Change{}, err
		}
	}
	switch {
	case p.How == HowSwap && !b.unchanged(tx, p):
		return Change{}, ErrShifted
	case p.How == HowCover && !slices.Contains(b.During(tx, p.Schedule, p.Span.Begin(), p.Span.End()), by):
		return Change{}, ErrNotOnCall
	}
	a := Ask{Plan: p, Made: now.UTC(), Asked: asked, State: AskOpen}
	a.save(tx)
	due := p.begins()
	if soonest := now.Add(minAsk); due.Before(soonest) {
		due = soonest
	}
	outbox.In(tx, now).Once(outbox.Entry{
		Key: askKey(a.Change) + "/end", Kind: KindAskEnd, Lane: outbox.Answers, Due: due,
		Body: outbox.Body(endBody{ID: a.Change}),
	})
	return b.follow(tx, now, Change{What: Questioned, ID: a.Change, By: by, Ask: &a}), nil
}

// whom lists who is asked to agree to a plan: never nobody, without an error.
func (b *Book) whom(p Plan) (asked []string, err error) {
	reachable := func(person string) bool { return b.Reachable == nil || b.Reachable(person) }
	switch p.How {
	case HowSwap:
		if !reachable(p.Person) {
			return nil, ErrUnreachable
		}
		return []string{p.Person}, nil
	case HowCover:
		for _, person := range b.Schedules[p.Schedule].Members(p.Span.Begin()) {
			if person != p.By && reachable(person) {
				asked = append(asked, person)
			}
		}
		if len(asked) == 0 {
			return nil, ErrNobody
		}
		return asked, nil
	case HowOverride, HowMe, HowHandoff:
	}
	return nil, ErrNoConsent
}

// unchanged reports whether both people hold the shifts that they would exchange, all of the time.
func (b *Book) unchanged(tx store.Tx, p Plan) bool {
	return b.Holds(tx, p.Schedule, p.By, p.Span.Begin(), p.Span.End()) &&
		b.Holds(tx, p.Schedule, p.Person, p.Theirs.Begin(), p.Theirs.End())
}

// KindAskEnd is the kind of the outbox entries by which asks end.
const KindAskEnd = "ask-end"

// endBody is the body of an entry by which an ask ends, or is forgotten.
type endBody struct {
	ID     string `json:"id"`
	Forget bool   `json:"forget,omitempty"`
}

// Handlers returns the book's handlers by kind, for the outbox.
func (b *Book) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindAskEnd: b.askEnd}
}

// askEnd ends what nobody has answered when its span begins, and forgets it long after.
func (b *Book) askEnd(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var body endBody
	if err := e.Decode(&body); err != nil {
		return nil, err
	}
	now := b.Clock.Now()
	return func(tx store.Tx) error {
		a, ok := Asked(tx, body.ID)
		switch {
		case !ok:
			return nil
		case body.Forget:
			tx.Delete(askKey(body.ID))
			return nil
		case a.State == AskOpen:
			b.end(tx, now, "", a, AskExpired, Expired)
		}
		outbox.In(tx, now).Once(outbox.Entry{
			Key: askKey(body.ID) + "/forget", Kind: KindAskEnd, Lane: outbox.Answers, Due: now.Add(askKept),
			Body: outbox.Body(endBody{body.ID, true}),
		})
		return nil
	}, nil
}
