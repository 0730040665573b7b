package review

import (
	"slices"
	"strconv"
	"time"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// part begins the keys of what waits.
const part = "postmortem-due"

// Keys are all keys of this package.
func Keys() []store.Check { return []store.Check{{Prefix: part + "/"}} }

// Follow is the part of postmortems in an event (see [incidents.Follower]): by when one is due, what people are told of that, and what
// they are reminded of.
func (r *Room) Follow(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	switch b := e.Body.(type) {
	case incidents.Resolved:
		if b.Into == "" {
			return r.resolved(tx, i)
		}
	case incidents.Responded:
		switch b.Fact.(type) {
		case response.ReviewMoved, response.ReviewersNamed, response.PostmortemDue:
			return r.moved(tx, now, i, e, b.Fact)
		}
	}
	return nil
}

// resolved is what the configuration says about the postmortem of an incident. What people have said about it is older, and stays.
func (r *Room) resolved(tx store.Tx, i *incidents.Incident) []incidents.Body {
	if _, said := r.o.Rules.Of(i.Service, i.Severity); !said {
		return nil // without having read anything: all incidents come by here
	}
	timeline, err := incidents.Timeline(tx, i.ID)
	if err != nil {
		return nil // fsck names it
	}
	was := worstOf(i, timeline)
	wanted, _ := r.o.Rules.Of(i.Service, was)
	s := Of(i, timeline)
	switch {
	case !s.Waits() || len(s.Reviewers) > 0 || s.Stage == response.InReview:
		return nil
	case wanted:
		return []incidents.Body{due(r.calendar(i).Due(was, i.Resolved))}
	case s.Due.IsZero(): // it would get none in any case
		return nil
	}
	return []incidents.Body{due(time.Time{})}
}

func due(at time.Time) incidents.Body {
	return incidents.Responded{Fact: response.PostmortemDue{Due: at}}
}

func (r *Room) calendar(i *incidents.Incident) Calendar {
	if r.o.Pager == nil || r.o.Pager.Policy == nil {
		return Calendar{}
	}
	return calendarOf(r.o.Pager.Policy(i.Service), r.o.Overrides)
}

// worstOf is the worst severity that an incident had: one that was made less bad before its end was as bad all the same.
func worstOf(i *incidents.Incident, timeline []incidents.Event) string {
	all := []string{i.Severity}
	for _, e := range timeline {
		switch b := e.Body.(type) {
		case incidents.Opened:
			all = append(all, b.Severity)
		case incidents.Rated:
			all = append(all, b.Severity)
		case incidents.Worsened:
			all = append(all, b.Severity)
		}
	}
	for _, severity := range []string{incidents.Sev1, incidents.Sev2, incidents.Sev3} {
		if slices.Contains(all, severity) {
			return severity
		}
	}
	return i.Severity
}

// moved keeps which postmortems wait, and tells those whom it concerns.
func (r *Room) moved(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event,
	f response.Fact) []incidents.Body {
	timeline, err := incidents.Timeline(tx, i.ID)
	if err != nil {
		return nil // fsck names it
	}
	s := Of(i, timeline)
	asked, isDue := s.asked(f), s.Fixed && !s.Due.IsZero()
	if asked && !isDue { // somebody asks for one, of which nobody has said by when
		from := now
		if !s.Fixed && !s.Due.IsZero() { // it gets one anyway
			from = i.Resolved
		}
		s.Due = r.calendar(i).Due(worstOf(i, timeline), from).UTC()
	}
	first := r.index(tx, now, i.ID, s.Due, s.Waits() && isDue)
	switch f := f.(type) {
	case response.ReviewersNamed:
		r.asks(tx, now, i, e, s, f)
	case response.PostmortemDue:
		if first && s.Stage == response.Draft && len(s.Reviewers) == 0 {
			r.tell(tx, now, i, s)
		}
	}
	if asked && !isDue {
		return []incidents.Body{due(s.Due)}
	}
	return nil
}

// asked reports whether a fact asks for a review.
func (s State) asked(f response.Fact) bool {
	switch f := f.(type) {
	case response.ReviewersNamed:
		return true
	case response.ReviewMoved:
		return f.To == response.InReview
	}
	return false
}

// index keeps whether a postmortem waits, and reports whether it does so from now on.
func (r *Room) index(tx store.Tx, now time.Time, id string, due time.Time, waits bool) (first bool) {
	key := store.Key(part, id)
	first = waits && tx.Get(key) == nil
	if waits {
		tx.Put(key, []byte(due.Format(time.RFC3339)))
	} else {
		tx.Delete(key)
	}
	if first {
		r.plan(tx, now)
	}
	return first
}

// tell tells the channel of an incident, and who leads it, that its draft is there, and by when it is to be reviewed. The keys are used
// once, however often it is resolved.
func (r *Room) tell(tx store.Tx, now time.Time, i *incidents.Incident, s State) {
	lead := i.Response.Lead
	who := blocks.Say("Nobody leads it: ", blocks.Code(r.o.Root+" lead "+i.ID), " says who writes.")
	if lead != "" {
		who = blocks.Say(blocks.Strong(text.Line(lead)), " leads it.")
	}
	m := r.draft(i, s, who)
	key := store.Key("told", "postmortem", i.ID, "")
	if own := r.own(tx, i.ID); own != "" {
		r.o.OweChannel(tx, now, key, own, m)
	} else {
		r.o.Owe(tx, now, key, "", m)
	}
	if _, known := r.o.People[lead]; known {
		r.o.Owe(tx, now, store.Key("told", "postmortem", i.ID, lead), lead, r.draft(i, s, blocks.Say("You lead it.")))
	}
}

func (r *Room) own(tx store.Tx, id string) string {
	if r.o.Own == nil {
		return ""
	}
	return r.o.Own(tx, id)
}

// draft says that a draft is there.
func (r *Room) draft(i *incidents.Incident, s State, more blocks.Line) blocks.Message {
	at := chat.Target{ID: i.ID, Run: i.Run}
	show := chat.Said{Room: view.Room, Word: "postmortem", Rest: at.Value()}.Button("Show draft")
	return blocks.Message{Title: "Postmortem of incident " + i.ID, Body: []blocks.Paragraph{
		blocks.Para(blocks.Say("The draft of the postmortem of ", blocks.Strong(i.ID), " (", text.Line(i.Title),
			") is there, to be reviewed by ", s.Due, ". ", more)),
		blocks.Para(blocks.Say(blocks.Code(r.o.Root+" write "+i.ID+" summary"), " writes in it, and ",
			blocks.Code(r.o.Root+" "+Word+" "+i.ID+" @somebody"), " asks for the review.")),
	}, Rows: [][]blocks.Button{append([]blocks.Button{show}, s.Buttons(i)...)}}
}

// asks tells the reviewers that they are asked. Who was asked before is not told again.
func (r *Room) asks(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event, s State,
	f response.ReviewersNamed) {
	for _, one := range f.Reviewers {
		if _, known := r.o.People[one.Person]; !known || r.asked(tx, i.ID, e.Seq, one.Person) {
			continue
		}
		s.Stage = response.InReview // it is, once this is recorded
		m := r.draft(i, s, nil)
		m.Title = "A postmortem to review"
		l := blocks.Say(blocks.Strong(e.By.Name), " asks you to review the postmortem of ", blocks.Strong(i.ID), " (",
			text.Line(i.Title), ")")
		if !s.Due.IsZero() {
			l = blocks.Say(l, ", until ", s.Due)
		}
		m.Body = []blocks.Paragraph{blocks.Para(blocks.Say(l, "."))}
		r.o.Owe(tx, now, store.Key("told", "postmortem", i.ID, strconv.Itoa(e.Seq), one.Person), one.Person, m)
	}
}

// asked reports whether somebody was asked by the event before that one that names reviewers.
func (r *Room) asked(tx store.Tx, id string, seq int, person string) (is bool) {
	timeline, err := incidents.Timeline(tx, id)
	if err != nil {
		return false
	}
	for _, e := range timeline {
		b, ok := e.Body.(incidents.Responded)
		if !ok || e.Seq >= seq {
			continue
		}
		if f, ok := b.Fact.(response.ReviewersNamed); ok {
			is = slices.Contains(f.Reviewers, response.Reviewer{Person: person})
		}
	}
	return is
}
