package incidents

import (
	"time"

	"github.com/oncalm/oncalm/incidents/wording"
)

// openingKinds are of the incident and its alarms.
func openingKinds() []Kind { return []Kind{kindOf[Opened](), kindOf[Reported](), kindOf[Reopened]()} }

// Opened is the first event of every timeline.
type Opened struct {
	Title    string `json:"title"`
	Service  string `json:"service"`
	Severity string `json:"severity"`
	Runbook  string `json:"runbook,omitempty"`
	Alarm    *Alarm `json:"alarm,omitempty"` // nil if a person opened it
	// Quiet says why nobody is paged; empty if the escalation policy is followed.
	Quiet string `json:"quiet,omitempty"`
	// Silence is what silences it; nil if nothing does.
	Silence *Silence `json:"silence,omitempty"`
	// Held says that the first step waits; nil if it does not.
	Held *Held `json:"held,omitempty"`
	// SplitFrom is the incident that a person took the alarm out of.
	SplitFrom string `json:"split_from,omitempty"`
	Via       string `json:"via,omitempty"` // where a person opened it; empty is Slack
}

func (Opened) kind() string { return "opened" }

func (b Opened) apply(i *Incident, e Event) error {
	if i.Seq != 0 {
		return refuse(i, ErrAlreadyOpen)
	}
	i.Title, i.Service, i.Severity, i.Runbook = b.Title, b.Service, b.Severity, b.Runbook
	i.Status, i.Opened, i.OpenedBy = StatusTriggered, e.At, e.By
	i.Quiet, i.SplitFrom = b.Quiet != "", b.SplitFrom
	i.hush(b.Silence)
	i.hold(e, b.Held)
	i.applyAlarm(e, b.Alarm)
	return nil
}

func (b Opened) words(e Event) Words {
	w := Words{Shown: OnTimeline | InPostmortem, Source: SourceAlarm}
	w.Say = append(append(Sentence{plain("opened")}, wording.At(b.Via)...), plain(" as "), term(b.Severity), plain(" for "),
		term(b.Service), plain(": "))
	if b.Alarm == nil {
		w.Say, w.Source = append(w.Say, term(b.Title)), SourceCommand
	} else {
		w.Say = append(w.Say, b.Alarm.Says(e.At)...)
	}
	if b.SplitFrom != "" {
		w.Say = append(w.Say, plain("; it was part of incident "), term(b.SplitFrom))
	}
	w.Say = append(append(w.Say, paging(b.Quiet, b.Silence, nil)...), b.Held.Says()...)
	return w
}

// Reported is a report of an alarm about an incident that is open, or was.
type Reported struct {
	Alarm Alarm `json:"alarm"`
	// Late says that a newer word was known already: this one changes nothing.
	Late bool `json:"late,omitempty"`
	// Raised is set if the incident was quiet, and with this alarm is not any more.
	Raised *Raised `json:"raised,omitempty"`
	// Held is set if with this alarm the run waits, or waits for less long than before: the hold ends at once
	// if its end is not after the event.
	Held *Held `json:"held,omitempty"`
}

func (Reported) kind() string { return "reported" }

func (b Reported) apply(i *Incident, e Event) error {
	if b.Late {
		return nil
	}
	i.applyAlarm(e, &b.Alarm)
	i.raise(e, &b.Alarm, b.Raised)
	i.hold(e, b.Held)
	return nil
}

func (b Reported) words(e Event) Words {
	w := Words{Say: append(Sentence{plain("reported ")}, b.Alarm.Says(e.At)...), Shown: OnCard | OnTimeline | InPostmortem,
		Source: SourceAlarm}
	if b.Late {
		w.Say, w.Shown = append(w.Say, plain(" (arrived after a newer message and changed nothing)")), InPostmortem
	}
	w.Say = append(append(w.Say, paging("", nil, b.Raised)...), b.Held.Change(e.At)...)
	return w
}

