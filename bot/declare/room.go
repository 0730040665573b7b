package declare

import (
	"context"
	"strings"
	"time"

	"github.com/oncalm/oncalm/alarms"
	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Options is what a Room needs.
type Options struct {
	Root   string // the slash command
	Book   *incidents.Book
	Pager  *paging.Pager
	People map[string]chat.Person
	// Services are those that an incident can be of, and Schedules those whose people can be paged, by name.
	Services  alarms.Services
	Schedules []string
	// PagesNobody reports whether incidents of a severity are quiet. It may be nil.
	PagesNobody func(severity string) bool
	// Pick finds the incident that is meant, and what was said about it. If it is not clear which, i is nil and m says what to do.
	Pick func(*chat.Call, store.Tx) (i *incidents.Incident, said string, m blocks.Message)
	// Once carries out what a form asks for (see [chat.Router.Once]), and Readable is what somebody wrote as others would read it.
	Once     func(context.Context, *chat.Call, func(store.Tx) (blocks.Message, error)) blocks.Message
	Readable func(string) string
}

// A Room has the words.
type Room struct{ o Options }

// New makes a Room.
func New(o Options) *Room { return &Room{o} }

const (
	// maxTitle is the longest title, and maxReason the longest reason, in characters.
	maxTitle  = 200
	maxReason = 500
)

// Words are the words, in the order of help.
func (room *Room) Words() []chat.Word {
	return []chat.Word{
		{Name: "declare", Also: []string{"create", "new", "open", "start"},
			Args: argument.List{argument.May("sev1", argument.Severity), argument.May("service", argument.Service),
				argument.Needs("title", argument.Text)},
			Change: room.declare, Form: room.form, Filled: room.filled,
			Help: "Opens an incident, and pages. Alone it opens a form.",
			More: "Without a severity it has that of its service, and without a service it is of the default one. " +
				"The service stays a part of the title where the title needs it (`search is down`); `search: is down` and " +
				"`service:search` are never part of it. In the form you can page somebody at once besides, or nobody."},
		{Name: "page",
			Args: argument.List{argument.May("id", argument.Incident),
				argument.Needs("@somebody, service or schedule", argument.Person, argument.Service, argument.Schedule),
				argument.May("reason", argument.Text)},
			Change: room.page,
			Help:   "Pages somebody by hand.",
			More: "Of a service those are paged whom its policy pages first, of a schedule those who are on call. The policy " +
				"goes on beside it."},
	}
}

// did is the answer to a change.
func did(parts ...any) blocks.Message {
	return blocks.Message{Body: []blocks.Paragraph{blocks.Para(blocks.Say(parts...))}}
}

// firstWord takes the first word off a text.
func firstWord(s string) (word, rest string) {
	word, rest, _ = strings.Cut(strings.TrimSpace(s), " ")
	return word, strings.TrimSpace(rest)
}

// A plan is an incident that somebody wants to declare.
type plan struct {
	title    string
	service  alarms.Service
	severity string
	// quiet says that nobody is to be paged, and besides whom to page at once beside the policy; nil for nobody.
	quiet   bool
	besides []string
}

// declare is /incident declare.
func (room *Room) declare(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	p := plan{service: room.service("")}
	rest := room.o.Readable(c.Rest)
	word, after := firstWord(rest)
	if _, severity, ok := room.names().Find(word, argument.Severity); ok && len(word) > 1 { // a number is one of something
		p.severity, rest = severity, after
	} else if room.names().Misnamed(word, argument.Severity) {
		return room.names().None(word, "nothing was opened", argument.Severity), nil
	}
	service, rest, unknown := room.about(rest)
	if unknown {
		return room.names().None(service, "nothing was opened", argument.Service), nil
	}
	if service != "" {
		p.service = room.service(service)
	}
	if p.title = text.Clip(text.Line(unquoted(rest)), maxTitle); p.title == "" {
		return did("What goes wrong? Nothing was opened. Write ", blocks.Code(c.Root+" declare sev2 "+p.service.Name+
			" customers cannot pay"), ". ", room.names().There(argument.Severity, argument.Service)), nil
	}
	return room.carryOut(c, tx, p)
}

// carryOut opens the incident.
func (room *Room) carryOut(c *chat.Call, tx store.Tx, p plan) (blocks.Message, error) {
	opened := incidents.Opened{
		Title: p.title, Service: p.service.Name, Severity: p.severity, Runbook: p.service.Runbook, Quiet: room.quiet(&p)}
	by := incidents.Person(c.Person)
	i, err := room.o.Book.Open(tx, c.Now, time.Time{}, by, opened)
	if err != nil {
		return blocks.Message{}, err
	}
	c.Acted = true
	for _, person := range p.besides {
		if len(i.PagesTo(person)) > 0 {
			continue
		}
		why := c.Person + " declared it and wants you there"
		if err := paging.ByHand(room.o.Pager, tx, c.Now, i.ID, by, person, why); err != nil {
			return blocks.Message{}, err
		}
	}
	if i, err = incidents.Head(tx, i.ID); err != nil {
		return blocks.Message{}, err
	}
	m := did("You declared ", blocks.Strong(i.ID), " (", text.Line(i.Title), "): ", i.Severity, ", ", i.Service, ". ",
		pagedNow(i, opened.Quiet))
	m.Body = append(m.Body, blocks.Para(blocks.Say("Take it: ", blocks.Code(room.o.Root+" ack "+i.ID),
		". Page somebody else: ",
		blocks.Code(room.o.Root+" page "+i.ID+" @somebody"), ".")))
	return m, nil
}

// quiet completes a plan, and says why nobody is paged; empty if somebody is.
func (room *Room) quiet(p *plan) string {
	if p.severity == "" {
		p.severity = severityOf(&p.service)
	}
	switch {
	case p.quiet:
		return "it was declared without paging"
	case room.o.PagesNobody != nil && room.o.PagesNobody(p.severity):
		return p.severity + " pages nobody"
	}
	return ""
}

// pagedNow says who is paged at once.
func pagedNow(i *incidents.Incident, quiet string) string {
	people := peopleOf(i)
	switch {
	case len(people) == 0 && quiet != "":
		return "Nobody is paged: " + quiet + "."
	case len(people) == 0:
		return "Nobody could be paged: nobody is on call."
	case len(people) == 1:
		return people[0] + " is paged."
	}
	return text.List(people, "and") + " are paged."
}
