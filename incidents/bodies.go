package incidents

import (
	"encoding/json"
	"maps"
	"time"
)

// Body is what happened. The kinds are all in this file; each is a verb in the past
// tense. A new fact is a new kind or a new optional field, so that an older version
// still reads the timeline.
type Body interface {
	kind() string
	// apply changes the incident by what happened, or refuses with an error.
	apply(*Incident, Event) error
}

// decoders reads the bodies by kind.
func decoders() map[string]func(json.RawMessage) (Body, error) {
	return map[string]func(json.RawMessage) (Body, error){
		"opened":       as[Opened],
		"reported":     as[Reported],
		"reopened":     as[Reopened],
		"paged":        as[Paged],
		"delivered":    as[Delivered],
		"undelivered":  as[Undelivered],
		"withheld":     as[Withheld],
		"acknowledged": as[Acknowledged],
		"escalated":    as[Escalated],
		"noted":        as[Noted],
		"resolved":     as[Resolved],
		"struck":       as[Struck],
		"restated":     as[Restated],
	}
}

// Opened is the first event of every timeline.
type Opened struct {
	Title    string `json:"title"`
	Service  string `json:"service"`
	Severity string `json:"severity"`
	Runbook  string `json:"runbook,omitempty"`
	Alarm    *Alarm `json:"alarm,omitempty"` // nil if a person opened it
	// Quiet says why nobody is paged; empty if the escalation policy is followed.
	Quiet string `json:"quiet,omitempty"`
}

// Reported is a word of an alarm about an incident that is open, or was.
type Reported struct {
	Alarm Alarm `json:"alarm"`
	// Late says that a newer word was known already: this one changes nothing.
	Late bool `json:"late,omitempty"`
	// Raised is set if the incident was quiet, and with this alarm is not any more.
	Raised *Raised `json:"raised,omitempty"`
}

// Reopened triggers a resolved incident again: its alarm fired again soon after.
type Reopened struct {
	Alarm *Alarm `json:"alarm,omitempty"`
	// Quiet says why nobody is paged in this run; empty if the escalation policy is followed.
	Quiet string `json:"quiet,omitempty"`
	// Raised is set if the incident was quiet, and with this alarm is not any more.
	Raised *Raised `json:"raised,omitempty"`
}

// Raised is what a quiet incident becomes with an alarm that pages: that alarm's own, as if
// it had opened the incident.
type Raised struct {
	Title    string `json:"title"`
	Service  string `json:"service"`
	Severity string `json:"severity"`
	Runbook  string `json:"runbook,omitempty"`
}

// Paged is the decision to page one person. The page itself is then owed.
type Paged struct {
	Key      string   `json:"key"` // the page's name, in the outbox and in Slack
	Person   string   `json:"person"`
	Via      string   `json:"via"` // the channel: slack
	Position Position `json:"position"`
	// Why tells the person why it is them.
	Why string `json:"why"`
	// Reminder is set on a page to somebody who had acknowledged.
	Reminder bool `json:"reminder,omitempty"`
	// Fallback says why the page went to the policy's fallback; empty if it did not, and
	// in pages that older versions recorded.
	Fallback string `json:"fallback,omitempty"`
	// Then is the key of the outbox entry that decides the step after this one.
	Then string `json:"then,omitempty"`
}

// Why a page went to the fallback of its policy.
const (
	// FallbackNobody: the step found nobody. Position is that of the step.
	FallbackNobody = "nobody on call"
	// FallbackAfter: the last round was over. Position is no step of the policy then.
	FallbackAfter = "after the last round"
)

// Delivered says that the channel took the page.
type Delivered struct {
	Key    string `json:"key"`
	Person string `json:"person"`
	Via    string `json:"via"`
	// Channel and Message name the message that was sent, as far as Via has names.
	Channel string `json:"channel,omitempty"`
	Message string `json:"message,omitempty"`
	Link    string `json:"link,omitempty"`
	// Adopted says that an earlier attempt, whose outcome was unknown, had sent it.
	Adopted bool `json:"adopted,omitempty"`
}

// Undelivered says that the page can not be delivered this way, ever.
type Undelivered struct {
	Key    string `json:"key"`
	Person string `json:"person"`
	Via    string `json:"via"`
	Error  string `json:"error"`
}

// Withheld says that a page was not sent, since it had become pointless.
type Withheld struct {
	Key    string `json:"key"`
	Person string `json:"person"`
	Why    string `json:"why"`
}

// Acknowledged says that somebody takes care.
type Acknowledged struct{}

// Escalated asks for the next step at once.
type Escalated struct {
	Reason string `json:"reason,omitempty"`
	// Anew begins the policy's run once more with its first step: whoever had acknowledged, or
	// whomever the run could still page, is not there any more.
	Anew bool `json:"anew,omitempty"`
}

// Noted is a person's own line.
type Noted struct {
	Text string `json:"text"`
	Link string `json:"link,omitempty"` // to where it was said
}

// Resolved ends the incident.
type Resolved struct {
	Reason string `json:"reason,omitempty"`
}

// Struck takes a note out of what people read; the line itself stays.
type Struck struct {
	Seq    int    `json:"seq"`
	Reason string `json:"reason,omitempty"`
}

// Restated says anew what the incident is, since events before it were damaged on the disk, and a
// line that says so stands in for each. The incident is what the last of these says, and what
// follows from there.
type Restated struct {
	Incident Incident `json:"incident"`
	Lost     []int    `json:"lost"` // the numbers of the events
}

