// Package terminal takes what people do at the terminal of the machine that Oncalm runs on: so one can open an incident and answer
// it while Slack is away. It is said through the socket beside the store's file, which only the user that runs the program can open;
// whoever may do that is believed who they say they are.
//
// A [Desk] carries a [Request] out, in one transaction, and the timeline says that it was done at the terminal. [Door] adds it to what
// the socket answers, and [Ask] asks there. While no bot runs, whoever opens its store has a desk of their own.
//
// The words are those of chat, and so are the limits of texts and the rights. What it does not have is what needs a
// conversation: choosing one of several, confirming, taking back.
package terminal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/wording"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/postmortems/markdown"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// What can be done.
const (
	Declare = "declare"
	Ack     = "ack"
	Resolve = "resolve"
	Note    = "note"
	Page    = "page"
	Write   = "write"
)

// A Request is what somebody wants to be done. The command may be of another version than the server: a field that it does
// not know is left out, and what it cannot do it refuses ([Desk.Do]).
type Request struct {
	Do string `json:"do"`
	As string `json:"as"` // the person's name in the configuration
	// ID is the number of the incident; empty if it is the only one that is open, and for [Declare].
	ID string `json:"id,omitempty"`
	// Text is the title, the note or the reason.
	Text     string `json:"text,omitempty"`
	Service  string `json:"service,omitempty"`  // of [Declare]; empty is the default one
	Severity string `json:"severity,omitempty"` // of [Declare]; empty is that of the service
	Whom     string `json:"whom,omitempty"`     // of [Page]: a person, a schedule or a service
	Anyway   bool   `json:"anyway,omitempty"`   // of [Resolve]: also while an alarm says ALARM
	// Sections are of [Write]: of the postmortem, as they stand in its file.
	Sections []markdown.Written `json:"sections,omitempty"`
}

// Done is the incident as it is then.
type Done struct {
	ID       string           `json:"id"`
	Status   incidents.Status `json:"status"`
	Severity string           `json:"severity"`
	Service  string           `json:"service"`
	Title    string           `json:"title"`
	Paged    []string         `json:"paged"`             // who is paged for what was done
	Quiet    bool             `json:"quiet,omitempty"`   // nobody is, for its severity pages nobody
	Acks     string           `json:"acks,omitempty"`    // how many acknowledged of those who have to, if more than one has
	Written  []string         `json:"written,omitempty"` // the sections of the postmortem that are different now
}

// Refused says why nothing was done, and what to do about it.
type Refused struct {
	What string `json:"what"`
	Todo string `json:"todo,omitempty"`
	// Usage says that there is no such thing as was named.
	Usage bool `json:"usage,omitempty"`
}

// Error is both in one line, for logs.
func (r *Refused) Error() string {
	if r.Todo == "" {
		return r.What
	}
	return r.What + ": " + r.Todo
}

// A Desk does what people want to be done. Its fields are what the configuration decides; a reload makes another desk.
type Desk struct {
	Book     *incidents.Book
	Pager    *paging.Pager
	Services alarms.Services
	People   map[string]*time.Location // with their zones, which may be nil
	Rights   rights.Rules
	// PagesNobody reports whether incidents of that severity are quiet.
	PagesNobody func(severity string) bool
	Clock       *clocks.Clock
}

// The longest texts, in characters, as in chat.
const (
	maxTitle  = 200
	maxNote   = 3000
	maxReason = 500
)

// action is what is done, as far as rights go.
func (r Request) action() (a rights.Action, known bool) {
	switch r.Do {
	case Declare:
		return rights.Declare, true
	case Ack, Resolve, Note, Page, Write:
		return rights.Respond, true
	}
	return "", false
}

// Do carries out a request. Errors: [Refused], or those of the store. Rights are looked at before the transaction, since
// they do not depend on the store. An error gives up all that the request has written.
func (d *Desk) Do(ctx context.Context, r Request) (done Done, err error) {
	action, known := r.action()
	people := slices.Sorted(maps.Keys(d.People))
	switch _, there := d.People[r.As]; {
	case !known:
		return done, &Refused{What: fmt.Sprintf("this version cannot %q", r.Do), Usage: true}
	case !there:
		return done, none("person", r.As, people)
	case !d.Rights.Can(r.As, action):
		return done, &Refused{What: r.As + " may not " + string(action), Todo: "who may: " +
			text.List(d.Rights.Who(action, people), "and")}
	}
	now := d.Clock.Now()
	err = d.Book.Store.Update(ctx, func(tx store.Tx) (err error) {
		if r.Do == Declare {
			done, err = d.declare(tx, now, r)
			return err
		}
		i, err := pick(tx, r.ID)
		if err == nil {
			done, err = d.answer(tx, now, i, r)
		}
		return err
	})
	if refused, ok := errors.AsType[*incidents.Refused](err); ok {
		err = refusal(now, r.As, refused)
	}
	return done, err
}

// declare opens an incident. It opens an incident as the word of chat does; whom it pages is decided in the same
// transaction, and so is in the reply.
func (d *Desk) declare(tx store.Tx, now time.Time, r Request) (Done, error) {
	title := text.Clip(text.Line(r.Text), maxTitle)
	if title == "" {
		return Done{}, &Refused{What: "the incident has no title", Todo: "say what is wrong, in a few words", Usage: true}
	}
	name := cmp.Or(r.Service, d.Services.Default)
	n := slices.IndexFunc(d.Services.All, func(s alarms.Service) bool { return strings.EqualFold(s.Name, name) })
	if n < 0 {
		return Done{}, none("service", name, d.services())
	}
	service := d.Services.All[n]
	opened := incidents.Opened{Title: title, Service: service.Name, Runbook: service.Runbook, Via: wording.ViaTerminal,
		Severity: cmp.Or(r.Severity, service.Severity, incidents.Sev2)}
	if severities := Severities(); !slices.Contains(severities, opened.Severity) {
		return Done{}, none("severity", opened.Severity, severities)
	}
	if d.PagesNobody(opened.Severity) {
		opened.Quiet = opened.Severity + " pages nobody"
	}
	i, err := d.Book.Open(tx, now, time.Time{}, incidents.Person(r.As), opened)
	if err != nil {
		return Done{}, err
	}
	done := doneTo(i)
	for _, page := range i.Pages {
		done.Paged = append(done.Paged, page.Person)
	}
	slices.Sort(done.Paged)
	done.Paged = slices.Compact(done.Paged)
	return done, nil
}

// Severities are all there are, the worst first.
func Severities() []string {
	return []string{incidents.Sev1, incidents.Sev2, incidents.Sev3, incidents.Sev4}
}

// services are the names of all services.
func (d *Desk) services() (names []string) {
	for _, s := range d.Services.All {
		names = append(names, s.Name)
	}
	return names
}

// doneTo is an incident as a reply shows it, with nobody paged yet.
func doneTo(i *incidents.Incident) Done {
	return Done{ID: i.ID, Status: i.Status, Severity: i.Severity, Service: i.Service, Title: i.Title, Paged: []string{},
		Quiet: i.Quiet, Acks: i.Response.Acks.String()}
}

// none says that there is no what of that name, and what there is.
func none(what, name string, names []string) error {
	there := "there is none in the configuration"
	if len(names) > 0 {
		there = "there are: " + strings.Join(names, ", ")
	}
	if near := nearest.Of(name, names); near != "" {
		there = "did you mean " + near + "? " + there
	}
	return &Refused{What: fmt.Sprintf("there is no %s %q", what, text.Clip(name, 80)), Todo: there, Usage: true}
}
