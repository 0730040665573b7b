// Package severities reads how bad things are, and of which nobody is paged.
package severities

import (
	"slices"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/incidents"
)

// Read reads a severity.
func Read(v reading.Value) (string, bool) {
	return v.OneOf(incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4)
}

// Set returns the reader of a severity.
func Set(to *string) func(reading.Value) {
	return func(v reading.Value) {
		if severity, ok := Read(v); ok {
			*to = severity
		}
	}
}

// DefaultQuiet lists the severities of which nobody is paged, unless a file says otherwise.
func DefaultQuiet() []string { return []string{incidents.Sev4} }

// Quiet returns the reader of the severities of which nobody is paged. An empty list means that all page.
func Quiet(to *[]string) func(reading.Value) {
	return func(v reading.Value) {
		if v.Kind() == reading.Null {
			v.Errorf("write [sev4], or [] so that all severities page", "quiet has no value")
			return
		}
		*to = []string{}
		v.List("severities such as [sev4], or [] so that all of them page", func(v reading.Value) {
			severity, ok := Read(v)
			switch {
			case !ok:
				return
			case slices.Contains(*to, severity):
				v.Warnf("remove one", "quiet lists %s twice", severity)
				return
			case severity == incidents.Sev1:
				v.Warnf("take sev1 out",
					"nobody is paged for the worst incidents, not even when alarms can no longer reach Oncalm")
			}
			*to = append(*to, severity)
		})
	}
}

// Span are the severities from one to another, such as sev1-sev2, or the one that is named; nil if it is none.
func Span(s string) []string {
	all := []string{incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4}
	first, last, ranged := strings.Cut(s, "-")
	if !ranged {
		last = first
	}
	from, to := slices.Index(all, first), slices.Index(all, last)
	if from < 0 || to < from {
		return nil
	}
	return all[from : to+1]
}
