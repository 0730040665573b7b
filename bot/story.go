package bot

import (
	"time"

	"github.com/oncalm/oncalm/text"

	"github.com/oncalm/oncalm/incidents"
)

// tell puts an event into words for people. Not every event is worth a line: ok is false for those that others imply.
func tell(e incidents.Event) (l line, ok bool) {
	who := name(e.By)
	switch b := e.Body.(type) {
	case incidents.Opened:
		if b.Alarm != nil {
			who = "alarm " + b.Alarm.Name
		}
		return say("opened by ", who, paged(b.Quiet, nil)), true
	case incidents.Reported:
		if b.Late {
			return nil, false
		}
		return say("alarm ", b.Alarm.Name, " says ", strong(string(b.Alarm.State)), because(b.Alarm.Reason), paged("", b.Raised)), true
	case incidents.Reopened:
		return say("triggered again", paged(b.Quiet, b.Raised)), true
	case incidents.Acknowledged:
		return say("acknowledged by ", strong(who)), true
	case incidents.Escalated:
		if b.Anew {
			return say("paged anew from the first step", because(b.Reason)), true
		}
		return say("escalated by ", strong(who), because(b.Reason)), true
	case incidents.Noted:
		return say(strong(who), ": ", text.Clip(b.Text, 500)), true
	case incidents.Resolved:
		return say("resolved by ", strong(who), because(b.Reason)), true
	}
	return tellPage(e)
}

// paged says why nobody is paged for what begins, or that somebody is from now on.
func paged(quiet string, raised *incidents.Raised) string {
	switch {
	case raised != nil:
		return "; with this it is " + raised.Severity + " of " + raised.Service + ", and pages"
	case quiet != "":
		return "; nobody is paged: " + text.Clip(text.Line(quiet), 200)
	}
	return ""
}

// tellPage puts the events of pages into words.
func tellPage(e incidents.Event) (l line, ok bool) {
	switch b := e.Body.(type) {
	case incidents.Paged:
		if b.Reminder {
			return say("reminding ", strong(b.Person)), true
		}
		return say("paging ", strong(b.Person), because(b.Why)), true
	case incidents.Delivered:
		return say(strong(b.Person), " has the page"), true
	case incidents.Undelivered:
		return say("the page to ", strong(b.Person), " cannot be delivered", because(b.Error)), true
	case incidents.Withheld:
		return say("the page to ", strong(b.Person), " was not sent", because(b.Why)), true
	}
	return nil, false
}

// because is a reason behind what happened, if there is one.
func because(reason string) string {
	if reason = text.Clip(text.Line(reason), 200); reason == "" {
		return ""
	}
	return ": " + reason
}

// name is how people know an actor.
func name(a incidents.Actor) string {
	switch a.Kind {
	case incidents.KindAlarm:
		return "alarm " + a.Name
	case incidents.KindOncalm:
		return "Oncalm"
	}
	return a.Name
}

// story is the newest of those events that keep tells and that were not struck, at most n, oldest first, each with its time.
func story(events []incidents.Event, n int, keep func(incidents.Event) bool) []line {
	struck := map[int]bool{}
	for _, e := range events {
		if s, ok := e.Body.(incidents.Struck); ok {
			struck[s.Seq] = true
		}
	}
	var lines []line
	for k := len(events) - 1; k >= 0 && len(lines) < n; k-- {
		e := events[k]
		if struck[e.Seq] || !keep(e) {
			continue
		}
		if l, ok := tell(e); ok {
			lines = append(lines, say(e.At, "  ", l))
		}
	}
	for a, z := 0, len(lines)-1; a < z; a, z = a+1, z-1 {
		lines[a], lines[z] = lines[z], lines[a]
	}
	return lines
}

// standing is what an incident's status amounts to, in words.
func standing(i *incidents.Incident) line {
	switch i.Status {
	case incidents.StatusAcknowledged:
		return say("✋ ", strong("Acknowledged"), " by ", strong(name(i.AcknowledgedBy)), ", ", i.Acknowledged)
	case incidents.StatusResolved:
		took := i.Resolved.Sub(i.Opened)
		return say("✅ ", strong("Resolved"), " by ", strong(name(i.ResolvedBy)), ", ", i.Resolved, " (after ", text.Lasting(max(took, 0)), ")")
	}
	if i.Quiet {
		return say("🔕 ", strong("Quiet"), ": nobody is paged")
	}
	return say("🚨 ", strong("Triggered"), ": nobody has acknowledged yet")
}

// pageStates says of each person paged how far the page has come.
func pageStates(i *incidents.Incident) line {
	var all []span
	for _, person := range pagedPeople(i) {
		p := i.Pages[person]
		if len(all) > 0 {
			all = append(all, span{text: ", "})
		}
		all = append(all, strong(person), span{text: " " + pageState(p)})
	}
	if len(all) == 0 && i.Quiet && i.Open() {
		return say("It can wait for working hours. Whoever wants somebody paged escalates it.")
	}
	if len(all) == 0 {
		return say("Nobody has been paged.")
	}
	return say("Paged: ", line(all))
}

func pageState(p incidents.PageState) string {
	switch {
	case p.Failed:
		return "(not delivered)"
	case p.Delivered.IsZero():
		return "(on its way)"
	}
	return "(delivered)"
}

// pagedPeople are those who were paged in this run, in that order.
func pagedPeople(i *incidents.Incident) []string {
	at := map[string]time.Time{}
	for person, p := range i.Pages {
		at[person] = p.At
	}
	return byTime(at)
}