// Reopened triggers a resolved incident again: its alarm fired again soon after, or a person says that it is not over.
type Reopened struct {
	Alarm  *Alarm `json:"alarm,omitempty"`
	Reason string `json:"reason,omitempty"` // that a person gave
	// Undoes is the event of a resolution that whoever gave it takes back, and Care is whose the incident is then, as it was
	// before; nil if it was nobody's. An older version reads that it was triggered again, and pages.
	Undoes int   `json:"undoes,omitempty"`
	Care   *Care `json:"care,omitempty"`
	// Quiet says why nobody is paged in this run; empty if the escalation policy is followed.
	Quiet string `json:"quiet,omitempty"`
	// Silence is what silences this run; nil if nothing does.
	Silence *Silence `json:"silence,omitempty"`
	// Raised is set if the incident was quiet, and with this alarm is not any more.
	Raised *Raised `json:"raised,omitempty"`
	// Held says that the first step waits; nil if it does not.
	Held *Held `json:"held,omitempty"`
	// Gone are the series that fired when it was resolved and are part of other incidents since.
	Gone []string `json:"gone,omitempty"`
}

func (Reopened) kind() string { return "reopened" }

func (b Reopened) apply(i *Incident, e Event) error {
	if i.Status != StatusResolved {
		return refuse(i, ErrAlreadyOpen)
	}
	i.Status, i.Resolved, i.ResolvedBy = StatusTriggered, time.Time{}, Actor{}
	i.Acknowledged, i.AcknowledgedBy, i.MergedInto = time.Time{}, Actor{}, ""
	i.anew()
	i.Quiet, i.Held = b.Quiet != "", nil
	for _, series := range b.Gone {
		delete(i.Firing, series)
		delete(i.Severities, series)
	}
	i.hush(b.Silence)
	i.applyAlarm(e, b.Alarm)
	i.raise(e, b.Alarm, b.Raised)
	i.hold(e, b.Held)
	i.entrust(b.Care)
	return nil
}

// Care says who takes care of an incident, and since when.
type Care struct {
	By Actor     `json:"by"`
	At time.Time `json:"at"`
}

// entrust gives the incident back to who took care of it, if anybody did.
func (i *Incident) entrust(c *Care) {
	if c != nil {
		i.Status, i.Acknowledged, i.AcknowledgedBy, i.Held = StatusAcknowledged, c.At, c.By, nil
	}
}

func (b Reopened) words(e Event) Words {
	w := Words{Say: Sentence{plain("triggered again")}, Shown: OnCard | OnTimeline | InPostmortem, Source: SourceAlarm}
	switch {
	case b.Alarm != nil:
		w.Say = append(append(w.Say, plain(": ")), b.Alarm.Says(e.At)...)
	case e.By.Kind == KindPerson:
		w.Say, w.Source = append(Sentence{plain("reopened it")}, because(b.Reason)...), SourceCommand
		if b.Undoes != 0 {
			w.Say = Sentence{plain("took the resolution back")}
		}
	}
	w.Say = append(append(w.Say, paging(b.Quiet, b.Silence, b.Raised)...), b.Held.Says()...)
	return w
}

// Raised is what a quiet incident becomes with an alarm that pages: that alarm's own, as if
// it had opened the incident.
type Raised struct {
	Title    string `json:"title"`
	Service  string `json:"service"`
	Severity string `json:"severity"`
	Runbook  string `json:"runbook,omitempty"`
}

// raise makes of a quiet incident one of an alarm that pages. Whoever took care of what was quiet
// has not said anything about that.
func (i *Incident) raise(e Event, a *Alarm, to *Raised) {
	if to == nil {
		return
	}
	i.Title, i.Service, i.Severity, i.Runbook = to.Title, to.Service, to.Severity, to.Runbook
	i.Quiet, i.Silence, i.Held = false, nil, nil
	if i.Status == StatusAcknowledged {
		i.untaken()
	}
	if a != nil {
		i.LatestAlarm = AlarmRef{a.Series, e.Seq}
	}
}

// applyAlarm applies the state that an alarm has in an event.
func (i *Incident) applyAlarm(e Event, a *Alarm) {
	if a == nil {
		return
	}
	if i.LatestAlarm == (AlarmRef{}) || i.LatestAlarm.Series == a.Series {
		i.LatestAlarm = AlarmRef{a.Series, e.Seq}
	}
	switch a.State {
	case AlarmFiring:
		if i.Firing == nil {
			i.Firing = map[string]string{}
		}
		i.Firing[a.Series] = a.Name
	case AlarmOK:
		delete(i.Firing, a.Series)
	}
}
