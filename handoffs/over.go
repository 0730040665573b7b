package handoffs

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
)

// askOver asks those who come to take over what those who go have acknowledged, by putting it on the timelines: the notice of the handoff
// lists these incidents. Each is asked about once, as long as the same person takes care of it. Nothing is taken away: until somebody
// answers it is whose it was.
func (n *notices) askOver(tx store.Tx, now time.Time, r Record, after time.Duration) error {
	come, gone := without(r.To, r.From), without(r.From, r.To)
	if after <= 0 || len(come) == 0 || len(gone) == 0 {
		return nil
	}
	all, err := n.open(tx, r.Schedule)
	if err != nil {
		return err
	}
	for _, i := range all {
		by := i.AcknowledgedBy
		if i.Status != incidents.StatusAcknowledged || !slices.Contains(gone, by.Name) || i.Response.Handover.Of(by.Name) {
			continue
		}
		fact := response.HandoverAsked{Schedule: r.Schedule, From: by.Name, To: come, At: now.Round(0).UTC(), After: after}
		asked := incidents.Event{By: incidents.Oncalm(), Body: incidents.Responded{Fact: fact}}
		if _, err := n.pager.Book.Append(tx, now, i.ID, asked); err != nil {
			return err
		}
	}
	return nil
}

// askedOf are those of the incidents that a person is asked to take over and has not answered for.
func askedOf(all []*incidents.Incident, person string) (asked []Open) {
	for _, i := range all {
		if i.Status == incidents.StatusAcknowledged && i.Response.Handover.Asks(person, i.AcknowledgedBy.Name) {
			asked = append(asked, openOf(i))
		}
	}
	return asked
}
