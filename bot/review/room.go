// Package review has postmortems written: which incidents get one, by when, who reviews them, and that nobody forgets. A postmortem is a
// draft, in review, reviewed, closed. Who moved it, and when, is an event of the incident (response.ReviewMoved), and the document, its
// times and what is said here are made from it.
//
// Reviewed means that somebody else has read it: whoever asked for the review cannot say so.
//
// When an incident is resolved that gets a postmortem by the configuration, or when somebody asks for one, it is recorded by when it is
// due (response.PostmortemDue), since that depends on the holidays of the service's schedule. Until it is reviewed, whoever has to do
// something is reminded: of all postmortems in one message, at nine on a working day, where they live.
//
//	postmortem-due/<incident>            it waits (in the store)
//	postmortem-remind/<zone>/<time>      entry: those who live in a zone are reminded
//	told/postmortem/…                    entry: what people are told
//	<incident>/postmortem-post/<event>   entry: it is posted to the channel, as it is then; and its files, below that key
package review

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/respond"
	"github.com/oncalm/oncalm/bot/rights"
	"github.com/oncalm/oncalm/bot/slack"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/overrides"
	"github.com/oncalm/oncalm/paging"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Word is the word of the room of incidents that names reviewers, and that buttons say.
const Word = "review"

// Options is what a Room needs.
type Options struct {
	Root      string
	Book      *incidents.Book
	Pager     *paging.Pager
	Overrides *overrides.Book // knows the schedules, and so the holidays
	People    map[string]chat.Person
	Rules     Rules
	// Own is the channel of an incident alone; empty if it has none.
	Own func(tx store.Tx, incident string) string
	// Owe enqueues a notice to a person, or with "" to the channel of all incidents, and OweChannel one to another channel. A key is used
	// once.
	Owe        func(tx store.Tx, now time.Time, key, person string, m blocks.Message)
	OweChannel func(tx store.Tx, now time.Time, key, channel string, m blocks.Message)
	// Post renders a postmortem to be posted to its channel, or to that of all incidents, which is Channel; nil if none is.
	Post    func(ctx context.Context, id string) (Posted, error)
	Out     *slack.Sender
	Channel string
	Clock   *clocks.Clock
	Log     *slog.Logger
}

// A Room has the words.
type Room struct {
	o Options
	// Router and Hand are set before anything is said.
	Router *chat.Router
	Hand   respond.Hand
}

// New makes a Room.
func New(o Options) *Room { return &Room{o: o} }

// Words are the words of this package, for the room of incidents.
func (r *Room) Words() []chat.Word {
	return []chat.Word{{Name: Word,
		Args: argument.List{argument.May("id", argument.Incident),
			argument.May("@somebody @somebody", argument.Person)},
		Change: r.review,
		Help:   "Asks people to review the postmortem.",
		More: "They get a message, and are reminded until it is reviewed, by one of them or by somebody else than you. " +
			"Without names it says how far the postmortem has come, and by when it is due."}}
}

// names are those that can stand in a word.
func (r *Room) names() argument.Names {
	return argument.Names{argument.Person: slices.Sorted(maps.Keys(r.o.People))}
}

// Typed carries out what was typed behind the word postmortem, if it ends with a stage. Whoever may look may not do that.
func (r *Room) Typed(ctx context.Context, c *chat.Call) (m blocks.Message, ok bool) {
	to, rest, ok := typed(c)
	if n := len(c.Args); !ok && n > 0 && strings.EqualFold(c.Args[n-1].Text, posting) {
		bare := *c
		bare.Rest, bare.Args = c.Rest[:c.Args[n-1].From], c.Args[:n-1]
		to, rest, ok = posting, &bare, true
	}
	if !ok {
		return m, false
	}
	if m, refused := chat.Forbidden(r.Router, c, rights.Respond); refused {
		return m, true
	}
	return r.Router.Once(ctx, c, func(tx store.Tx) (blocks.Message, error) {
		i, m, err := r.Hand.PickAny(rest, tx)
		if i == nil {
			return m, err
		}
		if to == posting {
			return posts{r}.post(tx, c, i)
		}
		return r.move(tx, c, i, to)
	}), true
}

