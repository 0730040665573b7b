package terminal

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/wording"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/paging/rehearsal"
	"github.com/oncalm/oncalm/postmortems/editing"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// listed is how many open incidents are named.
const listed = 20

// pick is the incident of that number; without one the only one that is open.
func pick(tx store.Tx, id string) (*incidents.Incident, error) {
	open := incidents.OpenIDs(tx, listed+1)
	names := strings.Join(open[:min(len(open), listed)], ", ")
	todo := "open now: " + names
	switch {
	case len(open) == 0:
		todo = "none is open; oncalm incidents lists those that were"
	case len(open) > listed:
		todo += " and more"
	}
	switch {
	case id != "":
	case len(open) == 0:
		return nil, &Refused{What: "no incident is open", Todo: "name one by its number, or open one with oncalm declare"}
	case len(open) > 1:
		return nil, &Refused{What: "several incidents are open", Todo: "name one by its number; " + todo}
	default:
		id = open[0]
	}
	i, err := incidents.Head(tx, id)
	if errors.Is(err, incidents.ErrNotFound) {
		return nil, &Refused{What: fmt.Sprintf("there is no incident %q", text.Clip(id, 20)), Todo: todo}
	}
	return i, err
}

// answer does something about an incident that there is. What is refused by the incident's state changes nothing: the
// transaction is given up with it, and so is a note that was written beside an acknowledgement.
func (d *Desk) answer(tx store.Tx, now time.Time, i *incidents.Incident, r Request) (Done, error) {
	// what was meant for it would stand where nobody reads it any more
	if merged := i.MergedInto != "" && !i.Open(); merged && r.Do != Write {
		return Done{}, &incidents.Refused{Incident: *i, Reason: incidents.ErrResolved}
	}
	said := strings.TrimSpace(r.Text)
	var events []incidents.Event
	switch r.Do {
	case Ack:
		if said != "" && i.Status == incidents.StatusTriggered {
			events = append(events, noted(said))
		}
		events = append(events, incidents.Event{Body: incidents.Acknowledged{Via: wording.ViaTerminal}})
	case Resolve:
		if len(i.Firing) > 0 && !r.Anyway && i.Open() {
			return Done{}, stillFires(i)
		}
		events = append(events, incidents.Event{Body: incidents.Resolved{
			Reason: text.Clip(said, maxReason), Via: wording.ViaTerminal}})
	case Note:
		e, err := d.note(now, said, r.As)
		if err != nil {
			return Done{}, err
		}
		events = append(events, e)
	case Page:
		return d.page(tx, now, i, r)
	case Write:
		return d.write(tx, now, i, r)
	}
	for _, e := range events {
		e.By = incidents.Person(r.As)
		after, err := d.Book.Append(tx, now, i.ID, e)
		if err != nil {
			return Done{}, err
		}
		i = after
	}
	return doneTo(i), nil
}

// page pages people by hand. Each person is paged as a step of the policy would: by their channels, with a reason that
// names who asks.
func (d *Desk) page(tx store.Tx, now time.Time, i *incidents.Incident, r Request) (Done, error) {
	if !i.Open() {
		return Done{}, &incidents.Refused{Incident: *i, Reason: incidents.ErrResolved}
	}
	people, err := d.whom(tx, now, r.Whom)
	if err != nil {
		return Done{}, err
	}
	why := r.As + " asks for you, at the terminal"
	if reason := text.Clip(text.Line(r.Text), maxReason); reason != "" {
		why += ": " + reason
	}
	for _, person := range people {
		if err := paging.ByHand(d.Pager, tx, now, i.ID, incidents.Person(r.As), person, why); err != nil {
			return Done{}, err
		}
	}
	done := doneTo(i)
	done.Paged = people
	return done, nil
}

// write records what somebody wrote in the postmortem.
func (d *Desk) write(tx store.Tx, now time.Time, i *incidents.Incident, r Request) (Done, error) {
	done := doneTo(i)
	written, err := editing.Write(d.Book, tx, now, i.ID, incidents.Person(r.As), r.Sections)
	switch {
	case errors.Is(err, editing.ErrSection), errors.Is(err, editing.ErrLong):
		return done, &Refused{What: err.Error(), Usage: true}
	case errors.Is(err, editing.ErrOther):
		return done, &Refused{What: err.Error(), Todo: "print it anew with oncalm postmortem"}
	}
	done.Written = written
	return done, err
}

