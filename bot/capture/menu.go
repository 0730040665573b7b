package capture

import (
	"time"

	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/notes"
)

// chosen is what somebody filled in who put a message onto a timeline by its menu.
type chosen struct {
	By   string     `json:"by"` // their name
	At   time.Time  `json:"at,omitzero"`
	Sort notes.Sort `json:"sort,omitempty"`
}

// into makes of a line what was chosen.
func (h *chosen) into(n *incidents.Noted, at *time.Time) {
	n.Captured, n.Sort = h.By, h.Sort
	if !h.At.IsZero() {
		*at = h.At
	}
}
