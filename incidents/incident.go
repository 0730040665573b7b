// Package incidents keeps incidents. An incident is the fold of its timeline: a list of events that is only ever
// appended to. The [Incident] that is stored beside it, the head, is a memo of that fold, written in the same
// transaction, and the guard against two writers at once. head == Fold(timeline) at any time: `oncalm fsck` looks.
//
// The [Book] is the only way to change an incident. It appends an event, rewrites the head, and asks each
// [Follower], in the same transaction, what else follows from the event: further events (whom to page) and
// outbox entries (the page itself, see package outbox).
//
// Each kind of event is a type with three methods: its name, what it changes, and its [Words]. [Kinds] lists them.
//
//	incident/<id>/event/<%08d>   Event, never rewritten
//	incident/<id>/head           Incident
//	open/<id>                    its status, while the incident is not resolved
//	counter/incident             the last id given
//
// Ids are decimal numbers, padded to 8 digits in keys so that keys sort by time.
package incidents

import (
	"fmt"
	"time"

	"github.com/oncalm/oncalm/incidents/response"
)

// Status says where an incident stands.
type Status string

// The statuses. A resolved incident can be triggered again (see [Reopened]).
const (
	StatusTriggered    Status = "triggered"
	StatusAcknowledged Status = "acknowledged"
	StatusResolved     Status = "resolved"
)

// Severities from worst to least. An incident without one is treated as Sev2.
const (
	Sev1 = "sev1"
	Sev2 = "sev2"
	Sev3 = "sev3"
	Sev4 = "sev4"
)

// An Actor is who did something.
type Actor struct {
	Kind string `json:"kind"` // see the constants
	Name string `json:"name"` // a person's key in the configuration, an alarm's name; "oncalm"
}

// Kinds of actors.
const (
	KindPerson = "person"
	KindAlarm  = "alarm"
	KindOncalm = "oncalm"
	KindOther  = "other" // who is in Slack and not in the configuration, by the name that Slack shows
)

// Person is the actor for the person of that key in the configuration.
func Person(name string) Actor { return Actor{KindPerson, name} }

// ByAlarm is the actor for what an alarm of that name says.
func ByAlarm(name string) Actor { return Actor{KindAlarm, name} }

// Oncalm is the actor for what the program does by itself.
func Oncalm() Actor { return Actor{KindOncalm, "oncalm"} }

// Incident is what a timeline amounts to. All times are UTC.
type Incident struct {
	ID       string `json:"id"`
	Title    string `json:"title"`
	Service  string `json:"service"`
	Severity string `json:"severity"`
	Runbook  string `json:"runbook,omitempty"` // an https link, from the service
	Status   Status `json:"status"`
	// Quiet says that this run pages nobody: no step of a policy was taken, and none is enqueued. It was decided when the
	// run began, and ends when a person escalates or an alarm that pages joins.
	Quiet bool `json:"quiet,omitempty"`
	// Silence is why the run is quiet, if that is since it was silenced; of a resolved incident that it was.
	Silence *Silence `json:"silence,omitempty"`
	// Held is set while the first step of this run waits. It stays when the run ends before: of an incident that
	// is resolved it says that the last run paged nobody.
	Held *Held `json:"held,omitempty"`

	Opened         time.Time `json:"opened"`
	OpenedBy       Actor     `json:"opened_by"`
	Acknowledged   time.Time `json:"acknowledged,omitzero"` // of the current run; zero if it was not
	AcknowledgedBy Actor     `json:"acknowledged_by,omitzero"`
	Resolved       time.Time `json:"resolved,omitzero"` // zero while it is not
	ResolvedBy     Actor     `json:"resolved_by,omitzero"`

	// LatestAlarm points to the newest report of the alarm that opened the incident; zero if a
	// person did. [Evidence] reads it: what the timeline holds is not kept twice.
	LatestAlarm AlarmRef `json:"word,omitzero"`
	// Firing holds the alarms (and contributors of alarms) that say ALARM now, by
	// the Series of an [Alarm], with their names.
	Firing map[string]string `json:"firing,omitempty"`
	// Severities holds how bad alarms are by themselves, by their series, where that is not Severity.
	Severities map[string]string `json:"severities,omitempty"`
	// Joined is how many alarms have become part of the incident after the one that opened it.
	Joined int `json:"joined,omitempty"`
	// MergedInto is the incident that took this one in, and SplitFrom the one that this was taken out of, if a person did so.
	MergedInto string `json:"merged_into,omitempty"`
	SplitFrom  string `json:"split_from,omitempty"`

	// Response is how people respond to it: who leads, and so on.
	Response response.State `json:"response,omitzero"`

	// Run counts how often the incident was triggered again, or its policy started again; 0 is the first time.
	Run int `json:"run,omitempty"`
	// Step is the step of the escalation policy that was taken last in this run.
	Step Position `json:"step"`
	// Then is the key of the outbox entry that decides the step after Step.
	Then string `json:"then,omitempty"`
	// ThenDue is when that was due as it was enqueued, if that is known. It may have been put off or brought forward since.
	ThenDue time.Time `json:"then_due,omitzero"`
	// Pages holds the newest page to each person by each channel in this run, by [Paged.Key].
	Pages map[string]PageState `json:"pages,omitempty"`

	Seq int `json:"seq"` // of the newest event
}

// AlarmRef points to the event with what an alarm said.
type AlarmRef struct {
	Series string `json:"series"` // of the alarm
	Event  int    `json:"event"`  // the event's number
}

// Position is a place in an escalation policy's run. Both count from 0.
type Position struct {
	Round int `json:"round"`
	Step  int `json:"step"`
}

// PageState is how far a page has come.
type PageState struct {
	Person    string    `json:"person"`
	Via       string    `json:"via"`
	At        time.Time `json:"at"`           // when it was decided
	Due       time.Time `json:"due,omitzero"` // when it is to go out, if not at once
	Delivered time.Time `json:"delivered,omitzero"`
	Failed    bool      `json:"failed,omitempty"` // it could not be delivered at all
}

// Open reports whether the incident still needs somebody.
func (i *Incident) Open() bool { return i.Status != StatusResolved }

// Fold makes an incident from its timeline. Events of a kind that this version does
// not know are skipped. The error is that of an event that could never have been
// recorded in this place: the timeline is damaged.
func Fold(id string, events []Event) (Incident, error) {
	i := Incident{ID: id}
	from := restated(events)
	for n, e := range events {
		if n < from { // it cannot be told what came of it
			e.Body = Unknown{}
		}
		if err := i.apply(e); err != nil {
			return Incident{}, fmt.Errorf("event %d (%s): %w", e.Seq, e.Kind(), err)
		}
	}
	return i, nil
}

// restated is where the last event stands that says again what the incident is; 0 if there is none.
func restated(events []Event) int {
	for n := len(events) - 1; n > 0; n-- {
		if _, ok := events[n].Body.(Restated); ok {
			return n
		}
	}
	return 0
}

// apply changes the incident by one event. An error leaves it as it was.
func (i *Incident) apply(e Event) error {
	if e.Seq != i.Seq+1 {
		return fmt.Errorf("%w: event %d follows event %d", ErrDamaged, e.Seq, i.Seq)
	}
	if err := e.Body.apply(i, e); err != nil {
		return err
	}
	i.Seq = e.Seq
	return nil
}
