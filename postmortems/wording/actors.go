package wording

import (
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/text"
)

// Who names an actor.
func Who(a incidents.Actor) string {
	switch a.Kind {
	case incidents.KindPerson, incidents.KindOther:
		return Said(a.Name)
	case incidents.KindAlarm:
		return "alarm " + Said(a.Name)
	case incidents.KindOncalm:
		return "Oncalm"
	}
	return Said(a.Kind + " " + a.Name)
}

// Actor names an actor in a sentence.
func Actor(a incidents.Actor) string {
	if a.Kind == incidents.KindAlarm {
		return "the alarm " + Quoted(a.Name)
	}
	return text.Clip(Who(a), Shortest)
}
