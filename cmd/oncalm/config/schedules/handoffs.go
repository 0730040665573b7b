package schedules

import (
	"math/bits"
	"regexp"
	"strings"
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/rotations/civil"
)

const (
	// DefaultWithin is how long a shift waits for being accepted, if nothing else is said.
	DefaultWithin = 30 * time.Minute
	// maxWithin is the longest wait for a shift to be accepted.
	maxWithin = 24 * time.Hour
	// DefaultRemind is how long before a shift its people are reminded, if nothing else is said.
	DefaultRemind = 24 * time.Hour
	// maxRemind is the longest time ahead of a shift that a reminder may be.
	maxRemind = 7 * 24 * time.Hour
)

// Handoffs is what is done about shifts that begin and end.
//
// A user group can be named by several schedules; whoever is on call in any of them is in it, and those who are always.
type Handoffs struct {
	Rules  map[string]handoffs.Rule  // by schedule, for all there are
	Groups map[string]handoffs.Group // by the id of the user group in Slack
	// LookAhead is when the channel is told what is amiss with the week to come.
	LookAhead handoffs.Weekly
}

// DefaultHandoffs is what is done if nothing is said: the week ahead is looked at on Mondays.
func DefaultHandoffs() Handoffs {
	return Handoffs{
		Rules: map[string]handoffs.Rule{}, Groups: map[string]handoffs.Group{},
		LookAhead: handoffs.Weekly{Day: time.Monday, At: 9 * 60 * 60, On: true},
	}
}

// A HandoffReader reads the section handoffs. It is shared by the section handoffs and all schedules, which come in any
// order in the file: a schedule takes what the section says when all was read.
type HandoffReader struct {
	to     *Handoffs
	remind []time.Duration // for schedules that say nothing else
}

// NewHandoffReader fills in to.
func NewHandoffReader(to *Handoffs) *HandoffReader {
	return &HandoffReader{to, []time.Duration{DefaultRemind}}
}

// Section reads what is done where a schedule says nothing else.
func (h *HandoffReader) Section(v reading.Value) {
	v.Mapping(
		reading.Key("remind", func(v reading.Value) { h.remind = leads(v) }),
		reading.Key("look_ahead", h.lookAhead),
		reading.Key("groups", h.groups),
	)
}

// groups reads who is always in a user group of Slack, besides those who are on call.
func (h *HandoffReader) groups(v reading.Value) {
	v.Named("user group", func(id string, key, v reading.Value) {
		if !isGroup(key, id, id) {
			return
		}
		g := h.to.Groups[id]
		v.List("people", func(v reading.Value) { g.Always = append(g.Always, person(v)) })
		h.to.Groups[id] = g
	})
}

// lookAhead reads a time of the week, such as mon 09:00, or off. The zone is that of each schedule.
func (h *HandoffReader) lookAhead(v reading.Value) {
	const wanted = "a day and a time such as mon 09:00, or off"
	s, ok := v.Filled(wanted)
	if !ok {
		return
	}
	if s == "off" {
		h.to.LookAhead = handoffs.Weekly{}
		return
	}
	day, at, _ := strings.Cut(strings.TrimSpace(s), " ")
	days, err := civil.ParseDays(day)
	clock, err2 := civil.ParseClock(strings.TrimSpace(at))
	// days are bits of a mask: one day is one bit, and its place is the weekday
	if err != nil || err2 != nil || clock >= 24*60*60 || bits.OnesCount8(uint8(days)) != 1 {
		v.Errorf("expected "+wanted, "%s is not a time of the week", reading.Quote(v.Text()))
		return
	}
	h.to.LookAhead = handoffs.Weekly{Day: time.Weekday(bits.TrailingZeros8(uint8(days))), At: clock, On: true}
}

// A ruleReader reads the keys of a schedule that are about its handoffs.
type ruleReader struct {
	schedule string
	handoffs *HandoffReader
	rule     handoffs.Rule
	reminded bool // by a key of its own
}

// done keeps the rule, when all is known that it leaves to the section handoffs.
func (r *ruleReader) done() {
	if !r.reminded {
		r.rule.Remind = r.handoffs.remind
	}
	r.handoffs.to.Rules[r.schedule] = r.rule
}

// handoff reads what happens when a shift begins: people are told, or have to accept, or nothing.
func (r *ruleReader) handoff(v reading.Value) {
	switch mode, _ := v.OneOf("notice", "accept", "none"); mode {
	case "accept":
		r.rule.Mode = handoffs.Accept
	case "none":
		r.rule.Mode = handoffs.Quiet
	}
}

// acceptWithin reads how long the one before stays on call while nobody accepts. After that the shift begins in any case.
func (r *ruleReader) acceptWithin(v reading.Value) { within(v, &r.rule.Within) }

// takeOver reads how long who comes has to take over what those who go have acknowledged, before whoever is on call is reminded, too.
func (r *ruleReader) takeOver(v reading.Value) { within(v, &r.rule.TakeOver) }

// within reads a time that people have to answer.
func within(v reading.Value, to *time.Duration) {
	d, ok := v.Duration()
	switch {
	case !ok:
	case d < time.Minute || d > maxWithin:
		v.Errorf("expected 1m to 24h", "%s is too short or too long", v.Key)
	default:
		*to = d
	}
}

// remind reads the reminders of this schedule, which take the place of those of the section, also with none.
func (r *ruleReader) remind(v reading.Value) { r.rule.Remind, r.reminded = leads(v), true }

// userGroup reads which group of Slack follows the schedule.
func (r *ruleReader) userGroup(v reading.Value) {
	id, ok := v.Filled("the id of a Slack user group, such as S0ONCALL")
	if ok && isGroup(v, id, v.Text()) {
		g := r.handoffs.to.Groups[id]
		g.Schedules = append(g.Schedules, r.schedule)
		r.handoffs.to.Groups[id] = g
	}
}

var groupForm = regexp.MustCompile(`^S[A-Z0-9]{2,30}$`)

// isGroup reports whether an id can be that of a user group, and complains if not, in the words of the file. written is
// what stands in the file, which may be a reference.
func isGroup(v reading.Value, id, written string) bool {
	if groupForm.MatchString(id) {
		return true
	}
	v.Errorf("give its id, which begins with S and is in the group's address in Slack",
		"%s is not the id of a Slack user group", reading.Quote(written))
	return false
}

// leads reads how long before a shift its people are reminded: a duration, or a list of such. Zero is never.
func leads(v reading.Value) []time.Duration {
	var all []time.Duration
	one := func(v reading.Value) {
		d, ok := v.Duration()
		switch {
		case !ok || d == 0:
		case d > maxRemind:
			v.Errorf("expected at most 168h", "%s is longer than a week before", v.Key)
		default:
			v.Odd(d, time.Minute, maxRemind, "such as 24h, or 0 for never")
			all = append(all, d)
		}
	}
	if v.Kind() == reading.Scalar {
		one(v)
		return all
	}
	v.List("durations such as [24h, 1h]", one)
	return all
}
