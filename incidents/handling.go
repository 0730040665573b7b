package incidents

import (
	"strconv"
	"time"

	"github.com/oncalm/oncalm/incidents/notes"
	"github.com/oncalm/oncalm/incidents/wording"
	"github.com/oncalm/oncalm/store/record"
)

// handlingKinds are what people do.
func handlingKinds() []Kind {
	return []Kind{kindOf[Acknowledged](), kindOf[Escalated](), kindOf[Noted](), kindOf[Resolved](), kindOf[Struck]()}
}

// Acknowledged says that somebody takes care.
type Acknowledged struct {
	Via  string `json:"via,omitempty"`  // where they said so; empty is Slack
	Page string `json:"page,omitempty"` // whose link they used
}

func (Acknowledged) kind() string { return "acknowledged" }

func (Acknowledged) apply(i *Incident, e Event) error {
	if err := NotTriggered(i); err != nil {
		return refuse(i, err)
	}
	i.Status, i.Acknowledged, i.AcknowledgedBy = StatusAcknowledged, e.At, e.By
	i.Held, i.Response.Acks = nil, i.Response.Acks.With(e.By.Name, e.At)
	return nil
}

// NotTriggered says why an incident cannot be acknowledged; nil if it can.
func NotTriggered(i *Incident) error {
	switch i.Status {
	case StatusResolved:
		return ErrResolved
	case StatusAcknowledged:
		return ErrAcknowledged
	}
	return nil
}

func (b *Acknowledged) fields(o *record.Object) { o.OptText("via", &b.Via); o.OptText("page", &b.Page) }

func (b Acknowledged) words(Event) Words {
	return Words{Say: append(Sentence{plain("acknowledged")}, wording.At(b.Via)...), Shown: OnCard | OnTimeline | InPostmortem}
}

// Escalated asks for the next step at once.
type Escalated struct {
	Reason string `json:"reason,omitempty"`
	// Anew begins the policy's run once more with its first step: whoever had acknowledged, or
	// whomever the run could still page, is not there any more.
	Anew bool `json:"anew,omitempty"`
	// Undoes is the event of an acknowledgement that whoever gave it takes back. The run goes on where it was: nobody is
	// paged before their time. An older version reads it as an escalation, and pages.
	Undoes int `json:"undoes,omitempty"`
}

func (Escalated) kind() string { return "escalated" }

func (b Escalated) apply(i *Incident, e Event) error {
	if i.Status == StatusResolved {
		return refuse(i, ErrResolved)
	}
	if b.Undoes != 0 {
		i.Response.Acks = i.Response.Acks.Without(e.By.Name)
		i.Status, i.Acknowledged, i.AcknowledgedBy = StatusTriggered, time.Time{}, Actor{}
		return nil
	}
	i.untaken()
	i.Quiet, i.Silence, i.Held = false, nil, nil
	if b.Anew {
		i.anew()
	}
	return nil
}

// untaken says that nobody takes care any more. Who was one of several that have to stays that.
func (i *Incident) untaken() {
	if i.Status == StatusAcknowledged {
		i.Response.Acks = i.Response.Acks.Without("")
	}
	i.Status, i.Acknowledged, i.AcknowledgedBy = StatusTriggered, time.Time{}, Actor{}
}

// anew begins another run.
func (i *Incident) anew() {
	i.Run++
	i.Response.Acks = nil
	i.Step, i.Then, i.ThenDue, i.Pages = Position{}, "", time.Time{}, nil
}

func (b Escalated) words(Event) Words {
	say := plain("escalated, so the next step is due at once")
	switch {
	case b.Undoes != 0:
		say = plain("took the acknowledgement back")
	case b.Anew:
		say = plain("started the policy again from its first step")
	}
	return Words{Say: append(Sentence{say}, because(b.Reason)...), Shown: OnCard | OnTimeline | InPostmortem}
}

// Resolved ends the incident.
type Resolved struct {
	Reason string `json:"reason,omitempty"`
	// Into is the incident that goes on with it, if a person merged this one into that.
	Into string `json:"into,omitempty"`
	Via  string `json:"via,omitempty"` // where they said so; empty is Slack
}

func (Resolved) kind() string { return "resolved" }

func (b Resolved) apply(i *Incident, e Event) error {
	if i.Status == StatusResolved {
		return refuse(i, ErrResolved)
	}
	i.Status, i.Resolved, i.ResolvedBy, i.MergedInto = StatusResolved, e.At, e.By, b.Into
	if i.Snoozed() { // that spared nobody a page
		i.Held = nil
	}
	return nil
}

func (b Resolved) words(Event) Words {
	if b.Into != "" {
		say := Sentence{plain("merged this incident into "), term(b.Into), plain(", which goes on with its alarms")}
		return Words{Say: append(say, because(b.Reason)...), Shown: OnCard | OnTimeline | InPostmortem}
	}
	say := append(Sentence{plain("resolved")}, wording.At(b.Via)...)
	return Words{Say: append(say, because(b.Reason)...), Shown: OnCard | OnTimeline | InPostmortem}
}

// Noted is a person's own line: what they wrote, or what they said in Slack and somebody put on the timeline.
type Noted struct {
	Text  string       `json:"text"`
	Link  string       `json:"link,omitempty"` // to where it was said
	Sort  notes.Sort   `json:"sort,omitempty"`
	Files []notes.File `json:"files,omitempty"`
	// Captured is who put it there, if it was said in Slack: a person, or [KindOncalm].
	Captured string `json:"captured,omitempty"`
	// Instead is the line that was struck for this one; 0 if none was.
	Instead int    `json:"instead,omitempty"`
	Via     string `json:"via,omitempty"` // where it was written; empty is Slack
}

func (Noted) kind() string { return "noted" }

func (Noted) apply(*Incident, Event) error { return nil }

func (b Noted) words(Event) Words {
	w := Words{Say: notes.Says(b.Text, b.Sort, b.Files), Shown: OnCard | OnTimeline | InPostmortem, Source: SourceNote,
		Link: b.Link}
	if b.Captured != "" {
		w.Source = SourceMessage
	}
	return w
}

// Struck takes a note out of what people read; the line itself stays.
type Struck struct {
	Seq    int    `json:"seq"`
	Reason string `json:"reason,omitempty"`
}

func (Struck) kind() string { return "struck" }

func (b Struck) apply(i *Incident, _ Event) error {
	if b.Seq <= 0 || b.Seq > i.Seq {
		return refuse(i, ErrNoSuchLine)
	}
	return nil
}

func (b Struck) words(Event) Words {
	say := Sentence{plain("struck line "), term(strconv.Itoa(b.Seq))}
	return Words{Say: append(say, because(b.Reason)...)} // shown nowhere: the struck line is counted instead
}
