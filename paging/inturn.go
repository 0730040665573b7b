package paging

import (
	"cmp"
	"encoding/json"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/paging/steps"
	"github.com/oncalm/oncalm/store"
)

const inTurnPart = "inturn"

// inTurn is what is kept of a list of which one is paged in turn. Pages are counted, not timed: two incidents can begin in the same
// moment.
type inTurn struct {
	Pages int            `json:"pages"`
	Last  map[string]int `json:"last"` // the number of the last page to a person
}

// turnsOf reads a list. One that cannot be read begins anew.
func turnsOf(tx store.Tx, list string) (t inTurn) {
	if val := tx.Get(store.Key(inTurnPart, list)); val != nil && json.Unmarshal(val, &t) != nil {
		return inTurn{}
	}
	return t
}

// Turn is the number of the page that a person got last when it was their turn of a list; see [steps.Moment].
func Turn(tx store.Tx) func(list, person string) int {
	return func(list, person string) int { return turnsOf(tx, list).Last[person] }
}

// took keeps whose turn it was, in the transaction of their page. Nothing is written for a step that pages all.
func took(tx store.Tx, d steps.Decision) {
	if d.List == "" {
		return
	}
	t := turnsOf(tx, d.List)
	if t.Last == nil {
		t.Last = map[string]int{}
	}
	for _, c := range d.Calls {
		t.Pages++
		t.Last[c.Person] = t.Pages
	}
	tx.Put(store.Key(inTurnPart, d.List), outbox.Body(t))
}

// momentOf is what a decision about an incident looks at.
func momentOf(p *Pager, tx store.Tx, now time.Time, i *incidents.Incident) steps.Moment {
	m := steps.Moment{
		Now: now, Severity: cmp.Or(i.Severity, incidents.Sev2), Turn: Turn(tx), There: p.Overrides.Knows,
		OnCall: func(schedule string) []string { return p.Overrides.OnCall(tx, schedule, now) },
	}
	if acks := i.Response.Acks; acks != nil {
		m.Acked = len(acks.By)
		m.Has = func(person string) bool { return acks.Has(person) }
	}
	return m
}
