package main

import (
	"regexp"
	"slices"
	"strings"

	"github.com/anishathalye/porcupine"
)

// A wish is one thing that somebody asked of an incident: the input of an operation.
type wish struct{ person, incident, word, arg string }

// A linearEvent is what somebody did to an incident, and how it was before.
type linearEvent struct {
	by, did string
	arg     string
	back    bool // it was taken back
	undoes  bool // it takes something back
	before  posture
}

// A posture is how an incident stands, as far as the model goes.
type posture struct {
	status     string // triggered, acknowledged, resolved
	by         string // who acknowledged, or resolved
	care       int    // the event that made it so
	sev, title string
	lead       string
}

// A linearState is an incident in the model: one after another, each request is answered as its predecessors left things.
type linearState struct {
	posture
	log []linearEvent
}

// linearModel is the incident as a sequential object. Its answers are those of [normalised].
func linearModel() porcupine.Model {
	return porcupine.Model{
		Partition: func(all []porcupine.Operation) [][]porcupine.Operation {
			by := map[string][]porcupine.Operation{}
			for _, op := range all {
				id := op.Input.(wish).incident
				by[id] = append(by[id], op)
			}
			var parts [][]porcupine.Operation
			for _, part := range by {
				parts = append(parts, part)
			}
			return parts
		},
		Init: func() any { return linearState{posture: posture{status: "triggered", sev: "sev3"}} },
		Step: func(state, input, output any) (bool, any) {
			answer, next := state.(linearState).step(input.(wish))
			return answer == output.(string), next
		},
		Equal: func(a, b any) bool {
			x, y := a.(linearState), b.(linearState)
			return x.posture == y.posture && slices.Equal(x.log, y.log)
		},
	}
}

// step is what an incident answers, and how it stands then.
func (s linearState) step(in wish) (answer string, next linearState) {
	if s.title == "" {
		s.title = "search-" + in.incident
	}
	refusal := s.status + " by " + s.by
	switch in.word {
	case "info":
		return strings.TrimSuffix(s.sev+" "+s.title+" "+s.status+" by "+s.by, " by "), s
	case "ack":
		switch {
		case s.status == "triggered":
			return "first", s.did(in, posture{status: "acknowledged", by: in.person})
		case s.status == "acknowledged" && s.by == in.person:
			return "mine already", s
		}
		return refusal, s
	case "resolve":
		if s.status == "resolved" {
			return refusal, s
		}
		return "resolved", s.did(in, posture{status: "resolved", by: in.person})
	case "reopen":
		if s.status != "resolved" {
			return "open", s
		}
		return "reopened", s.did(in, posture{status: "triggered"})
	case "escalate":
		if s.status == "resolved" {
			return refusal, s
		}
		return "escalated", s.did(in, posture{status: "triggered"})
	case "undo":
		return s.undo(in)
	}
	return s.note(in)
}

// note is step for the words that leave the status as it is, or nearly so.
func (s linearState) note(in wish) (answer string, next linearState) {
	switch in.word {
	case "severity":
		if s.sev == in.arg {
			return in.arg + " already", s
		}
		to := posture{sev: in.arg}
		if s.status != "resolved" && in.arg < s.sev { // worse: it pages anew
			to.status = "triggered"
		}
		return in.arg + " was " + s.sev, s.did(in, to)
	case "rename":
		return in.arg + " was " + s.title, s.did(in, posture{title: in.arg})
	case "lead":
		if s.lead == in.person {
			return "lead already", s
		}
		return "lead was " + s.lead, s.did(in, posture{lead: in.person})
	}
	return "noted", s.did(in, posture{})
}

// did is the state after something was done: what to names is so now.
func (s linearState) did(in wish, to posture) linearState {
	e := linearEvent{by: in.person, did: in.word, arg: in.arg, before: s.posture}
	s.log = append(slices.Clip(s.log), e)
	if to.status != "" {
		s.status, s.by, s.care = to.status, to.by, len(s.log)
	}
	if to.sev != "" {
		s.sev = to.sev
	}
	if to.title != "" {
		s.title = to.title
	}
	if to.lead != "" {
		s.lead = to.lead
	}
	return s
}

