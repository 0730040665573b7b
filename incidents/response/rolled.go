package response

import (
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/incidents/wording"
)

// RollbackVoided ends a request since it would not do what was approved, or whoever approved it may not any more.
type RollbackVoided struct {
	N   int    `json:"n"`
	Why string `json:"why"`
}

// Kind is its name.
func (RollbackVoided) Kind() string { return "rollback-voided" }

// Apply implements [Fact].
func (f RollbackVoided) Apply(s *State, _ int) { s.move(f.N, Voided, Requested, Approved, Started) }

// Says implements [Fact].
func (f RollbackVoided) Says() wording.Sentence {
	return wording.Sentence{wording.Say("did not start the rollback: "), {Form: wording.Quote, Text: f.Why}}
}

// RollbackStarted is recorded before anything is asked of what is rolled back, so that it is never asked twice.
type RollbackStarted struct {
	N    int       `json:"n"`
	When time.Time `json:"when"`
	From string    `json:"from"`
	To   string    `json:"to"`
}

// Kind is its name.
func (RollbackStarted) Kind() string { return "rollback-started" }

// Apply implements [Fact].
func (f RollbackStarted) Apply(s *State, _ int) { s.move(f.N, Started, Approved).Began = f.When }

// Says implements [Fact].
func (f RollbackStarted) Says() wording.Sentence {
	return wording.Sentence{wording.Say("started the rollback to "), wording.Name(f.To)}
}

// RollbackUnknown says that a rollback was started, and that nobody knows what became of it.
type RollbackUnknown struct {
	N   int    `json:"n"`
	Why string `json:"why"`
}

// Kind is its name.
func (RollbackUnknown) Kind() string { return "rollback-unknown" }

// Apply implements [Fact].
func (f RollbackUnknown) Apply(s *State, _ int) { s.move(f.N, Unknown, Started) }

// Says implements [Fact].
func (f RollbackUnknown) Says() wording.Sentence {
	return wording.Sentence{wording.Say("does not know what became of the rollback: "), {Form: wording.Quote, Text: f.Why}}
}

// RollbackFinished says that it is done. Whether it has helped the alarm says.
type RollbackFinished struct {
	N    int       `json:"n"`
	When time.Time `json:"when"`
	To   string    `json:"to"`
	Note string    `json:"note,omitempty"` // in the words of what was rolled back
	Dry  bool      `json:"dry,omitempty"`
}

// Kind is its name.
func (RollbackFinished) Kind() string { return "rollback-finished" }

// Apply implements [Fact].
func (f RollbackFinished) Apply(s *State, _ int) {
	s.move(f.N, Finished, Approved, Started, Unknown).Ended = f.When
}

// Says implements [Fact].
func (f RollbackFinished) Says() wording.Sentence {
	if f.Dry {
		return wording.Sentence{wording.Say("ended the dry run of the rollback to "), wording.Name(f.To),
			wording.Say(": it could be done now, and nothing was changed")}
	}
	say := wording.Sentence{wording.Say("finished the rollback: it is "), wording.Name(f.To), wording.Say(" again")}
	return append(say, wording.Because(f.Note)...)
}

// RollbackFailed says that it was not done.
type RollbackFailed struct {
	N   int    `json:"n"`
	Why string `json:"why"`
}

// Kind is its name.
func (RollbackFailed) Kind() string { return "rollback-failed" }

// Apply implements [Fact].
func (f RollbackFailed) Apply(s *State, _ int) { s.move(f.N, Failed, Started, Unknown) }

// Says implements [Fact].
func (f RollbackFailed) Says() wording.Sentence {
	return append(wording.Sentence{wording.Say("could not roll back")}, wording.Because(f.Why)...)
}

// A Proof is what the alarm says of a rollback.
type Proof string

// The proofs.
const (
	Helped    Proof = "helped"
	NotHelped Proof = "not-helped"
	Unproven  Proof = "unproven" // the alarm was OK before it was started
)

// RollbackProven says what the alarm did after a rollback: that alone tells whether it has helped.
type RollbackProven struct {
	N     int   `json:"n"`
	Proof Proof `json:"proof"`
	// After is how many seconds after the rollback had finished that was; it is less than 0 if it was before.
	After  int      `json:"after"`
	Alarms []string `json:"alarms,omitempty"` // that still fire
}

// Kind is its name.
func (RollbackProven) Kind() string { return "rollback-proven" }

// Apply implements [Fact].
func (f RollbackProven) Apply(s *State, _ int) { s.move(f.N, Proven, Finished) }

// Says implements [Fact].
func (f RollbackProven) Says() wording.Sentence {
	when := spell(time.Duration(max(f.After, -f.After)) * time.Second)
	switch {
	case f.Proof == NotHelped:
		return wording.Sentence{
			wording.Say("saw that the rollback did not help: still ALARM " + when + " after it had finished ("),
			wording.Name(strings.Join(f.Alarms, ", ")), wording.Say(")"),
		}
	case f.Proof == Unproven:
		return wording.Sentence{
			wording.Say("cannot tell whether the rollback helped: the alarm was OK before it was started"),
		}
	case f.After < 0:
		return wording.Sentence{wording.Say("saw that the rollback helped: OK " + when + " before it had finished")}
	}
	return wording.Sentence{wording.Say("saw that the rollback helped: OK " + when + " after it had finished")}
}

// spell is a length of time to the second, as people say it.
func spell(d time.Duration) string {
	h, m, s := int(d.Hours()), int(d.Minutes())%60, int(d.Seconds())%60
	var said []string
	for _, part := range []struct {
		n    int
		unit string
	}{{h, "h"}, {m, "m"}, {s, "s"}} {
		if part.n > 0 {
			said = append(said, strconv.Itoa(part.n)+" "+part.unit)
		}
	}
	if len(said) == 0 {
		return "0 s"
	}
	return strings.Join(said, " ")
}
