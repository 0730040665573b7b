package config

import (
	"time"

	"github.com/oncalm/oncalm/handoffs"
)

// DefaultRemind is how long before a shift its people are reminded, if nothing else is said.
const DefaultRemind = 24 * time.Hour

// maxRemind is the longest time ahead of a shift that a reminder may be.
const maxRemind = 7 * 24 * time.Hour

// Handoffs is what is done about shifts that begin and end.
type Handoffs struct {
	Rules map[string]handoffs.Rule // by schedule, for all there are
}

// ruled reads the keys of a schedule that are about its handoffs. What it leaves out is filled in when the whole file is read.
func (r *reader) ruled(c *Config, schedule string) []entry {
	rule := handoffs.Rule{Mode: handoffs.Notice}
	reminded := false
	r.later = append(r.later, func() {
		if !reminded {
			rule.Remind = r.remind
		}
		c.Handoffs.Rules[schedule] = rule
	})
	var keys []entry
	return append(keys,
		entry{"handoff", func(v value) {
			if mode, ok := r.oneOf(v, "notice", "none"); ok && mode == "none" {
				rule.Mode = handoffs.Quiet
			}
		}},
		entry{"remind", func(v value) { rule.Remind, reminded = r.leads(v), true }},
	)
}

func (r *reader) handoffs(_ *Config, v value) {
	r.mapping(v,
		entry{"remind", func(v value) { r.remind = r.leads(v) }},
	)
}

// leads reads how long before a shift its people are reminded: a duration, or a list of such. Zero is never.
func (r *reader) leads(v value) []time.Duration {
	var all []time.Duration
	one := func(v value) {
		d, ok := r.duration(v)
		switch {
		case !ok || d == 0:
		case d > maxRemind:
			r.errorf(v, "expected at most 168h", "%s is longer than a week before", v.key)
		default:
			all = append(all, d)
		}
	}
	if v.kind == scalar {
		one(v)
		return all
	}
	r.list(v, "durations such as [24h, 1h]", one)
	return all
}