// noted is a line that somebody wrote at the terminal.
func noted(said string) incidents.Event {
	return incidents.Event{Body: incidents.Noted{Text: text.Clip(said, maxNote), Via: wording.ViaTerminal}}
}

// note is a line on the timeline, at the time that stands in front of it. It is read in the zone that the configuration has
// for the person: the machine's zone says nothing of people.
func (d *Desk) note(now time.Time, said, as string) (e incidents.Event, err error) {
	zone := d.People[as]
	if zone == nil {
		zone = time.UTC
	}
	past, timed, err := when.Past(said, now, zone)
	switch {
	case err != nil:
		return e, &Refused{What: "nothing was noted: " + err.Error()}
	case timed:
		said = past.Text
	}
	if said == "" {
		return e, &Refused{What: "the note is empty", Todo: "write what you saw or did", Usage: true}
	}
	e = noted(said)
	e.At = past.At
	return e, nil
}

// stillFires refuses to resolve what an alarm says is not over.
func stillFires(i *incidents.Incident) error {
	var names []string
	for _, name := range i.Firing {
		names = append(names, text.Line(name))
	}
	slices.Sort(names)
	what := "still says ALARM"
	if len(names) > 1 {
		what = "still say ALARM"
	}
	return &Refused{
		What: fmt.Sprintf("incident %s is not resolved: %s %s", i.ID, text.List(names[:min(len(names), listed)], "and"), what),
		Todo: "resolve it all the same with -anyway; nobody is paged for it then, unless it recovers and fires again",
	}
}

// whom are the people that are meant by a name: of a person, a service or a schedule, in this order, or with its kind in
// front. The kind is needed only where two things have the same name.
func (d *Desk) whom(tx store.Tx, now time.Time, name string) (people []string, err error) {
	kind, bare, explicit := strings.Cut(name, ":")
	if !explicit {
		kind, bare = "", strings.TrimPrefix(name, "@")
	}
	is := func(k string) bool { return kind == "" || kind == k }
	_, person := d.People[bare]
	_, schedule := d.Pager.Overrides.Schedules[bare]
	switch {
	case is("person") && person:
		return []string{bare}, nil
	case is("service") && slices.Contains(d.services(), bare):
		people = rehearsal.First(d.Pager, tx, now, bare, "")
		if len(people) == 0 {
			return nil, &Refused{What: "the policy of service " + bare + " finds nobody now", Todo: "page a person"}
		}
		return people, nil
	case is("schedule") && schedule:
		people = rehearsal.First(d.Pager, tx, now, "", bare)
		what := "nobody is on call in schedule " + bare + " now"
		if len(people) == 0 {
			return nil, &Refused{What: what, Todo: "page a person, or a service: it has a fallback"}
		}
		return people, nil
	}
	var names []string
	for _, all := range [][]string{keys(d.People), keys(d.Pager.Overrides.Schedules), d.services()} {
		names = append(names, all...)
	}
	return nil, none("person, schedule or service", name, slices.Compact(names))
}

// keys are the names of a map, in order.
func keys[V any](m map[string]V) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// refusal says why the state of an incident does not allow what was asked. It says who was first, and when, as in chat.
func refusal(now time.Time, as string, e *incidents.Refused) error {
	i := &e.Incident
	switch {
	case errors.Is(e.Reason, incidents.ErrResolved) && i.MergedInto != "":
		return &Refused{What: fmt.Sprintf("incident %s was merged %s by %s, and goes on as %s; nothing changed", i.ID,
			text.Ago(now.Sub(i.Resolved)), i.ResolvedBy.Name, i.MergedInto), Todo: "name " + i.MergedInto}
	case errors.Is(e.Reason, incidents.ErrResolved):
		return &Refused{What: fmt.Sprintf("incident %s was resolved %s by %s; nothing changed", i.ID,
			text.Ago(now.Sub(i.Resolved)), i.ResolvedBy.Name)}
	case errors.Is(e.Reason, incidents.ErrAcknowledged):
		by := i.AcknowledgedBy.Name
		if by == as {
			by += " already"
		}
		return &Refused{What: fmt.Sprintf("incident %s was acknowledged %s by %s; nothing changed", i.ID,
			text.Ago(now.Sub(i.Acknowledged)), by)}
	}
	return &Refused{What: fmt.Sprintf("incident %s: %v; nothing changed", i.ID, e.Reason)}
}
