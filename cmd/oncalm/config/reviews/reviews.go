// Package reviews reads which incidents get a postmortem without that somebody asks for one.
package reviews

import (
	"slices"

	"github.com/oncalm/oncalm/bot/review"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/severities"
	"github.com/oncalm/oncalm/incidents"
)

// Section returns the reader of the rule for all incidents.
func Section(to *review.Rules) func(reading.Value) {
	return func(v reading.Value) { to.All = read(v) }
}

// Service returns the reader of the rule of a service.
func Service(to *review.Rules, name string) func(reading.Value) {
	return func(v reading.Value) {
		if rule := read(v); rule != nil {
			if to.Services == nil {
				to.Services = map[string]review.Rule{}
			}
			to.Services[name] = rule
		}
	}
}

// read reads severities, from one to another; nil if it is no rule. Never is a rule, too.
func read(v reading.Value) review.Rule {
	const wanted = "severities such as sev1 or sev1-sev2, or always, or never"
	s, ok := v.Filled(wanted)
	switch all := severities.Span(s); {
	case !ok:
		return nil
	case s == "always":
		return severities.Span(incidents.Sev1 + "-" + incidents.Sev4)
	case s == "never":
		return review.Rule{}
	case all == nil:
		v.Errorf("expected "+wanted, "%s does not say which incidents get a postmortem", reading.Quote(v.Text()))
		return nil
	case !slices.Contains(all, incidents.Sev1):
		v.Warnf("begin with sev1, such as sev1-sev2", "the worst incidents get no postmortem")
		return all
	default:
		return all
	}
}
