package plan

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/oncalm/oncalm/cmd/oncalm/importing/wall"
	"github.com/oncalm/oncalm/rotations"
	"github.com/oncalm/oncalm/rotations/civil"
)

// YAML is the plan as a part of a configuration, with the notes as comments.
//
// It is written by hand, and not by a library, so that comments stand where they belong and the order is that of the
// export. All that comes from outside goes through quote or [Line].
func (p *Plan) YAML() []byte {
	var b strings.Builder
	out := func(format string, args ...any) {
		_, _ = fmt.Fprintf(&b, format+"\n", args...) // a builder takes everything
	}
	out("# Made by oncalm import. Put it into the configuration, and let oncalm check look at it.")
	if len(p.Notes) > 0 {
		out("#\n# Differences from the original:")
		for _, n := range p.Notes {
			out("# - %s", Line(n))
		}
	}
	out("people:")
	for _, who := range p.people {
		if !p.needed(who.name) {
			continue
		}
		out("  %s: %s", quote(who.name), who.yaml())
	}
	out("schedules:")
	for _, s := range p.Schedules {
		out("  %s:\n    zone: %s\n    layers:", quote(s.Name), quote(s.Zone.String()))
		for _, l := range s.Layers {
			out("      - name: %s\n        people: [%s]\n        start: %s\n        shift: %s",
				quote(l.Name), turns(l), l.Start, l.Shift)
			if len(l.Only) > 0 {
				out("        only:")
			}
			for _, w := range l.Only {
				out("          - {days: %q, from: %q, to: %q}", w.Days, w.From, w.To)
			}
		}
		if len(s.Overrides) > 0 {
			out("    overrides:")
		}
		for _, o := range s.Overrides {
			instead := ""
			if o.For != "" {
				instead = ", for: " + quote(o.For)
			}
			out("      - {person: %s%s, from: %s, to: %s}",
				quote(o.Person), instead, wall.Civil(o.From, s.Zone), wall.Civil(o.To, s.Zone))
		}
	}
	return []byte(b.String())
}

// yaml is what the configuration knows of a person, and who they are there.
func (w person) yaml() string {
	var keys []string
	if w.slack != "" {
		keys = append(keys, "slack: "+quote(w.slack))
	}
	if w.zone != "" {
		keys = append(keys, "zone: "+w.zone)
	}
	text := "{" + strings.Join(keys, ", ") + "} # " + Line(w.about)
	if w.slack == "" {
		text += "; add slack: with the id from their Slack profile"
	}
	return text
}

// needed reports whether somebody is in a schedule.
func (p *Plan) needed(name string) bool {
	return slices.ContainsFunc(p.Schedules, func(s *Schedule) bool {
		return slices.ContainsFunc(s.Layers, func(l rotations.Layer) bool {
			return slices.ContainsFunc(l.People, func(turn []string) bool { return slices.Contains(turn, name) })
		}) || slices.ContainsFunc(s.Overrides, func(o rotations.Override) bool {
			return o.Person == name || o.For == name
		})
	})
}

// turns are the people of a layer as the configuration writes them: names, lists of those who take a turn together, and
// mappings for those who take part for some time.
func turns(l rotations.Layer) string {
	var all []string
	for i, turn := range l.People {
		var names []string
		for j, n := range turn {
			name := quote(n)
			if l.Terms != nil && l.Terms[i][j] != (rotations.Term{}) {
				term := l.Terms[i][j]
				name = "{person: " + name + dated("from", term.From) + dated("until", term.Until) + "}"
			}
			names = append(names, name)
		}
		text := strings.Join(names, ", ")
		if len(turn) > 1 {
			text = "[" + text + "]"
		}
		all = append(all, text)
	}
	return strings.Join(all, ", ")
}

// dated is a key with a date, if there is one.
func dated(key string, c civil.Time) string {
	if c == 0 {
		return ""
	}
	return ", " + key + ": " + c.String()
}

// quote is a text in YAML: as it is if it can only be a text, else as JSON has it, which YAML reads too.
func quote(s string) string {
	plain := regexp.MustCompile(`^[a-z][a-z0-9_/-]*$`)
	taken := []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"} // mean something else
	if low := strings.ToLower(s); plain.MatchString(low) && !slices.Contains(taken, low) {
		return s
	}
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string can always be written
	}
	return string(text)
}
