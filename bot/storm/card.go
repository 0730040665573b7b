package storm

import (
	"cmp"
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

const (
	// shownServices is how many services the card names.
	shownServices = 8
	// shownPeople is how many people it names.
	shownPeople = 5
)

// A tally is what the incidents of a storm amount to.
type tally struct {
	all, open, acked int
	recent           int              // that opened within calm
	last             time.Time        // when the last one opened
	severities       map[string]int   // open ones
	services         map[string]count // of all
	paged            map[string]int   // people, for open ones
}

// count is what is open of a service, by severity; all is also what is resolved.
type count struct {
	all        int
	severities map[string]int
}

func (c count) open() (n int) {
	for _, k := range c.severities {
		n += k
	}
	return n
}

// take reads the incidents of a storm. What is not there any more, or cannot be read, is left out.
func take(tx store.Tx, n int, r state, now time.Time) (tally, error) {
	t := tally{severities: map[string]int{}, services: map[string]count{}, paged: map[string]int{}}
	for _, id := range members(tx, n, r) {
		i, err := incidents.Head(tx, id)
		switch {
		case errors.Is(err, incidents.ErrNotFound):
		case err != nil:
			return t, err
		default:
			t.add(i, now)
		}
	}
	return t, nil
}

// add counts one. What is resolved counts for the whole, and for the time of the last one, but not for what is open.
func (t *tally) add(i *incidents.Incident, now time.Time) {
	c := t.services[i.Service]
	if c.severities == nil {
		c.severities = map[string]int{}
	}
	c.all++
	t.all++
	if now.Sub(i.Opened) < calm {
		t.recent++
	}
	if i.Opened.After(t.last) {
		t.last = i.Opened
	}
	if i.Open() {
		t.open++
		t.severities[i.Severity]++
		c.severities[i.Severity]++
		if i.Status == incidents.StatusAcknowledged {
			t.acked++
		}
		for _, person := range pagedFor(i) {
			t.paged[person]++
		}
	}
	t.services[i.Service] = c
}

// pagedFor are the people that an incident has paged, each once.
func pagedFor(i *incidents.Incident) []string {
	people := map[string]bool{}
	for _, p := range i.Pages {
		people[p.Person] = true
	}
	return slices.Collect(maps.Keys(people))
}

// message is the card of a storm. It depends on
// these alone, so that the same storm gives the same bytes: whether there is anything to edit is seen by a sum of them.
func message(n int, r state, t tally) blocks.Message {
	var m blocks.Message
	lasting := t.open > 0 && r.Over.IsZero()
	what := text.Count(t.all, "incident", "incidents") + " on " + text.Count(len(t.services), "service", "services")
	if lasting {
		m.Title = "⛈ Storm · " + text.Count(t.open, "incident is", "incidents are") + " open"
		m.Body = append(m.Body, blocks.Para(
			blocks.Say("So many open at once that they have one card. Since ", r.Since, ": ", what, "."), t.standing()))
	} else {
		m.Title = "🌤 The storm is over · " + what
		between := blocks.Say("The first opened ", r.Since, ", the last ", t.last, ".")
		m.Body = append(m.Body, blocks.Para(between, t.standing()))
	}
	if t.open > 0 {
		m.Body = append(m.Body, blocks.Bullets(t.lines()...))
		if who := t.who(); who != nil {
			m.Body = append(m.Body, blocks.Para(who))
		}
		m.Body = append(m.Body, blocks.Para(
			blocks.Say("An incident gets a card of its own here when somebody opens or acknowledges it.")))
		m.Rows = [][]blocks.Button{{listButton(n, 0, "Show all "+strconv.Itoa(t.open)).AsMain()}}
	}
	m.Notice = strings.TrimSuffix(m.Title+": "+t.standing().Plain(time.UTC), ".") + "."
	return m
}

// standing is how many are open of each severity, and how many of them somebody has taken on.
func (t tally) standing() blocks.Line {
	switch {
	case t.open == 0 && t.all == 1:
		return blocks.Say("✅ It is ", blocks.Strong("resolved"), ".")
	case t.open == 0:
		return blocks.Say("✅ All are ", blocks.Strong("resolved"), ".")
	}
	l := blocks.Say("🚨 ", blocks.Strong("Open now"), ": ", bySeverity(t.severities))
	if t.acked > 0 {
		l = blocks.Say(l, "; ", t.acked, " of them acknowledged")
	}
	if gone := t.all - t.open; gone > 0 {
		l = blocks.Say(l, ". Resolved: ", gone)
	}
	return blocks.Say(l, ".")
}

// bySeverity says how many there are of each severity, worst first.
func bySeverity(n map[string]int) string {
	var parts []string
	for _, severity := range slices.Sorted(maps.Keys(n)) {
		parts = append(parts, view.Sign(severity)+" "+strconv.Itoa(n[severity])+" "+severity)
	}
	return strings.Join(parts, ", ")
}

// lines are the services with something open, the worst first.
func (t tally) lines() []blocks.Line {
	var names []string
	for name, c := range t.services {
		if c.open() > 0 {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, func(a, b string) int { return t.services[a].worse(t.services[b], cmp.Compare(a, b)) })
	var lines []blocks.Line
	for _, name := range names[:min(len(names), shownServices)] {
		shown := blocks.Strong(text.Clip(text.Line(name), 100))
		lines = append(lines, blocks.Say(shown, ": ", bySeverity(t.services[name].severities)))
	}
	if more := len(names) - shownServices; more > 0 {
		rest := 0
		for _, name := range names[shownServices:] {
			rest += t.services[name].open()
		}
		lines = append(lines, blocks.Say("and ", rest, " on ", text.Count(more, "other service", "other services")))
	}
	return lines
}

// worse orders services: what has more of the worst severity comes first. same is the order of those that have the same.
func (c count) worse(d count, same int) int {
	for _, severity := range []string{incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4} {
		if by := cmp.Compare(d.severities[severity], c.severities[severity]); by != 0 {
			return by
		}
	}
	return same
}

// who says who was paged for what is open, whoever has most first; nil if nobody was.
func (t tally) who() blocks.Line {
	people := slices.SortedFunc(maps.Keys(t.paged), func(a, b string) int {
		return cmp.Or(cmp.Compare(t.paged[b], t.paged[a]), cmp.Compare(a, b))
	})
	if len(people) == 0 {
		return nil
	}
	l := blocks.Say("On call, and paged: ")
	for n, person := range people[:min(len(people), shownPeople)] {
		if n > 0 {
			l = blocks.Say(l, ", ")
		}
		l = blocks.Say(l, blocks.Strong(person), " ("+strconv.Itoa(t.paged[person])+")")
	}
	if more := len(people) - shownPeople; more > 0 {
		l = blocks.Say(l, " and ", more, " more")
	}
	return l
}

// listButton leads to the list of a storm, from a place in it on.
func listButton(n, from int, label string) blocks.Button {
	rest := strconv.Itoa(n) + " " + strconv.Itoa(from)
	return chat.Said{Room: Room, Word: "list", Rest: rest}.Numbered(label, strconv.Itoa(from))
}
