package incidents

import "time"

// commandKinds are what people decide about an incident while it goes on.
func commandKinds() []Kind { return []Kind{kindOf[Snoozed](), kindOf[Rated](), kindOf[Renamed]()} }

// Snoozed says that somebody wants nobody to be paged until a time. Then the policy starts with its first step.
type Snoozed struct {
	Until  time.Time `json:"until"`
	Reason string    `json:"reason,omitempty"`
	// Undoes is the event of a snooze that whoever asked for it takes back: it ends now. Care is whose the incident is then, as it
	// was before; nil if it was nobody's.
	Undoes int   `json:"undoes,omitempty"`
	Care   *Care `json:"care,omitempty"`
}

func (Snoozed) kind() string { return "snoozed" }

func (b Snoozed) apply(i *Incident, e Event) error {
	switch {
	case i.Status == StatusResolved:
		return refuse(i, ErrResolved)
	case i.Quiet:
		return refuse(i, ErrQuiet)
	}
	i.untaken()
	i.anew()
	i.hold(e, &Held{Until: b.Until, Why: HeldSnoozed, By: e.By.Name})
	i.entrust(b.Care)
	return nil
}

func (b Snoozed) words(Event) Words {
	say := Sentence{plain("snoozed it until "), {Form: Moment, At: b.Until}, plain(", when it pages again")}
	if b.Undoes != 0 {
		say = Sentence{plain("took the snooze back")}
	}
	return Words{Say: append(say, because(b.Reason)...), Shown: OnCard | OnTimeline | InPostmortem}
}

// Snoozed reports whether somebody has snoozed the incident, and it has not come back yet.
func (i *Incident) Snoozed() bool { return i.Held != nil && i.Held.Why == HeldSnoozed }

// Rated says that somebody judges the incident to be of another severity.
type Rated struct {
	Severity string `json:"severity"`
	Reason   string `json:"reason,omitempty"`
	// Again starts the policy with its first step: nobody has been told of anything as bad.
	Again bool `json:"again,omitempty"`
	// Quiet says why nobody is paged any more; empty if the run goes on.
	Quiet string `json:"quiet,omitempty"`
	// Undoes is the event in which whoever judged so takes back.
	Undoes int `json:"undoes,omitempty"`
}

func (Rated) kind() string { return "rated" }

func (b Rated) apply(i *Incident, _ Event) error {
	i.rate(b.Severity)
	i.Severity = b.Severity
	switch {
	case !i.Open():
	case b.Again:
		i.untaken()
		i.Quiet, i.Silence, i.Held = false, nil, nil
		i.anew()
	case b.Quiet != "":
		i.Quiet, i.Held = true, nil
		i.anew()
	}
	return nil
}

func (b Rated) words(Event) Words {
	say := Sentence{plain("rated it "), term(b.Severity)}
	if b.Undoes != 0 {
		say = Sentence{plain("took the severity back: it is "), term(b.Severity), plain(" again")}
	}
	if b.Again {
		say = append(say, plain(", which pages anew"))
	}
	say = append(say, because(b.Reason)...)
	return Words{Say: append(say, paging(b.Quiet, nil, nil)...), Shown: OnCard | OnTimeline | InPostmortem}
}

// Renamed gives the incident another title.
type Renamed struct {
	Title  string `json:"title"`
	Undoes int    `json:"undoes,omitempty"` // the event in which the title was given that is taken back
}

func (Renamed) kind() string { return "renamed" }

func (b Renamed) apply(i *Incident, _ Event) error {
	i.Title = b.Title
	return nil
}

func (b Renamed) words(Event) Words {
	say := Sentence{plain("renamed it: "), {Form: Quote, Text: b.Title}}
	return Words{Say: say, Shown: OnCard | OnTimeline | InPostmortem}
}
