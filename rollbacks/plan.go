package rollbacks

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
)

// A Plan is what a rollback would do now. It is a function of the state of the target: made twice of one state it is the same, so
// there is no time in it that goes on. People read all of it but Params.
type Plan struct {
	From     string   `json:"from"`               // the version that is there now
	To       string   `json:"to"`                 // the one that there will be
	Differs  []string `json:"differs,omitempty"`  // in what they differ
	Will     []string `json:"will"`               // what will happen
	Cannot   []string `json:"cannot,omitempty"`   // what is not undone
	Warnings []string `json:"warnings,omitempty"` // what one should know before
	// Params are what the target needs to start it: what exactly is acted on.
	Params map[string]string `json:"params,omitempty"`
	// Keyed says that starting it twice with one key does it once, whatever happens.
	Keyed bool `json:"keyed,omitempty"`
}

// planned is what a target plans, as it is when it was stored and read again: of texts that are not UTF-8 that is another.
func planned(ctx context.Context, t Target) (p Plan, err error) {
	said, err := t.Plan(ctx)
	if err != nil {
		return p, err
	}
	text, err := json.Marshal(said)
	if err != nil {
		return p, err
	}
	return p, json.Unmarshal(text, &p)
}

// A Ref names a rollback that was started, for its target.
type Ref string

// A State is how far a rollback has come.
type State struct {
	Stage Stage
	Note  string // in the words of the target
}

// A Stage is one of those below.
type Stage int

// The stages.
const (
	Running Stage = iota
	Done
	Failed
)

// A Target is something that can go back to an earlier version.
type Target interface {
	// Plan finds out what would be done now. The error is an [*Impossible] if there is nothing to go back to.
	Plan(ctx context.Context) (Plan, error)
	// Start starts what was planned. It is called once for a key, unless the plan is keyed. An error that is a [*Refused] says that
	// nothing was started; with any other it may have been.
	Start(ctx context.Context, key string, p Plan) (Ref, error)
	// Find looks for what an earlier Start may have begun; false if there is nothing to be seen of it.
	Find(ctx context.Context, key string, p Plan) (Ref, bool, error)
	// State says how far it has come.
	State(ctx context.Context, r Ref) (State, error)
}

// A Maker makes targets of one kind. All of them stand in one list where the program is wired.
type Maker struct {
	Kind string
	Keys []Key
	// Thing are the keys that name what it rolls back, in the order in which package changes names such a thing behind the kind; none
	// if no change is known by it.
	Thing []string
	// New makes a target. It calls nobody.
	New func(cfg aws.Config, keys Settings) (Target, error)
	// Check says what is wrong with all keys together; nil takes all.
	Check func(Settings) error
	// Gate says that its targets are gates.
	Gate bool
	// Apart says that it has nothing to do with AWS, so that no configuration of AWS is needed.
	Apart bool
}

// A Key is what the configuration has to say about a target.
type Key struct {
	Name     string
	Such     string // an example
	Optional bool
	Secret   bool
	Aside    bool // it is not of the name of a target: it says how it is reached
	// Check says what is wrong with a value; nil takes all that is not empty.
	Check func(string) error
	// Names is set if there are several values, each with a name: a setting of its own, called after the key, with a dot between. It says
	// what is wrong with a name.
	Names func(string) error
}

// Settings are what the configuration says about a target, by the names of keys. There may be secrets among them, so none are ever
// shown.
type Settings map[string]string

// Format implements [fmt.Formatter].
func (Settings) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte("[settings]")) }

// MarshalJSON implements [json.Marshaler].
func (Settings) MarshalJSON() ([]byte, error) { return []byte(`"[settings]"`), nil }

// LogValue implements [slog.LogValuer].
func (Settings) LogValue() slog.Value { return slog.StringValue("[settings]") }

// Impossible says why there is no way back, and what else to do.
type Impossible struct{ Why, Instead string }

func (e *Impossible) Error() string {
	if e.Instead == "" {
		return e.Why
	}
	return e.Why + "; " + e.Instead
}

// Refused is the error of a target that says for sure that nothing was started.
type Refused struct{ Err error }

func (e *Refused) Error() string { return e.Err.Error() }

// Unwrap returns what was said.
func (e *Refused) Unwrap() error { return e.Err }

// A Lever is one thing that can be rolled back of a service, as the configuration names it.
type Lever struct {
	Kind string
	Keys Settings
	// Name is how people know it, such as "ecs prod/checkout".
	Name string
	// Approvals is how many others must approve.
	Approvals int
	Region    string
	Account   string // of AWS; "" if it does not matter
	Role      string // which is assumed to start it; "" for none
	// BreakGlass allows an approver to do without the approvals, with a reason.
	BreakGlass bool
	// Dry does everything but the start.
	Dry bool
}

// A Draft is a plan that somebody was shown.
type Draft struct {
	Incident string    `json:"incident"`
	Lever    string    `json:"lever"`
	Plan     Plan      `json:"plan"`
	At       time.Time `json:"at"`
}

// Digest is of all that makes the draft what it is: whoever approves it approves this and nothing else.
func (d Draft) Digest() string {
	d.At = time.Time{}
	text, err := json.Marshal(d)
	if err != nil {
		panic(fmt.Sprintf("rollbacks: a draft: %v", err)) // a programming error
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}