// Unknown is an event of a newer version: kept, and skipped.
type Unknown struct {
	Kind string
	Raw  json.RawMessage
}

func (Opened) kind() string       { return "opened" }
func (Reported) kind() string     { return "reported" }
func (Reopened) kind() string     { return "reopened" }
func (Paged) kind() string        { return "paged" }
func (Delivered) kind() string    { return "delivered" }
func (Undelivered) kind() string  { return "undelivered" }
func (Withheld) kind() string     { return "withheld" }
func (Acknowledged) kind() string { return "acknowledged" }
func (Escalated) kind() string    { return "escalated" }
func (Noted) kind() string        { return "noted" }
func (Resolved) kind() string     { return "resolved" }
func (Struck) kind() string       { return "struck" }
func (Restated) kind() string     { return "restated" }
func (u Unknown) kind() string    { return u.Kind }

func (b Opened) apply(i *Incident, e Event) error {
	if i.Seq != 0 {
		return refuse(i, ErrAlreadyOpen)
	}
	i.Title, i.Service, i.Severity, i.Runbook = b.Title, b.Service, b.Severity, b.Runbook
	i.Status, i.Opened, i.OpenedBy = StatusTriggered, e.At, e.By
	i.Quiet = b.Quiet != ""
	i.hear(e, b.Alarm)
	return nil
}

func (b Reported) apply(i *Incident, e Event) error {
	if b.Late {
		return nil
	}
	i.hear(e, &b.Alarm)
	i.raise(e, &b.Alarm, b.Raised)
	return nil
}

// raise makes of a quiet incident one of an alarm that pages. Whoever took care of what was quiet
// has not said anything about that.
func (i *Incident) raise(e Event, a *Alarm, to *Raised) {
	if to == nil {
		return
	}
	i.Title, i.Service, i.Severity, i.Runbook = to.Title, to.Service, to.Severity, to.Runbook
	i.Quiet = false
	if i.Status == StatusAcknowledged {
		i.Status, i.Acknowledged, i.AcknowledgedBy = StatusTriggered, time.Time{}, Actor{}
	}
	if a != nil {
		i.Word = Word{a.Series, e.Seq}
	}
}

// hear takes in what an alarm says in an event.
func (i *Incident) hear(e Event, a *Alarm) {
	if a == nil {
		return
	}
	if i.Word == (Word{}) || i.Word.Series == a.Series {
		i.Word = Word{a.Series, e.Seq}
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

func (b Reopened) apply(i *Incident, e Event) error {
	if i.Status != StatusResolved {
		return refuse(i, ErrAlreadyOpen)
	}
	i.Status, i.Resolved, i.ResolvedBy = StatusTriggered, time.Time{}, Actor{}
	i.Acknowledged, i.AcknowledgedBy = time.Time{}, Actor{}
	i.Run++
	i.Step, i.Then, i.Pages = Position{}, "", nil
	i.Quiet = b.Quiet != ""
	i.hear(e, b.Alarm)
	i.raise(e, b.Alarm, b.Raised)
	return nil
}

func (b Paged) apply(i *Incident, e Event) error {
	if i.Pages == nil {
		i.Pages = map[string]PageState{}
	}
	i.Pages[b.Person] = PageState{Key: b.Key, At: e.At}
	if !b.Reminder {
		i.Step, i.Then = b.Position, b.Then
	}
	return nil
}

func (b Delivered) apply(i *Incident, e Event) error {
	i.settlePage(b.Person, b.Key, func(p *PageState) { p.Delivered = e.At })
	return nil
}

func (b Undelivered) apply(i *Incident, _ Event) error {
	i.settlePage(b.Person, b.Key, func(p *PageState) { p.Failed = true })
	return nil
}

func (Withheld) apply(*Incident, Event) error { return nil }

func (i *Incident) settlePage(person, key string, set func(*PageState)) {
	if p, ok := i.Pages[person]; ok && p.Key == key {
		set(&p)
		i.Pages[person] = p
	}
}

func (Acknowledged) apply(i *Incident, e Event) error {
	switch i.Status {
	case StatusResolved:
		return refuse(i, ErrResolved)
	case StatusAcknowledged:
		return refuse(i, ErrAcknowledged)
	}
	i.Status, i.Acknowledged, i.AcknowledgedBy = StatusAcknowledged, e.At, e.By
	return nil
}

func (b Escalated) apply(i *Incident, _ Event) error {
	if i.Status == StatusResolved {
		return refuse(i, ErrResolved)
	}
	i.Status, i.Acknowledged, i.AcknowledgedBy = StatusTriggered, time.Time{}, Actor{}
	i.Quiet = false
	if b.Anew {
		i.Run++
		i.Step, i.Then, i.Pages = Position{}, "", nil
	}
	return nil
}

func (Noted) apply(*Incident, Event) error { return nil }

func (Resolved) apply(i *Incident, e Event) error {
	if i.Status == StatusResolved {
		return refuse(i, ErrResolved)
	}
	i.Status, i.Resolved, i.ResolvedBy = StatusResolved, e.At, e.By
	return nil
}

func (b Struck) apply(i *Incident, _ Event) error {
	if b.Seq <= 0 || b.Seq > i.Seq {
		return refuse(i, ErrNoSuchLine)
	}
	return nil
}

func (b Restated) apply(i *Incident, _ Event) error {
	seq := i.Seq
	*i = b.Incident
	i.Seq, i.Firing, i.Pages = seq, maps.Clone(i.Firing), maps.Clone(i.Pages)
	return nil
}

func (Unknown) apply(*Incident, Event) error { return nil }
