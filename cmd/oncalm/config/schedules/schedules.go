// Package schedules reads who is on call when: the schedules with their layers and the overrides that the file plans,
// and what is done when a shift begins or ends.
//
// It also looks at them over time, for what no single key shows: hours in which nobody is on call, layers that never
// count, handoffs at a time that the clocks skip. What depends on the date of the check is a warning: a configuration
// that served yesterday must serve today.
package schedules

import (
	"time"

	"github.com/oncalm/oncalm/cmd/oncalm/config/holidays"
	"github.com/oncalm/oncalm/cmd/oncalm/config/reading"
	"github.com/oncalm/oncalm/cmd/oncalm/config/zones"
	"github.com/oncalm/oncalm/handoffs"
	"github.com/oncalm/oncalm/rotations"
)

// A Reader reads the section schedules.
type Reader struct {
	Schedules map[string]rotations.Schedule
	// Planned holds the overrides of the file, by schedule, in the file's order.
	Planned  map[string][]rotations.Override
	Handoffs *HandoffReader
}

// Section reads schedules by their names.
//
// Overrides are read last, since their times are in the zone of the schedule, wherever that stands.
func (r *Reader) Section(v reading.Value) {
	v.Named("schedule", func(name string, key, v reading.Value) {
		s := rotations.Schedule{Name: name}
		rule := ruleReader{
			schedule: name, handoffs: r.Handoffs, rule: handoffs.Rule{Mode: handoffs.Notice, Within: DefaultWithin},
		}
		var planned reading.Value
		v.Mapping(
			reading.Key("handoff", rule.handoff),
			reading.Key("accept_within", rule.acceptWithin),
			reading.Key("take_over", rule.takeOver),
			reading.Key("remind", rule.remind),
			reading.Key("user_group", rule.userGroup),
			reading.Key("zone", func(v reading.Value) { s.Zone = zones.Read(v) }),
			reading.Key("layers", func(v reading.Value) {
				v.List("layers", func(v reading.Value) { s.Layers = append(s.Layers, layer(v)) })
			}),
			reading.Key("holidays", func(v reading.Value) { s.Holidays = holidays.Read(v) }),
			reading.Key("overrides", func(v reading.Value) { planned = v }),
		)
		key.File.Later(rule.done)
		sound(&s, key)
		r.Schedules[name] = s
		if all := overrides(s, planned); all != nil {
			r.Planned[name] = all
		}
		if !key.Faulty() {
			covered(s, r.Planned[name], key)
		}
	})
}

// sound sees that a schedule is one. It sets a zone in any case, so that what follows can work with it; the error was said.
func sound(s *rotations.Schedule, key reading.Value) {
	if !key.Has("zone") {
		key.Errorf("add zone: with one of the tz database, such as Europe/Berlin",
			"schedule %s has no time zone", s.Name)
		s.Zone = time.UTC
	}
	for _, p := range s.Validate() {
		key.In(p.Path).Lacks(p.Remedy, "%s", p.What)
	}
	if s.Zone == nil {
		s.Zone = time.UTC
	}
}
