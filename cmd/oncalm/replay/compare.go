package replay

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config"
	"github.com/oncalm/oncalm/fates"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/rotations"
)

// A Result is what another configuration would have changed.
type Result struct {
	From     time.Time `json:"from"`
	To       time.Time `json:"to"`
	Messages int       `json:"messages"` // that were played
	// LeftOut are messages that were not played: their texts are not kept, or their incidents were opened before.
	LeftOut   int          `json:"left_out"`
	Incidents Change       `json:"incidents"`
	Pages     []PageChange `json:"pages"`  // by person and service
	Nights    []PageChange `json:"nights"` // in which somebody was paged, by person
	Changed   []Differs    `json:"changed"`
}

// A Change is a number as it was, and as it would have been.
type Change struct {
	Before int `json:"before"`
	After  int `json:"after"`
}

// PageChange is how often a person was paged, and would have been.
type PageChange struct {
	Person  string `json:"person"`
	Service string `json:"service,omitempty"`
	Change
}

// Differs is a message that would have been treated otherwise.
type Differs struct {
	At     time.Time `json:"at"`
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	Before Treated   `json:"before"`
	After  Treated   `json:"after"`
}

// Treated is how a message was treated, but for the number of its incident.
type Treated struct {
	Treat    string `json:"treat"`
	Severity string `json:"severity,omitempty"`
	Service  string `json:"service,omitempty"`
	Outcome  string `json:"outcome"`
	Why      string `json:"why,omitempty"`
}

// treated is how one part of a message was treated; nothing if there is no such part.
func treated(parts []fates.Part, n int) Treated {
	if n >= len(parts) {
		return Treated{}
	}
	p := parts[n]
	return Treated{p.Treat, p.Severity, p.Service, p.Outcome, p.Why}
}

// Past is where what happened is read from.
type Past interface {
	// Messages hands the messages of a span to each, with their texts.
	Messages(ctx context.Context, q fates.Query, each func(fates.Message) error) error
	// Timeline reads the events of an incident; the error is [incidents.ErrNotFound] if there is none.
	Timeline(ctx context.Context, id string) ([]incidents.Event, error)
}

// Compare plays the messages that came in within a span against a configuration.
//
// Overrides are those that count today: a replay asks what the configuration would do, and not who was on call then. A
// message that cannot be played is counted and left out: one whose text is not kept, or whose incident was opened before
// the span, since the world does not know that.
func Compare(
	ctx context.Context, cfg *config.Config, past Past, overrides map[string][]rotations.Override, from, to time.Time,
) (*Result, error) {
	w, err := NewWorld(cfg, from, overrides)
	if err != nil {
		return nil, err
	}
	p := &player{world: w, past: past, from: from, known: map[string]recalled{}, became: map[string][]string{},
		stands: map[string]bool{},
		before: newCount(cfg, to), after: newCount(cfg, to),
		result: Result{From: from, To: to, Pages: []PageChange{}, Nights: []PageChange{}, Changed: []Differs{}}}
	q := fates.Query{From: from, To: to, Text: true}
	err = past.Messages(ctx, q, func(m fates.Message) error { return p.play(ctx, &m) })
	if err != nil {
		return nil, err
	}
	if err := p.until(ctx, to); err != nil {
		return nil, err
	}
	timelines, err := w.Timelines(ctx)
	if err != nil {
		return nil, err
	}
	for _, events := range timelines {
		p.after.add(events)
	}
	p.result.Incidents.After = len(timelines)
	p.result.Pages, p.result.Nights = changes(p.before.pages, p.after.pages), changes(p.before.nights(), p.after.nights())
	return &p.result, nil
}

// player plays messages in a world, one after the other. It goes through the span once. Incidents of the past and of the
// world are matched by the messages that led to them: one of the past may be several in the world, or the other way round.
type player struct {
	world  *World
	past   Past
	from   time.Time
	known  map[string]recalled // incidents of the past
	became map[string][]string // incidents of the world, by those of the past that they stand for
	stands map[string]bool     // those of them that stand for one which paged somebody
	deeds  []deed              // of people that are still to come, in order of time
	before *count
	after  *count
	result Result
}

