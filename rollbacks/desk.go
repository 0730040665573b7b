package rollbacks

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
)

const (
	// Window is how long a request is good for.
	Window = 10 * time.Minute
	// draftKept is how long a plan that was shown is kept.
	draftKept = time.Hour
	// leastReason is how long the reason of whoever does without approval is, at least, in characters.
	leastReason = 15
)

// What a request or an approval may run into. Nothing was changed.
var (
	ErrNoTarget = errors.New("the service has nothing that can be rolled back")
	ErrStale    = errors.New("the plan is older than 10 minutes, or not known")
	ErrBusy     = errors.New("a rollback goes on already")
	ErrOver     = errors.New("the rollback is over, or another was requested since")
	ErrExpired  = errors.New("the request is older than 10 minutes")
	ErrOwn      = errors.New("a second person must approve")
	ErrAgain    = errors.New("you have approved it already")
	ErrRights   = errors.New("you may not do that")
	ErrAlone    = errors.New("doing without approval needs the role approver, break_glass of the target, and a reason")
)

// A Right is what somebody may do here.
type Right int

// The rights.
const (
	MayRequest Right = iota
	MayApprove
)

// Credentials are what AWS is asked with.
type Credentials struct {
	Region  string
	Role    string // that is assumed; "" for none
	Session string // by which the trail of AWS names who does it
}

// Options is what a Desk needs.
type Options struct {
	Book   *incidents.Book
	Levers func(service string) []Lever
	Makers []Maker
	// AWS returns the configuration of clients. It may look for credentials, and so take a while.
	AWS func(context.Context, Credentials) (aws.Config, error)
	// May reports whether a person may do something, as the configuration in force says.
	May   func(person string, r Right) bool
	Clock *clocks.Clock
	Log   *slog.Logger
	// Every is how often a target is asked how far it has come; 0 means 5 seconds.
	Every time.Duration
}

// A Desk is where rollbacks are planned, requested, approved and carried out.
type Desk struct{ o Options }

// New makes a Desk. It calls nobody.
func New(o Options) *Desk {
	if o.Every == 0 {
		o.Every = 5 * time.Second
	}
	return &Desk{o}
}

// Levers are what can be rolled back of a service.
func (d *Desk) Levers(service string) []Lever {
	if d == nil {
		return nil
	}
	return d.o.Levers(service)
}

// lever finds one of a service by its name.
func (d *Desk) lever(service, name string) (Lever, bool) {
	for _, l := range d.o.Levers(service) {
		if l.Name == name {
			return l, true
		}
	}
	return Lever{}, false
}

// target makes the target of a lever. session is empty for who only looks. Looking needs no role: what plans is done with
// the credentials of the machine, and only the start with those that may change something.
func (d *Desk) target(ctx context.Context, l Lever, session string) (Target, error) {
	n := slices.IndexFunc(d.o.Makers, func(m Maker) bool { return m.Kind == l.Kind })
	if n < 0 {
		return nil, fmt.Errorf("%w: kind %q", ErrNoTarget, l.Kind)
	}
	var cfg aws.Config
	if m := d.o.Makers[n]; !m.Apart {
		c := Credentials{Region: l.Region}
		if session != "" {
			c.Role, c.Session = l.Role, session
		}
		var err error
		if cfg, err = d.o.AWS(ctx, c); err != nil {
			return nil, fmt.Errorf("credentials of AWS: %w", err)
		}
	}
	return d.o.Makers[n].New(cfg, l.Keys)
}

// Plan finds out what a rollback of that lever would do now, and keeps it as a draft that can be requested.
func (d *Desk) Plan(ctx context.Context, incident string, l Lever) (Draft, error) {
	t, err := d.target(ctx, l, "")
	if err != nil {
		return Draft{}, err
	}
	plan, err := planned(ctx, t)
	if err != nil {
		return Draft{}, err
	}
	draft := Draft{Incident: incident, Lever: l.Name, Plan: plan, At: d.o.Clock.Now().UTC()}
	val, err := json.Marshal(draft)
	if err != nil {
		return Draft{}, err
	}
	return draft, d.o.Book.Store.Update(ctx, func(tx store.Tx) error {
		tx.Put(draftKey(draft.Digest()), val)
		return nil
	})
}

// An Ask is what somebody wants.
type Ask struct {
	Person string
	Digest string // of the draft
	Reason string
	Alone  bool // without the approvals that are needed
	Dry    bool // everything but the start
}

