package paging

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/oncalm/oncalm/changes/around"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/past"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/store/record"
)

// A Page is what one person is told, and asked to acknowledge.
type Page struct {
	Incident    incidents.Incident
	Alarm       *incidents.Alarm // what it says now; nil if a person opened the incident
	Person      string
	Why         string // why it is them
	Reminder    bool   // they had acknowledged
	PerhapsSent bool
	// Next is whom the incident pages next if nobody acknowledges; nil if nobody, or if it is not known.
	Next *Upcoming
	// Changes is what was changed before.
	Changes around.Found
	// Past is what was before, by the alarm that opened the incident.
	Past past.Known
	// Still returns an error if the page is not to be sent any more. A Channel that took
	// time to look for an earlier attempt asks before it sends. It may be nil.
	Still func(context.Context) error
}

// errOvertaken makes a page look again whether it is still to be sent.
var errOvertaken = errors.New("the incident has changed since the page was started")

// A Receipt names the message that carries a page.
type Receipt struct {
	Channel string
	Message string
	Link    string
	Adopted bool // it had been sent by an earlier attempt
}

// Undeliverable is the error of a page that can never be delivered this way.
type Undeliverable struct{ Err error }

func (e *Undeliverable) Error() string { return e.Err.Error() }

// Unwrap returns the reason.
func (e *Undeliverable) Unwrap() error { return e.Err }

// pageBody is the body of a page's entry.
type pageBody struct {
	Incident string `json:"incident"`
	Run      int    `json:"run,omitempty"`
	Person   string `json:"person"`
	Via      string `json:"via"`
	Why      string `json:"why"`
	Reminder bool   `json:"reminder,omitempty"`
	ByHand   bool   `json:"by_hand,omitempty"`
	// Joint is the entry of the joint message for which the page waits, or that has told it.
	Joint string `json:"joint,omitempty"`
	// Unsure is how many attempts there were of which nobody can say whether they got through.
	Unsure int `json:"unsure,omitempty"`
}

// fields are the same once more, for package record: a page is read for each alarm.
func (b *pageBody) fields(o *record.Object) {
	o.Text("incident", &b.Incident)
	o.OptInt("run", &b.Run)
	o.Text("person", &b.Person)
	o.Text("via", &b.Via)
	o.Text("why", &b.Why)
	o.OptTrue("reminder", &b.Reminder)
	o.OptTrue("by_hand", &b.ByHand)
	o.OptText("joint", &b.Joint)
	o.OptInt("unsure", &b.Unsure)
}

func pageEntry(now time.Time, i *incidents.Incident, b incidents.Paged) outbox.Entry {
	return outbox.Entry{
		Key: b.Key, Kind: KindPage, Lane: laneOf(b.Via, i.Severity), Due: now.Add(b.After),
		Body: outbox.Body(pageBody{i.ID, i.Run, b.Person, b.Via, b.Why, b.Reminder, b.ByHand, "", 0}),
	}
}

// laneOf is the lane of pages by that channel for incidents of that severity.
func laneOf(via, severity string) outbox.Lane {
	lanes := Lanes(via)
	switch severity {
	case incidents.Sev1:
		return lanes[0]
	case incidents.Sev3:
		return lanes[2]
	case incidents.Sev4:
		return lanes[3]
	}
	return lanes[1]
}

// page sends one page, unless it has become pointless.
func (p *Pager) page(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	b, err := record.Unmarshal(e.Body, (*pageBody).fields)
	if err != nil {
		return nil, fmt.Errorf("page %s: %w", e.Key, err)
	}
	page, err := p.read(ctx, b.Incident)
	if err != nil {
		return nil, err
	}
	i := &page.Incident
	if why := pointless(i, b, e.Key); why != "" {
		if e.PerhapsDone {
			why += ", unless an earlier attempt got through"
		}
		commit := p.recording(i.ID, incidents.Withheld{Key: e.Key, Person: b.Person, Why: why})
		return func(tx store.Tx) error {
			outbox.In(tx, p.Clock.Now()).Keep(e) // nothing else says that it is not to be sent
			return commit(tx)
		}, nil
	}
	still := func(ctx context.Context) error {
		now, err := p.read(ctx, b.Incident)
		if err == nil && pointless(&now.Incident, b, e.Key) != "" {
			err = errOvertaken
		}
		return err
	}
	channel, ok := p.Channels[b.Via]
	if !ok {
		return p.recording(i.ID, incidents.Undelivered{
			Key: e.Key, Person: b.Person, Via: b.Via, Error: "there is no channel " + b.Via}), nil
	}
	if joiner, ok := channel.(Joiner); ok {
		if commit, waits, err := (joints{p}).wait(ctx, e, b, i, joiner); waits || err != nil {
			return commit, err
		}
	}
	page.Person, page.Why, page.Reminder, page.PerhapsSent, page.Still = b.Person, b.Why, b.Reminder, e.PerhapsDone, still
	r, err := channel.Page(ctx, e.Key, page)
	if err != nil {
		return failed(p, e, b, i, err)
	}
	return p.recording(i.ID, delivered(e.Key, b, r)), nil
}

// read reads what a page says of an incident: also what its alarm says, if that can be read, since a page without evidence is better
// than none, whom the incident pages next, and what was changed before.
func (p *Pager) read(ctx context.Context, id string) (page Page, err error) {
	now := p.Clock.Now()
	err = p.Book.Store.View(ctx, func(tx store.Tx) error {
		i, err := incidents.Head(tx, id)
		if err != nil {
			return err
		}
		page = Page{Incident: *i, Next: Next(p, tx, now, i), Changes: around.Of(tx, i)}
		page.Alarm, _ = incidents.Evidence(tx, i)
		page.Past = past.Of(tx, i, page.Alarm)
		return nil
	})
	return page, err
}

func (p *Pager) recording(id string, body incidents.Body) func(store.Tx) error {
	now := p.Clock.Now()
	return func(tx store.Tx) error { return p.record(tx, now, id, body) }
}

// pointless says why a page need not be sent any more, or nothing. A page that
// waited while the channel was down must not wake anybody for what is over.
func pointless(i *incidents.Incident, b pageBody, key string) string {
	switch {
	case i.Status == incidents.StatusResolved:
		return "the incident was resolved before it went out"
	case b.ByHand && i.Run != b.Run:
		return "" // somebody wants this person, whatever the policy does
	case b.ByHand:
	case i.Silence != nil:
		return "the incident was silenced before it went out"
	case i.Run != b.Run:
		return "the incident was triggered again before it went out"
	case i.Response.Acks.Given(b.Person).After(i.Pages[key].At):
		return b.Person + " acknowledged before it went out"
	case i.Status == incidents.StatusAcknowledged && !b.Reminder:
		return i.AcknowledgedBy.Name + " acknowledged before it went out"
	}
	if _, newest := i.Pages[key]; !newest {
		return "a newer page to the same person took its place"
	}
	return ""
}
