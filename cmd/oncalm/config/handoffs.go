package config

import (
	"math/bits"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/rotations/civil"
)

// DefaultRemind is how long before a shift its people are reminded, if nothing else is said.
const DefaultRemind = 24 * time.Hour

// DefaultWithin is how long a shift waits for being accepted, if nothing else is said.
const DefaultWithin = 30 * time.Minute

// maxWithin is the longest wait for a shift to be accepted.
const maxWithin = 24 * time.Hour

// maxRemind is the longest time ahead of a shift that a reminder may be.
const maxRemind = 7 * 24 * time.Hour

// Handoffs is what is done about shifts that begin and end.
type Handoffs struct {
	Rules  map[string]handoffs.Rule  // by schedule, for all there are
	Groups map[string]handoffs.Group // by the id of the user group in Slack
	// LookAhead is when the channel is told what is amiss with the week to come.
	LookAhead handoffs.Weekly
}

// ruled reads the keys of a schedule that are about its handoffs. What it leaves out is filled in when the whole file is read.
func (r *reader) ruled(c *Config, schedule string) []reading.Entry {
	rule := handoffs.Rule{Mode: handoffs.Notice, Within: DefaultWithin}
	reminded := false
	r.Later = append(r.Later, func() {
		if !reminded {
			rule.Remind = r.remind
		}
		c.Handoffs.Rules[schedule] = rule
	})
	var keys []reading.Entry
	return append(keys,
		reading.Key("handoff", func(v reading.Value) {
			mode, _ := r.oneOf(v, "notice", "accept", "none")
			switch mode {
			case "accept":
				rule.Mode = handoffs.Accept
			case "none":
				rule.Mode = handoffs.Quiet
			}
		}),
		reading.Key("accept_within", func(v reading.Value) {
			d, ok := r.duration(v)
			switch {
			case !ok:
			case d < time.Minute || d > maxWithin:
				r.Errorf(v, "expected 1m to 24h", "%s is too short or too long", v.Key)
			default:
				rule.Within = d
			}
		}),
		reading.Key("remind", func(v reading.Value) { rule.Remind, reminded = r.leads(v), true }),
		reading.Key("user_group", func(v reading.Value) {
			if id, ok := r.Filled(v, groupWanted); ok && r.isGroup(v, id, v.Text) {
				g := c.Handoffs.Groups[id]
				g.Schedules = append(g.Schedules, schedule)
				c.Handoffs.Groups[id] = g
			}
		}),
	)
}

const groupWanted = "the id of a Slack user group, such as S0ONCALL"

// isGroup reports whether an id can be that of a user group, and complains if not, in the words of the file.
func (r *reader) isGroup(v reading.Value, id, written string) bool {
	if groupForm.MatchString(id) {
		return true
	}
	r.Errorf(v, "give its id, which begins with S and stands in the group's address in Slack", "%s is not the id of a Slack user group", reading.Quote(written))
	return false
}

func (r *reader) handoffs(c *Config, v reading.Value) {
	r.Mapping(v,
		reading.Key("remind", func(v reading.Value) { r.remind = r.leads(v) }),
		reading.Key("look_ahead", func(v reading.Value) { r.lookAhead(c, v) }),
		reading.Key("groups", func(v reading.Value) {
			r.Named(v, "user group", func(id string, key, v reading.Value) {
				if !r.isGroup(key, id, id) {
					return
				}
				g := c.Handoffs.Groups[id]
				r.List(v, "people", func(v reading.Value) { g.Always = append(g.Always, r.person(c, v)) })
				c.Handoffs.Groups[id] = g
			})
		}),
	)
}

// DefaultLookAhead is when the channel is told what is amiss with the week to come, if nothing else is said.
func DefaultLookAhead() handoffs.Weekly {
	return handoffs.Weekly{Day: time.Monday, At: 9 * 60 * 60, On: true}
}

// lookAhead reads a time of the week, such as mon 09:00, or off.
func (r *reader) lookAhead(c *Config, v reading.Value) {
	const wanted = "a day and a time such as mon 09:00, or off"
	s, ok := r.Filled(v, wanted)
	if !ok {
		return
	}
	if s == "off" {
		c.Handoffs.LookAhead = handoffs.Weekly{}
		return
	}
	day, at, _ := strings.Cut(strings.TrimSpace(s), " ")
	days, err := civil.ParseDays(day)
	clock, err2 := civil.ParseClock(strings.TrimSpace(at))
	if err != nil || err2 != nil || clock >= 24*60*60 || bits.OnesCount8(uint8(days)) != 1 {
		r.Errorf(v, "expected "+wanted, "%s is not a time of the week", reading.Quote(v.Text))
		return
	}
	c.Handoffs.LookAhead = handoffs.Weekly{Day: time.Weekday(bits.TrailingZeros8(uint8(days))), At: clock, On: true}
}

// leads reads how long before a shift its people are reminded: a duration, or a list of such. Zero is never.
func (r *reader) leads(v reading.Value) []time.Duration {
	var all []time.Duration
	one := func(v reading.Value) {
		d, ok := r.duration(v)
		switch {
		case !ok || d == 0:
		case d > maxRemind:
			r.Errorf(v, "expected at most 168h", "%s is longer than a week before", v.Key)
		default:
			r.odd(v, d, time.Minute, maxRemind, "such as 24h, or 0 for never")
			all = append(all, d)
		}
	}
	if v.Kind == reading.Scalar {
		one(v)
		return all
	}
	r.List(v, "durations such as [24h, 1h]", one)
	return all
}
