package alarms

import (
	"time"

	"github.com/oncalm/oncalm/alarms/judge"
	"github.com/oncalm/oncalm/alarms/known"
	"github.com/oncalm/oncalm/alarms/sns"
	"github.com/oncalm/oncalm/incidents"
)

// KindSubscription is the kind of the signal that we are subscribed to a topic, or not any more. Alarms of CloudWatch have the kinds of package
// aws; all others have the family of the message as theirs: see [judge.Judgement].
const KindSubscription = "subscription"

// An Effect is what a signal does.
type Effect string

// The effects.
const (
	// EffectAlarm follows the state: it opens an incident and may resolve it.
	EffectAlarm Effect = "alarm"
	// EffectIncident opens an incident.
	EffectIncident Effect = "incident"
	// EffectRecovery resolves the incident that was opened for the same thing, or else is a change.
	EffectRecovery Effect = "recovery"
	// EffectChange keeps a marker: something was changed.
	EffectChange Effect = "change"
)

// Flags of [incidents.Alarm]: what is doubtful or special about a word.
const (
	FlagUnparsed  = "unparsed"          // not understood; taken for ALARM
	FlagAfterMute = "after mute window" // held back by a mute rule until now
	// FlagReconciled: no message of it came; CloudWatch was asked.
	FlagReconciled = "found by reconciliation"
	flagSuppressed = "actions suppressed by "
)

// A Signal is a message, understood. Its texts come from outside: without control
// characters and cut to size, but never to be trusted.
type Signal struct {
	incidents.Alarm
	Effect Effect `json:"effect"`
	// Severity is set if the message itself says how bad it is; empty means that of
	// the service.
	Severity string `json:"severity,omitempty"`
	// Quiet says why nobody is paged for this, whatever its severity; empty: the severity tells.
	Quiet string `json:"quiet,omitempty"`
	Title string `json:"title"`
	// Fingerprint names what the signal is about. Series is the same, or a part of it.
	Fingerprint string `json:"fingerprint"`
	Topic       string `json:"topic"` // the ARN
	// Children are the ARNs of the alarms on which a composite alarm depends.
	Children []string `json:"children,omitempty"`
	// Key is what a message that is not CloudWatch's own is about, as people can read it.
	Key string `json:"key,omitempty"`
	// Event is the event's own id at EventBridge.
	Event string `json:"event,omitempty"`
	// Resources are the ARNs that an event names.
	Resources []string `json:"resources,omitempty"`
	// Deleted says that the alarm was deleted. Fingerprint is then the alarm's.
	Deleted bool `json:"deleted,omitempty"`
	// Changes says of what is no change that it is one, too: a recovery, a deployment that failed.
	Changes bool `json:"changes,omitempty"`
	// Part tells the signals of one message apart; empty for the first.
	Part string `json:"part,omitempty"`

	apart bool // it is kept apart from what is known of its alarm; see foreign.go
}

// Treatment is what a signal amounts to, as far as its severity does not make it quiet.
func (s *Signal) Treatment() judge.Treatment {
	switch {
	case s.Effect == EffectChange, s.State == incidents.AlarmUnknown:
		return judge.Marker
	case s.State == incidents.AlarmOK:
		return judge.Resolve
	case s.Quiet != "":
		return judge.Quiet
	}
	return judge.Page
}

// children are the fingerprints of the alarms on which a composite alarm depends.
func (s *Signal) children() []string {
	all := make([]string, len(s.Children))
	for n, arn := range s.Children {
		all[n] = known.AlarmFingerprint(arn)
	}
	return all
}

// earliest is before everything that an alarm can tell, and after the zero times of
// those who had none.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// timeOf reads a time in one of AWS's spellings. It reports false for what is none,
// and for times that cannot be: those of the future would make all that comes later
// look late.
func timeOf(s string, received time.Time) (time.Time, bool) {
	for _, layout := range [...]string{"2006-01-02T15:04:05-0700", time.RFC3339, "2006-01-02 15:04:05"} {
		t, err := time.Parse(layout, s)
		if err == nil {
			return t.UTC(), t.After(earliest) && t.Before(received.Add(sns.MaxAhead))
		}
	}
	return time.Time{}, false
}

// once reports whether it is the id that tells a signal from another: of events that open incidents there may be several in a
// second, and EventBridge gives whole seconds only.
func (s *Signal) once() bool { return s.Effect == EffectIncident && s.Event != "" }

// eventID is what an event is remembered by, beside the message that brought it: another may bring it again.
func (s *Signal) eventID() string {
	return s.Changed.UTC().Format("20060102T150405.000.") + "event." + s.Event + s.Part
}

// at sets the time of a signal whose state is set. If the text is no time, that is when it arrived. Of an OK it is when it was
// sent: one that SNS could not bring for an hour must not close what has fired since.
func (s *Signal) at(text string, in input) {
	t, ok := timeOf(text, in.Received)
	if !ok {
		if t = in.Received; s.State == incidents.AlarmOK && !in.Sent.IsZero() && in.Sent.Before(t) {
			t = in.Sent
		}
		s.flag(incidents.FlagReceived)
	}
	s.Changed = t
}

func (s *Signal) flag(f string) { s.Flags = append(s.Flags, f) }
