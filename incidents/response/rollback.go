package response

import (
	"slices"
	"time"

	"github.com/oncalm/oncalm/incidents/wording"
	"github.com/oncalm/oncalm/store/record"
)

// A Phase is how far a rollback has come.
type Phase string

// The phases. What is requested, approved or started goes on; what is finished waits for its proof.
const (
	Requested Phase = "requested" // somebody has to approve it
	Approved  Phase = "approved"
	Started   Phase = "started"
	Unknown   Phase = "unknown" // it was started, and nobody knows what became of it
	Finished  Phase = "finished"
	Failed    Phase = "failed"
	Declined  Phase = "declined"
	Expired   Phase = "expired"
	Voided    Phase = "voided" // what was approved is not what would be done now
	Proven    Phase = "proven" // what the alarm said after it
)

// A Rollback is how the newest rollback of an incident stands.
type Rollback struct {
	N      int    `json:"n"` // how many were requested
	Phase  Phase  `json:"phase"`
	Event  int    `json:"event"` // the number of the event that requested it
	Target string `json:"target"`
	// By is who requested it, and Approved who approved it, of whom there must be Needs.
	By       string    `json:"by"`
	Approved []string  `json:"approved,omitempty"`
	Needs    int       `json:"needs,omitempty"`
	Until    time.Time `json:"until"` // it is started before that, or never
	// Began and Ended are when it was started and finished, as far as it came.
	Began time.Time `json:"began,omitzero"`
	Ended time.Time `json:"ended,omitzero"`
	Dry   bool      `json:"dry,omitempty"` // nothing is changed
}

// Fields are what is stored of it.
func (r *Rollback) Fields(o *record.Object) {
	o.Int("n", &r.N)
	record.Word(o, "phase", &r.Phase)
	o.Int("event", &r.Event)
	o.Text("target", &r.Target)
	o.Text("by", &r.By)
	o.OptTexts("approved", &r.Approved)
	o.OptInt("needs", &r.Needs)
	o.Time("until", &r.Until)
	o.OptTime("began", &r.Began)
	o.OptTime("ended", &r.Ended)
	o.OptTrue("dry", &r.Dry)
}

// Active reports whether a rollback goes on, so that another may not begin.
func (r *Rollback) Active() bool {
	return r != nil && (r.Phase == Requested || r.Phase == Approved || r.Phase == Started)
}

// Rolling is the rollback of that number, if it is the newest and in one of some phases; else nil.
func (s *State) Rolling(n int, phases ...Phase) *Rollback {
	if r := s.Rollback; r != nil && r.N == n && slices.Contains(phases, r.Phase) {
		return r
	}
	return nil
}

// move lets a rollback come to a phase, if it is in one that leads there. What is stored elsewhere of the state before is left
// alone: the rollback is another value.
func (s *State) move(n int, to Phase, from ...Phase) *Rollback {
	r := s.Rolling(n, from...)
	if r == nil {
		return &Rollback{} // of no state: an event that came too late changes nothing
	}
	moved := *r
	moved.Phase = to
	s.Rollback = &moved
	return s.Rollback
}

// rollbackKinds are the kinds of facts of rollbacks, in the order in which they happen.
func rollbackKinds() []Kind {
	return []Kind{kindOf[RollbackRequested](), kindOf[RollbackApproved](), kindOf[RollbackDeclined](),
		kindOf[RollbackExpired](), kindOf[RollbackVoided](), kindOf[RollbackStarted](), kindOf[RollbackUnknown](),
		kindOf[RollbackFinished](), kindOf[RollbackFailed](), kindOf[RollbackProven]()}
}

// OfRollback reports whether a fact is one of a rollback.
func OfRollback(f Fact) bool {
	return slices.ContainsFunc(rollbackKinds(), func(k Kind) bool { return k.Name == f.Kind() })
}

