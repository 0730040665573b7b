package steps

import (
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/rotations/civil"
)

// When is the condition of a step. It is looked at when the time of the step has come.
type When struct {
	// Severity lists the severities of incidents for which the step is taken; none means all.
	Severity []string `json:"severity,omitempty"`
	// Hours says when it is taken; nil is at any time.
	Hours *Hours `json:"hours,omitempty"`
}

// Hours are a part of the week in a zone.
type Hours struct {
	Zone   string       `json:"zone"`
	Window civil.Window `json:"window"`
}

// Holds reports whether a step with that condition is taken for an incident of that severity at a time.
func (w *When) Holds(now time.Time, severity string) bool {
	if w == nil {
		return true
	}
	return (len(w.Severity) == 0 || slices.Contains(w.Severity, severity)) && w.Hours.hold(now)
}

// hold reports whether a time is within the hours. In a zone that this machine does not know it is: rather a page too many.
func (h *Hours) hold(now time.Time) bool {
	if h == nil {
		return true
	}
	zone, err := time.LoadLocation(h.Zone)
	if err != nil {
		return true
	}
	_, _, in := h.Window.Holding(civil.Of(now.In(zone)))
	return in
}

// String says when the step is taken, for people: for sev1 or sev2, mon-fri 09:00-17:00 (Europe/Berlin).
func (w *When) String() string {
	if w == nil {
		return ""
	}
	var parts []string
	if len(w.Severity) > 0 {
		parts = append(parts, "for "+strings.Join(w.Severity, " or "))
	}
	if w.Hours != nil {
		parts = append(parts, w.Hours.Window.String()+" ("+w.Hours.Zone+")")
	}
	return strings.Join(parts, ", ")
}
