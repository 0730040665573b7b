package bot

import (
	"fmt"

	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/rotations"
)

// aheadMessage tells the channel what is amiss with the shifts of the week.
func aheadMessage(a handoffs.Ahead) message {
	m := message{title: "On call in the week ahead", notice: aheadNotice(a)}
	var lines []line
	for _, f := range a.Findings {
		lines = append(lines, append(say(strong(f.Schedule), ": "), finding(f)...))
	}
	if a.More > 0 {
		lines = append(lines, say(fmt.Sprintf("and %d more", a.More)))
	}
	if len(lines) > 0 {
		m.body = append(m.body, paragraph{bullets, lines})
	}
	m.body = append(m.body, quietAhead(a)...)
	return m
}

func aheadNotice(a handoffs.Ahead) string {
	n := len(a.Findings) + a.More + len(a.Quiet) + a.MoreQuiet
	if n == 1 {
		return "On call in the week ahead: one thing to look at."
	}
	return fmt.Sprintf("On call in the week ahead: %d things to look at.", n)
}

// quietAhead reminds of incidents of which nobody was paged.
func quietAhead(a handoffs.Ahead) []paragraph {
	if len(a.Quiet) == 0 {
		return nil
	}
	var lines []line
	for _, i := range a.Quiet {
		lines = append(lines, openLine(i))
	}
	if a.MoreQuiet > 0 {
		lines = append(lines, say(fmt.Sprintf("and %d more", a.MoreQuiet)))
	}
	return []paragraph{para(say("Open and quiet, so that nobody is paged:")), {bullets, lines}}
}

func finding(f handoffs.Finding) line {
	switch {
	case f.Person != "":
		return say(strong(f.Person), " is on call from ", f.From, " and cannot be reached: ", hindered([]handoffs.Hindrance{f.Hindrance}), ".")
	case len(f.Overrides) == 1 && f.Overrides[0].Void != "":
		return say("from ", f.From, " to ", f.To, " ", standsIn(f.Overrides[0]), ", which does not count: ", f.Overrides[0].Void, ".")
	case len(f.Overrides) == 1:
		return say("from ", f.From, " to ", f.To, " ", standsIn(f.Overrides[0]), ", which changes nothing.")
	case len(f.Overrides) > 1:
		return say("from ", f.From, " to ", f.To, " two overrides meet: ", standsIn(f.Overrides[0]), ", and ", standsIn(f.Overrides[1]),
			". The last one counts.")
	}
	return say("nobody is on call from ", f.From, " to ", f.To, "; pages go to the fallback.")
}

func standsIn(o rotations.Override) line {
	if o.For == "" {
		return say(strong(o.Person), " stands in for everybody")
	}
	return say(strong(o.Person), " stands in for ", strong(o.For))
}