// review is /incident review, and the buttons, which carry a stage.
func (r *Room) review(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	if c.Target != nil {
		to, ok := Stage(c.Rest)
		i, _, m := r.Hand.Pick(c, tx)
		switch {
		case !ok:
			return chat.NoButton(c.Root), nil
		case i == nil:
			return m, nil
		}
		return r.move(tx, c, i, to)
	}
	to, rest, moves := typed(c)
	if !moves {
		rest = c
	}
	bare, named := r.apart(rest)
	i, m, err := r.Hand.PickAny(bare, tx)
	if i == nil {
		return m, err
	}
	if moves {
		return r.move(tx, c, i, to)
	}
	var all []string
	for _, word := range named {
		_, name, ok := r.names().Find(word, argument.Person)
		switch {
		case strings.EqualFold(word, "and"):
		case !ok:
			return r.names().None(word, "nothing changed", argument.Person), nil
		case !slices.Contains(all, name):
			all = append(all, name)
		}
	}
	if len(all) == 0 {
		return r.shown(tx, c, i)
	}
	return r.name(tx, c, i, all)
}

// apart takes the names off what was typed: what is left says which incident is meant.
func (r *Room) apart(c *chat.Call) (bare *chat.Call, named []string) {
	n := 0
	if len(c.Args) > 0 && chat.IsID(strings.TrimPrefix(c.Args[0].Text, "#")) {
		n = 1
	}
	if len(c.Args) == n {
		return c, nil
	}
	named = strings.Fields(strings.ReplaceAll(r.Router.Readable(c.Rest[c.Args[n].From:]), ",", " "))
	cut := *c
	cut.Rest, cut.Args = c.Rest[:c.Args[n].From], c.Args[:n]
	return &cut, named
}

// of names a postmortem.
func of(i *incidents.Incident) blocks.Line {
	return blocks.Say("The postmortem of ", blocks.Strong(i.ID), " (", text.Line(i.Title), ")")
}

// refused says why nothing is done about the postmortem of an incident; false if something can be.
func refused(i *incidents.Incident) (m blocks.Message, ok bool) {
	switch {
	case i.MergedInto != "":
		return blocks.Sentence(blocks.Strong(i.ID), " is part of ", blocks.Strong(i.MergedInto),
			", whose postmortem tells of it, too; nothing changed."), true
	case i.Open():
		return blocks.Sentence(blocks.Strong(i.ID), " is not resolved yet; nothing changed."), true
	}
	return m, false
}

// shown says how far a postmortem has come.
func (r *Room) shown(tx store.Tx, c *chat.Call, i *incidents.Incident) (blocks.Message, error) {
	if m, no := refused(i); no {
		return m, nil
	}
	s, err := read(tx, i)
	if err != nil {
		return blocks.Message{}, err
	}
	l, ok := s.Line(i, c.Now)
	if !ok {
		l = blocks.Say(of(i), " is a draft; nobody asked for it.")
	}
	hint := blocks.Say("To ask people to review it: ", blocks.Code(c.Root+" "+Word+" "+i.ID+" @somebody"), ".")
	m := blocks.Message{Body: []blocks.Paragraph{blocks.Para(l), blocks.Para(hint)}}
	return withButtons(m, s, i), nil
}

func withButtons(m blocks.Message, s State, i *incidents.Incident) blocks.Message {
	if row := s.Buttons(i); len(row) > 0 {
		m.Rows = [][]blocks.Button{row}
	}
	return m
}