// RollbackRequested asks to go back to an earlier version.
type RollbackRequested struct {
	N      int    `json:"n"`
	Person string `json:"person"`
	// Target is what is rolled back, From what it is now, and To what it is to be.
	Target string `json:"target"`
	From   string `json:"from"`
	To     string `json:"to"`
	// Digest is of all of the plan that whoever asked was shown, and Differs, Will, Cannot and Warnings are what it says.
	Digest   string    `json:"digest"`
	Differs  []string  `json:"differs,omitempty"`
	Will     []string  `json:"will,omitempty"`
	Cannot   []string  `json:"cannot,omitempty"`
	Warnings []string  `json:"warnings,omitempty"`
	Needs    int       `json:"needs,omitempty"` // how many others must approve
	Until    time.Time `json:"until"`
	Reason   string    `json:"reason,omitempty"`
	// Alone says that nobody was asked to approve, though somebody should have been: it could not wait.
	Alone bool `json:"alone,omitempty"`
	Dry   bool `json:"dry,omitempty"`
}

// Kind is its name.
func (RollbackRequested) Kind() string { return "rollback-requested" }

// Apply implements [Fact].
func (f RollbackRequested) Apply(s *State, seq int) {
	s.Rollback = &Rollback{N: f.N, Phase: Requested, Event: seq, Target: f.Target, By: f.Person, Needs: f.Needs,
		Until: f.Until, Dry: f.Dry}
	if f.Needs == 0 {
		s.Rollback.Phase = Approved
	}
}

// Says implements [Fact].
func (f RollbackRequested) Says() wording.Sentence {
	say := wording.Sentence{wording.Say("asked to roll "), wording.Name(f.Target), wording.Say(" back from "),
		wording.Name(f.From), wording.Say(" to "), wording.Name(f.To)}
	if f.Dry {
		say = append(say, wording.Say(" (a dry run: nothing is changed)"))
	}
	if f.Alone {
		say = append(say, wording.Say(" without the approval that it needs, since it could not wait"))
	}
	return append(say, wording.Because(f.Reason)...)
}

// RollbackApproved is the word of somebody else that it may be done.
type RollbackApproved struct {
	N      int    `json:"n"`
	Person string `json:"person"`
}

// Kind is its name.
func (RollbackApproved) Kind() string { return "rollback-approved" }

// Apply implements [Fact].
func (f RollbackApproved) Apply(s *State, _ int) {
	r := s.move(f.N, Requested, Requested)
	if f.Person == r.By || slices.Contains(r.Approved, f.Person) {
		return
	}
	r.Approved = append(slices.Clone(r.Approved), f.Person)
	if len(r.Approved) >= r.Needs {
		r.Phase = Approved
	}
}

// Says implements [Fact].
func (RollbackApproved) Says() wording.Sentence {
	return wording.Sentence{wording.Say("approved the rollback")}
}

// RollbackDeclined ends a request.
type RollbackDeclined struct {
	N      int    `json:"n"`
	Reason string `json:"reason,omitempty"`
}

// Kind is its name.
func (RollbackDeclined) Kind() string { return "rollback-declined" }

// Apply implements [Fact].
func (f RollbackDeclined) Apply(s *State, _ int) { s.move(f.N, Declined, Requested) }

// Says implements [Fact].
func (f RollbackDeclined) Says() wording.Sentence {
	return append(wording.Sentence{wording.Say("declined the rollback")}, wording.Because(f.Reason)...)
}

// RollbackExpired ends a request that nobody has answered in time, or that could not be started in time.
type RollbackExpired struct {
	N int `json:"n"`
}

// Kind is its name.
func (RollbackExpired) Kind() string { return "rollback-expired" }

// Apply implements [Fact].
func (f RollbackExpired) Apply(s *State, _ int) { s.move(f.N, Expired, Requested, Approved) }

// Says implements [Fact].
func (RollbackExpired) Says() wording.Sentence {
	return wording.Sentence{wording.Say("let the request for a rollback expire; nothing was rolled back")}
}