// recalled is what is known of an incident of the past.
type recalled struct {
	inside bool // it was opened in the span
	paged  bool // it paged somebody
}

// deed is what somebody does: with an incident of the past, and so with those of the world that stand for it, or with one of
// the world.
type deed struct {
	at       time.Time
	past     string
	incident string
	event    incidents.Event
}

// handled is how soon somebody acknowledges an incident that paged nobody in the past: nobody knows, and an incident that
// nobody cares for would page for days.
const handled = 2 * time.Minute

// play has a message come in, and compares what became of each part. A message that was refused at the door is nobody's to
// play.
func (p *player) play(ctx context.Context, m *fates.Message) error {
	if m.Refused != "" {
		return nil
	}
	played := m.Text != nil
	var was []fates.Part
	for _, part := range m.Parts {
		was = append(was, part.Part)
		inside, err := p.recall(ctx, part.Incident)
		if err != nil {
			return err
		}
		played = played && inside
	}
	if !played {
		p.result.LeftOut++
		return nil
	}
	p.result.Messages++
	// first all that was due, or done, before it came
	if err := p.until(ctx, m.At); err != nil {
		return err
	}
	f, err := p.world.Receive(ctx, m)
	if err != nil {
		return err
	}
	for n := range max(len(was), len(f.Parts)) {
		p.compare(m, was, f.Parts, n)
	}
	return nil
}

// compare looks at one part of a message: which incident of the world stands for that of the past by it, and whether it was
// treated otherwise.
func (p *player) compare(m *fates.Message, was, is []fates.Part, n int) {
	if n < len(was) && n < len(is) {
		of, to := was[n].Incident, is[n].Incident
		if of != "" && to != "" && !slices.Contains(p.became[of], to) {
			p.became[of] = append(p.became[of], to)
			p.stands[to] = p.stands[to] || p.known[of].paged
		}
	}
	if before, after := treated(was, n), treated(is, n); before != after {
		name := ""
		for _, parts := range [][]fates.Part{is, was} {
			if n < len(parts) {
				name = parts[n].Name
			}
		}
		p.result.Changed = append(p.result.Changed, Differs{m.At, m.ID, name, before, after})
	}
}

// recall reads what happened to an incident, once, and reports whether it was opened in the span.
func (p *player) recall(ctx context.Context, id string) (inside bool, err error) {
	if r, known := p.known[id]; known || id == "" {
		return r.inside || id == "", nil
	}
	events, err := p.past.Timeline(ctx, id)
	if err != nil && !errors.Is(err, incidents.ErrNotFound) {
		return false, err
	}
	r := recalled{inside: len(events) > 0 && !events[0].At.Before(p.from)}
	for _, e := range events {
		switch e.Body.(type) {
		case incidents.Paged:
			r.paged = true
		case incidents.Acknowledged, incidents.Resolved:
			if r.inside && e.By.Kind == incidents.KindPerson {
				// what people did is done when it was recorded
				p.plan(deed{at: e.Recorded, past: id, event: e})
			}
		}
	}
	if p.known[id] = r; r.inside {
		p.result.Incidents.Before++
		p.before.add(events)
	}
	return r.inside, nil
}

// plan has something done when its time comes.
func (p *player) plan(d deed) {
	at := len(p.deeds)
	for at > 0 && p.deeds[at-1].at.After(d.at) {
		at--
	}
	p.deeds = slices.Insert(p.deeds, at, d)
}

