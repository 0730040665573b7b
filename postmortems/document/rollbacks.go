package document

import (
	"time"

	"github.com/oncalm/oncalm/postmortems/wording"
	"github.com/oncalm/oncalm/text"
)

// What became of a rollback. Unknown means that it was started, and nobody knows more.
const (
	RollbackRequested = "requested"
	RollbackDeclined  = "declined"
	RollbackExpired   = "expired"
	RollbackVoided    = "not started"
	RollbackStarted   = "started"
	RollbackUnknown   = "unknown"
	RollbackFinished  = "finished"
	RollbackFailed    = "failed"
)

// The proofs of a rollback: what the alarm said after it.
const (
	ProofHelped    = "helped"
	ProofNotHelped = "not-helped"
)

// Rollback is one that was requested.
type Rollback struct {
	N         int       `json:"n"`
	Target    string    `json:"target"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	By        string    `json:"by"`
	Approved  []string  `json:"approved,omitempty"` // by whom
	Alone     bool      `json:"alone,omitempty"`    // nobody was asked to approve, though somebody should have been
	Reason    string    `json:"reason,omitempty"`
	Requested time.Time `json:"requested"`
	Started   time.Time `json:"started,omitzero"`
	Finished  time.Time `json:"finished,omitzero"`
	Outcome   string    `json:"outcome"`
	Detail    string    `json:"detail,omitempty"`
	Dry       bool      `json:"dry,omitempty"` // nothing was changed
	// Proof is what the alarm said of it: helped, not-helped or unproven; empty if it has not said anything yet. After is how
	// long after the rollback had finished that was, in seconds, and Alarms are those that still fired.
	Proof  string   `json:"proof,omitempty"`
	After  *float64 `json:"after_seconds"`
	Alarms []string `json:"alarms,omitempty"`
	Events []int    `json:"events"`
}

// Became is what became of it, in words.
func (b Rollback) Became() string {
	s := b.Outcome
	if b.Outcome == RollbackUnknown {
		s = "it was started; what became of it is " + wording.NotRecorded
	}
	if b.Detail != "" {
		s += ": " + wording.Isolated(b.Detail)
	}
	if b.Dry {
		s += " (a dry run: nothing was changed)"
	}
	return s
}

// Proved is what the alarm said of it, in words.
func (b Rollback) Proved() string {
	after := ""
	if b.After != nil {
		after = wording.Took(Length(max(*b.After, -*b.After))) + " after it had finished"
		if *b.After < 0 {
			after = wording.Took(Length(-*b.After)) + " before it had finished"
		}
	}
	switch b.Proof {
	case "":
		return wording.NotRecorded
	case ProofHelped:
		return "it helped: OK " + after
	case ProofNotHelped:
		var firing []string
		for _, a := range b.Alarms {
			firing = append(firing, wording.Isolated(a))
		}
		return "it did not help: still ALARM " + after + " (" + text.List(firing, "and") + ")"
	}
	return "whether it helped cannot be told"
}
