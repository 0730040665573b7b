package paging

import (
	"strconv"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// handPrefix is how the keys of pages by hand begin.
func handPrefix(i *incidents.Incident) string { return i.ID + "/page/hand-" }

// ByHand pages a person since somebody asks for them, by each channel at its time. The run of the policy goes on beside it, and it goes
// out also of what is acknowledged or silenced.
func ByHand(p *Pager, tx store.Tx, now time.Time, id string, by incidents.Actor, person, why string) error {
	i, err := incidents.Head(tx, id)
	if err != nil {
		return err
	}
	occasion, queue := handPrefix(i)+strconv.Itoa(i.Seq+1), outbox.In(tx, now)
	for _, via := range p.reach(person, i.Severity) {
		b := incidents.Paged{
			Key: pageKey(occasion, person, via.Name), Person: person, Via: via.Name, Position: i.Step, Then: i.Then,
			ByHand: true, Why: why, After: min(via.After, waits(queue, now, i, person, via.Name)),
		}
		if _, err := p.Book.Append(tx, now, id, incidents.Event{By: by, Body: b}); err != nil {
			return err
		}
	}
	return nil
}
