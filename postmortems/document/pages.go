package document

import (
	"fmt"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/postmortems/wording"
)

// Step is the place of a page in the escalation policy, as people count.
func (p Page) Step() string {
	switch {
	case p.Reminder:
		return "reminder"
	case p.Fallback == incidents.FallbackAfter:
		return "fallback"
	}
	s := fmt.Sprintf("step %d", p.Position.Step+1)
	if p.Position.Round > 0 {
		s += fmt.Sprintf(", round %d", p.Position.Round+1)
	}
	if p.Fallback != "" {
		s += ", fallback"
	}
	return s
}

// Became is what became of the page, in words.
func (p Page) Became() string {
	s := ""
	switch p.Outcome {
	case OutcomeAcknowledged:
		s = "acknowledged"
		if d := p.Acknowledged.Sub(p.Delivered); !p.Delivered.IsZero() && d >= 0 {
			s += " after " + wording.Took(d)
		}
	case OutcomeDelivered:
		s = "delivered, not acknowledged"
		if p.Reminder {
			s = "delivered"
		}
		if p.Instead != "" {
			s = "delivered; " + p.Instead + " acknowledged"
		}
	case OutcomeUndelivered:
		s = "not deliverable: " + wording.Isolated(p.Detail)
	case OutcomeWithheld:
		s = "withheld: " + wording.Isolated(p.Detail)
	case OutcomePending:
		s = wording.NotRecorded
	}
	if p.Adopted {
		s += " (an earlier attempt had sent it)"
	}
	return s
}