// name records who is asked to review, and asks for the review if nobody has.
func (r *Room) name(tx store.Tx, c *chat.Call, i *incidents.Incident, all []string) (blocks.Message, error) {
	if m, no := refused(i); no {
		return m, nil
	}
	s, err := read(tx, i)
	if err != nil {
		return blocks.Message{}, err
	}
	switch {
	case !s.Waits():
		return blocks.Sentence(of(i), " is ", s.Stage, " already; nothing changed."), nil
	case slices.Contains(all, c.Person):
		return blocks.Sentence("You ask for the review: somebody else reviews. Nothing changed."), nil
	case slices.Equal(all, s.Reviewers) && s.Stage == response.InReview:
		return blocks.Sentence(of(i), " is for review by ", people(all), " already; nothing changed."), nil
	}
	fact := response.ReviewersNamed{}
	for _, person := range all {
		fact.Reviewers = append(fact.Reviewers, response.Reviewer{Person: person})
	}
	facts := []response.Fact{fact}
	if s.Stage == response.Draft {
		facts = append(facts, response.ReviewMoved{To: response.InReview})
	}
	for _, f := range facts {
		if i, err = r.append(tx, c, i.ID, f); err != nil {
			return blocks.Message{}, err
		}
	}
	if s, err = read(tx, i); err != nil {
		return blocks.Message{}, err
	}
	l := blocks.Say(of(i), " is in review now, by ", blocks.Strong(people(all)))
	if !s.Due.IsZero() {
		l = blocks.Say(l, ", until ", s.Due)
	}
	return withButtons(blocks.Message{Body: []blocks.Paragraph{blocks.Para(blocks.Say(l, "."))}}, s, i), nil
}

func (r *Room) append(tx store.Tx, c *chat.Call, id string, f response.Fact) (*incidents.Incident, error) {
	e := incidents.Event{By: incidents.Person(c.Person), Body: incidents.Responded{Fact: f}}
	after, err := r.o.Book.Append(tx, c.Now, id, e)
	c.Acted = c.Acted || err == nil
	return after, err
}

// called is a stage as it is said of a postmortem: it is in review, and a draft.
func called(stage string) string {
	if stage == response.Draft {
		return "a draft"
	}
	return stage
}

// move moves the postmortem of an incident to a stage, if it may go there, and says what came of it.
func (r *Room) move(tx store.Tx, c *chat.Call, i *incidents.Incident, to string) (blocks.Message, error) {
	if m, no := refused(i); no {
		return m, nil
	}
	s, err := read(tx, i)
	if err != nil {
		return blocks.Message{}, err
	}
	command := func(word string) blocks.Span { return blocks.Code(c.Root + " postmortem " + i.ID + " " + word) }
	switch {
	case s.Stage == to:
		return blocks.Sentence(of(i), " is ", called(to), " already; nothing changed."), nil
	case to == response.Reviewed && s.Stage != response.InReview:
		return blocks.Sentence(of(i), " is not in review; nothing changed. ", command("review"), " asks for it."), nil
	case to == response.Reviewed && s.Asked == c.Person:
		return blocks.Sentence("You asked for the review: somebody else says that it is reviewed. Nothing changed."), nil
	case to == response.Closed && s.Stage != response.Reviewed:
		return blocks.Sentence(of(i), " is not reviewed yet; nothing changed. ", command("reviewed"),
			" says that it is, by somebody else than who asked for it."), nil
	}
	after, err := r.append(tx, c, i.ID, response.ReviewMoved{To: to})
	if err != nil {
		return blocks.Message{}, err
	}
	s.Stage, s.By = to, c.Person
	l := blocks.Say(of(i), " is ", blocks.Strong(called(to)), " now.")
	switch open := len(openOf(tx, i.ID)); {
	case to == response.InReview:
		l = blocks.Say(l, " Somebody else than you reads it, and says ", command("reviewed"), ".")
	case to == response.Closed && open > 0:
		l = blocks.Say(l, " ", text.Count(open, "action item is", "action items are"), " still open, and followed up.")
	}
	return withButtons(blocks.Message{Body: []blocks.Paragraph{blocks.Para(l)}}, s, after), nil
}
