package paging

import (
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
)

// unsilenced pages for what still fires when a silence is over, from the first step on. Whoever acknowledged meanwhile is
// reminded from now on, as anybody who acknowledged.
func (p *Pager) unsilenced(tx store.Tx, now time.Time, i *incidents.Incident) []incidents.Body {
	switch {
	case i.Quiet:
	case i.Status == incidents.StatusTriggered:
		return p.begin(tx, now, i)
	case i.Status == incidents.StatusAcknowledged:
		_, _ = p.mendReminder(tx, outbox.In(tx, now), i, now) // a timeline that cannot be read has none: fsck names it
	}
	return nil
}