// undo takes back what somebody did last, unless it has changed since.
func (s linearState) undo(in wish) (answer string, next linearState) {
	at := len(s.log) - 1
	for ; at >= 0; at-- {
		if e := s.log[at]; e.by == in.person && !e.back && !e.undoes {
			break
		}
	}
	if at < 0 {
		return "nothing", s
	}
	e := s.log[at]
	stands, to := s.opposite(at)
	switch {
	case e.did == "escalate" || e.did == "reopen":
		return "lasting: " + described(e), s
	case !stands:
		return "overtaken: " + described(e), s
	}
	undone := s
	undone.log = append(slices.Clone(s.log), linearEvent{by: in.person, did: e.did, undoes: true, before: s.posture})
	undone.log[at].back = true
	undone.posture = to
	return "back: " + described(e) + ", " + undone.title, undone
}

// opposite is how an incident stands when an event is taken back, and whether it still is what the event made of it.
func (s linearState) opposite(at int) (stands bool, to posture) {
	e := s.log[at]
	later := func(did string) bool {
		return slices.ContainsFunc(s.log[at+1:], func(l linearEvent) bool { return l.did == did })
	}
	to = s.posture
	switch e.did {
	case "ack":
		to.status, to.by, to.care = "triggered", "", len(s.log)+1
		return s.status == "acknowledged" && s.care == at+1, to
	case "resolve":
		to.status, to.by, to.care = "triggered", "", len(s.log)+1
		if e.before.status == "acknowledged" { // it is theirs again
			to.status, to.by, to.care = e.before.status, e.before.by, e.before.care
		}
		return s.status == "resolved" && s.care == at+1, to
	case "severity":
		to.sev = e.before.sev
		return s.sev == e.arg && !later("severity"), to
	case "rename":
		if to.title = e.before.title; to.title == "" {
			to.title = s.title
		}
		return s.title == e.arg && !later("rename"), to
	case "lead":
		to.lead = e.before.lead
		return s.lead == e.by, to
	}
	return true, to
}

// described is an event as an undo names it.
func described(e linearEvent) string {
	switch e.did {
	case "severity":
		return "rated " + e.arg
	case "note":
		return "noted " + e.arg
	}
	return map[string]string{"ack": "acknowledged", "resolve": "resolved", "reopen": "reopened", "escalate": "escalated",
		"rename": "renamed", "lead": "changed who is lead of"}[e.did]
}

// A wording is how answers say one thing.
type wording struct {
	said *regexp.Regexp
	as   string
}

func wordings() []wording {
	read := func(said, as string) wording { return wording{regexp.MustCompile(said), as} }
	const did = `(acknowledged|resolved|reopened|escalated|renamed|changed who is lead of|rated \w+|noted “\w+”)( the incident| on)?`
	return []wording{
		read(`^You acknowledged \d+ \(.*\)\. Nobody else`, "first"),
		read(`^You acknowledged \d+ already, .*; nothing`, "mine already"),
		read(`^\d+ was (acknowledged|resolved) .* by (\w+); nothing`, "$1 by $2"),
		read(`^You took back that you `+did+` \d+ \((.*?)\)\.`, "back: $1, $3"),
		read(`^You `+did+` \d+, and it has changed since`, "overtaken: $1"),
		read(`^You `+did+` \d+ last, which cannot be taken back`, "lasting: $1"),
		read(`^You did nothing in the last`, "nothing"),
		read(`^You (resolved|reopened|escalated) \d+ \(`, "$1"),
		read(`^\d+ is open; nothing`, "open"),
		read(`^\d+ \(.*\) is (sev\d) now; it was (sev\d)`, "$1 was $2"),
		read(`^\d+ is (sev\d) already`, "$1 already"),
		read(`^\d+ is called “(.*)” now; it was “(.*)”`, "$1 was $2"),
		read(`^You are lead of \d+ \(.*\) now; it was (\w+)`, "lead was $1"),
		read(`^You are lead of \d+ \(.*\) now\.`, "lead was "),
		read(`^\w+ is lead of \d+ already`, "lead already"),
		read(`^Noted on \d+ \(`, "noted"),
		read(`^\S+ (sev\d) · (\S+)\n\S+ Triggered`, "$1 $2 triggered"),
		read(`^\S+ (sev\d) · (\S+)\n\S+ Acknowledged by (\w+)`, "$1 $2 acknowledged by $3"),
		read(`^\S+ (sev\d) · (\S+)\n\S+ Resolved by (\w+)`, "$1 $2 resolved by $3"),
	}
}

// normalised is an answer in the words of the model; false if it says nothing that the model knows.
func normalised(text string) (string, bool) {
	for _, r := range wordings() {
		if m := r.said.FindStringSubmatchIndex(text); m != nil {
			said := string(r.said.ExpandString(nil, r.as, text, m))
			return strings.NewReplacer("“", "", "”", "").Replace(said), true
		}
	}
	return text, false
}
