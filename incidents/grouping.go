package incidents

import (
	"cmp"
	"maps"
)

// Several alarms are one incident when they fire together, when one is a part of another, or when somebody says so. Each of these
// kinds of events moves alarms from and to an incident, or says what that makes of it.
func groupingKinds() []Kind {
	return []Kind{kindOf[Joined](), kindOf[Worsened](), kindOf[Absorbed](), kindOf[Split]()}
}

// Joined says that an alarm which was no part of the incident is one now.
type Joined struct {
	Alarm Alarm `json:"alarm"`
	// Severity is how bad the alarm is by itself.
	Severity string `json:"severity,omitempty"`
	// From is the incident that it was part of before, if a person merged that into this one.
	From string `json:"from,omitempty"`
	// Raised is set if the incident was quiet, and with this alarm is not any more.
	Raised *Raised `json:"raised,omitempty"`
	// Held is that of [Reported].
	Held *Held `json:"held,omitempty"`
}

func (Joined) kind() string { return "joined" }

func (b Joined) apply(i *Incident, e Event) error {
	i.Joined++
	i.applyAlarm(e, &b.Alarm)
	if b.Raised != nil {
		i.rate(b.Raised.Severity)
	}
	i.raise(e, &b.Alarm, b.Raised)
	i.hold(e, b.Held)
	if b.Severity != "" && b.Severity != i.Severity {
		if i.Severities == nil {
			i.Severities = map[string]string{}
		}
		i.Severities[b.Alarm.Series] = b.Severity
	}
	return nil
}

func (b Joined) words(e Event) Words {
	w := Words{Say: append(Sentence{plain("joined: ")}, b.Alarm.Says(e.At)...), Shown: OnCard | OnTimeline | InPostmortem,
		Source: SourceAlarm}
	if b.From != "" {
		w.Say[0] = plain("joined from incident " + b.From + ": ")
		w.Shown = OnTimeline | InPostmortem // the merge is told, and the card names the alarms
	}
	w.Say = append(append(w.Say, paging("", nil, b.Raised)...), b.Held.Change(e.At)...)
	return w
}

// Worsened makes of the incident what a worse alarm in it would have opened.
type Worsened struct {
	Raised
	// Alarm is that of the worse alarm.
	Alarm AlarmRef `json:"alarm,omitzero"`
	// Again starts the policy with its first step: nobody has been told of anything as bad.
	Again bool `json:"again,omitempty"`
}

func (Worsened) kind() string { return "worsened" }

func (b Worsened) apply(i *Incident, _ Event) error {
	i.rate(b.Severity)
	i.Title, i.Service, i.Severity, i.Runbook = b.Title, b.Service, b.Severity, b.Runbook
	i.LatestAlarm = cmp.Or(b.Alarm, i.LatestAlarm)
	i.Quiet, i.Silence, i.Held = false, nil, nil
	if b.Again && i.Open() {
		i.untaken()
		i.anew()
	}
	return nil
}

func (b Worsened) words(Event) Words {
	say := Sentence{plain("made the incident "), term(b.Severity), plain(" of "), term(b.Service)}
	if b.Again {
		say = append(say, plain(", which pages anew"))
	}
	return Words{Say: say, Shown: OnCard | OnTimeline | InPostmortem}
}

// Absorbed says that somebody merged another incident into this one. Its alarms have [Joined].
type Absorbed struct {
	Incident string `json:"incident"` // the other
}

func (Absorbed) kind() string { return "absorbed" }

func (b Absorbed) apply(i *Incident, _ Event) error {
	if i.Status == StatusResolved {
		return refuse(i, ErrResolved)
	}
	return nil
}

func (b Absorbed) words(Event) Words {
	return Words{Say: Sentence{plain("merged incident "), term(b.Incident), plain(" into this one")},
		Shown: OnCard | OnTimeline | InPostmortem}
}

// Split says that somebody took an alarm out of the incident, to one of its own.
type Split struct {
	Name   string   `json:"name"`   // of the alarm
	Series []string `json:"series"` // all that it is in the incident
	To     string   `json:"to"`     // the other incident
	// Title and Shows are those of an alarm that stays, if the title or the evidence was that of the one that went.
	Title string   `json:"title,omitempty"`
	Shows AlarmRef `json:"shows,omitzero"`
	Bare  bool     `json:"bare,omitempty"` // no alarm is left in it
}

func (Split) kind() string { return "split" }

func (b Split) apply(i *Incident, _ Event) error {
	if i.Status == StatusResolved {
		return refuse(i, ErrResolved)
	}
	for _, series := range b.Series {
		delete(i.Firing, series)
		delete(i.Severities, series)
	}
	i.Joined = max(i.Joined-1, 0)
	i.Title, i.LatestAlarm = cmp.Or(b.Title, i.Title), cmp.Or(b.Shows, i.LatestAlarm)
	if b.Bare {
		i.Joined, i.LatestAlarm = 0, AlarmRef{}
	}
	return nil
}

func (b Split) words(Event) Words {
	return Words{Say: Sentence{plain("split the alarm "), term(b.Name), plain(" off, to incident "), term(b.To)},
		Shown: OnCard | OnTimeline | InPostmortem}
}

// rate keeps how bad each alarm is by itself, when the incident is of another severity from now on.
func (i *Incident) rate(severity string) {
	if severity == i.Severity {
		return
	}
	for series := range i.Firing {
		if i.Severities[series] == "" {
			if i.Severities == nil {
				i.Severities = map[string]string{}
			}
			i.Severities[series] = i.Severity
		}
	}
	maps.DeleteFunc(i.Severities, func(_, own string) bool { return own == severity })
}

// Alarms is how many alarms are part of the incident, or were in the course of it.
func (i *Incident) Alarms() int {
	if i.LatestAlarm == (AlarmRef{}) {
		return i.Joined
	}
	return i.Joined + 1
}