// Request asks for what a draft says, and returns the incident as it is then. It calls nobody: all that is asked for is in
// the draft. The target is busy from then on, for all incidents.
func (d *Desk) Request(tx store.Tx, now time.Time, ask Ask) (*incidents.Incident, error) {
	draft, ok := readDraft(tx, ask.Digest)
	if !ok || now.Sub(draft.At) > Window {
		return nil, ErrStale
	}
	i, err := incidents.Head(tx, draft.Incident)
	if err != nil {
		return nil, err
	}
	l, known := d.lever(i.Service, draft.Lever)
	switch {
	case !known:
		return nil, ErrNoTarget
	case !d.o.May(ask.Person, MayRequest):
		return nil, ErrRights
	case !i.Open():
		return nil, &incidents.Refused{Incident: *i, Reason: incidents.ErrResolved}
	case i.Response.Rollback.Active() || busy(tx, l.Name):
		return nil, ErrBusy
	}
	needs := l.Approvals
	if ask.Alone {
		if !l.BreakGlass || !d.o.May(ask.Person, MayApprove) || len([]rune(strings.TrimSpace(ask.Reason))) < leastReason {
			return nil, ErrAlone
		}
		needs = 0
	}
	n := 1
	if before := i.Response.Rollback; before != nil {
		n = before.N + 1
	}
	p := draft.Plan
	fact := response.RollbackRequested{
		N: n, Person: ask.Person, Target: l.Name, From: p.From, To: p.To, Digest: ask.Digest, Differs: p.Differs,
		Will: p.Will, Cannot: p.Cannot, Warnings: p.Warnings, Needs: needs, Until: now.Add(Window).UTC(),
		Reason: ask.Reason, Alone: ask.Alone && l.Approvals > 0, Dry: ask.Dry || l.Dry,
	}
	tx.Put(busyKey(l.Name), []byte(busyOf(i.ID, n)))
	return d.append(tx, now, i.ID, incidents.Person(ask.Person), fact)
}

// Approve is the word of a person that a rollback may be done. When that is enough, it begins.
func (d *Desk) Approve(tx store.Tx, now time.Time, person, incident string, n int) (*incidents.Incident, error) {
	i, r, err := requested(tx, now, incident, n)
	switch {
	case err != nil:
		return i, err
	case !d.o.May(person, MayApprove):
		return i, ErrRights
	case person == r.By:
		return i, ErrOwn
	case slices.Contains(r.Approved, person):
		return i, ErrAgain
	case !i.Open():
		return i, &incidents.Refused{Incident: *i, Reason: incidents.ErrResolved}
	}
	return d.append(tx, now, incident, incidents.Person(person), response.RollbackApproved{N: n, Person: person})
}

// Decline ends a request; whoever asked may do so, too.
func (d *Desk) Decline(tx store.Tx, now time.Time, person, incident string, n int, why string) (
	*incidents.Incident, error) {
	i, _, err := requested(tx, now, incident, n)
	switch {
	case err != nil:
		return i, err
	case !d.o.May(person, MayRequest) && !d.o.May(person, MayApprove):
		return i, ErrRights
	}
	return d.append(tx, now, incident, incidents.Person(person), response.RollbackDeclined{N: n, Reason: why})
}

// requested is a rollback that waits for approval.
func requested(tx store.Tx, now time.Time, incident string, n int) (*incidents.Incident, *response.Rollback, error) {
	i, err := incidents.Head(tx, incident)
	if err != nil {
		return nil, nil, err
	}
	r := i.Response.Rolling(n, response.Requested)
	switch {
	case r == nil:
		return i, nil, ErrOver
	case !now.Before(r.Until):
		return i, nil, ErrExpired
	}
	return i, r, nil
}

// Asked is the request of the newest rollback of an incident, with all that its plan says. The incident itself has only
// what decides; the lists of the plan are read from the event.
func Asked(tx store.Tx, i *incidents.Incident) (response.RollbackRequested, bool) {
	if i.Response.Rollback == nil {
		return response.RollbackRequested{}, false
	}
	events, err := incidents.Events(tx, i.ID, i.Response.Rollback.Event, 1)
	if err != nil || len(events) == 0 {
		return response.RollbackRequested{}, false
	}
	body, _ := events[0].Body.(incidents.Responded)
	asked, ok := body.Fact.(response.RollbackRequested)
	return asked, ok
}

// append puts a fact on the timeline, with all that follows from it.
func (d *Desk) append(tx store.Tx, now time.Time, id string, by incidents.Actor, f response.Fact) (
	*incidents.Incident, error) {
	return d.o.Book.Append(tx, now, id, incidents.Event{By: by, Body: incidents.Responded{Fact: f}})
}