// until does what is due, and what people do, until then.
func (p *player) until(ctx context.Context, then time.Time) error {
	for {
		p.answer()
		at, next := then, deed{}
		if len(p.deeds) > 0 && p.deeds[0].at.Before(then) {
			next, p.deeds = p.deeds[0], p.deeds[1:]
			at = next.at
		}
		if err := p.world.Until(ctx, at); err != nil {
			return err
		}
		if len(p.world.paged) > 0 { // who was paged meanwhile may do something before
			if next.event.Body != nil {
				p.plan(next)
			}
			continue
		}
		if next.event.Body == nil {
			return nil
		}
		p.do(ctx, next)
	}
}

// answer has those who are paged acknowledge what paged nobody in the past.
func (p *player) answer() {
	for _, page := range p.world.paged {
		p.plan(deed{at: page.at.Add(handled), incident: page.incident,
			event: incidents.Event{By: incidents.Person(page.person), Body: incidents.Acknowledged{}}})
	}
	p.world.paged = nil
}

// do does what somebody did to an incident of the past to all that stand for it. One that stands for none that paged is
// acknowledged as planned by [player.answer].
func (p *player) do(ctx context.Context, d deed) {
	if d.incident != "" && !p.stands[d.incident] {
		p.world.Does(ctx, d.incident, d.event)
	}
	for _, id := range p.became[d.past] {
		p.world.Does(ctx, id, d.event)
	}
}

// whom is who was paged, for what.
type whom struct{ person, service string }

// count counts pages until a time.
type count struct {
	cfg   *config.Config
	to    time.Time
	pages map[whom]int
	dark  map[whom]map[string]bool // the nights of a person
}

// newCount counts pages until a time, in the nights of the configuration's people.
func newCount(cfg *config.Config, to time.Time) *count {
	return &count{cfg, to, map[whom]int{}, map[whom]map[string]bool{}}
}

// add counts the pages of a timeline. By however many channels somebody is paged at a time, that is one page.
func (c *count) add(timeline []incidents.Event) {
	service := ""
	last := map[string]time.Time{}
	for _, e := range timeline {
		switch b := e.Body.(type) {
		case incidents.Opened:
			service = b.Service
		case incidents.Reopened:
			if b.Raised != nil {
				service = b.Raised.Service
			}
		case incidents.Reported:
			if b.Raised != nil {
				service = b.Raised.Service
			}
		case incidents.Paged:
			// one decision pages a person by all channels at the same time
			if e.At.After(c.to) || last[b.Person].Equal(e.At) {
				continue
			}
			last[b.Person] = e.At
			c.pages[whom{b.Person, service}]++
			if night := c.night(b.Person, e.At); night != "" {
				who := whom{person: b.Person}
				if c.dark[who] == nil {
					c.dark[who] = map[string]bool{}
				}
				c.dark[who][night] = true
			}
		}
	}
}

// A night is from 22 until 7, where the person is.
const (
	nightFrom = 22
	nightTo   = 7
)

// night names the night of a person by the day on which it begins; empty if it is day.
func (c *count) night(person string, at time.Time) string {
	zone := c.cfg.People[person].Zone
	if zone == nil {
		zone = time.UTC
	}
	switch at = at.In(zone); {
	case at.Hour() >= nightFrom:
		return at.Format(time.DateOnly)
	case at.Hour() < nightTo:
		return at.AddDate(0, 0, -1).Format(time.DateOnly)
	}
	return ""
}

// nights is in how many nights each person was paged, whatever for.
func (c *count) nights() map[whom]int {
	n := map[whom]int{}
	for who, nights := range c.dark {
		n[who] = len(nights)
	}
	return n
}

// changes are all whom either has, in order of their names.
func changes(before, after map[whom]int) []PageChange {
	all := maps.Clone(before)
	maps.Copy(all, after)
	list := []PageChange{}
	for who := range all {
		list = append(list, PageChange{who.person, who.service, Change{before[who], after[who]}})
	}
	slices.SortFunc(list, func(a, b PageChange) int {
		return cmp.Or(cmp.Compare(a.Person, b.Person), cmp.Compare(a.Service, b.Service))
	})
	return list
}
