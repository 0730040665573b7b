// Package lookup is the part of /incident that shows what the logs and the traces of a service say: somebody asks, is answered at once, and
// gets what was found where they asked, for them alone.
//
// AWS is asked by outbox entries, in the lane of what goes on beside pages and answers, so that nothing waits for it; a question to the
// logs is several, each of which asks once how far it is. What was found is sent and never stored: in the store stands only what was asked.
//
//	<incident>/lookup/<request>/<step>    entry: one step of a question
package lookup

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/respond"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/clocks"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/lookups"
	"github.com/oncalm/oncalm/lookups/logs"
	"github.com/oncalm/oncalm/lookups/traces"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Kind is the kind of outbox entries that are a step of a question.
const Kind = "lookup"

const (
	// patience is how long an answer of the logs is waited for.
	patience = time.Minute
	// breath is how long the first step waits, so that the answer at once stands before what was found.
	breath = 500 * time.Millisecond
	// soon and later are how long it takes until it is asked how far they are: at first, and after some steps.
	soon, later = time.Second, 5 * time.Second
	// maxWords is how many words are looked for, and maxWord how long one may be.
	maxWords, maxWord = 5, 80
)

// Options is what a Room needs.
type Options struct {
	Book *incidents.Book
	// Places are where a service can be looked at.
	Places func(service string) lookups.Places
	Ways   lookups.Ways // into AWS
	Clock  *clocks.Clock
	Log    *slog.Logger
}

// A Room has the words.
type Room struct {
	o      Options
	logs   logs.Asker
	traces traces.Asker
	// Router and Hand are set before anything is said.
	Router *chat.Router
	Hand   respond.Hand
}

// New makes a Room.
func New(o Options) *Room {
	if o.Places == nil {
		o.Places = func(string) lookups.Places { return lookups.Places{} }
	}
	return &Room{o: o, logs: logs.Asker{Ways: o.Ways}, traces: traces.Asker{Ways: o.Ways}}
}

// Words are the words of this package, for the room of incidents.
func (r *Room) Words() []chat.Word {
	return []chat.Word{
		{Name: "logs", Args: argument.List{argument.May("id", argument.Incident), argument.May("words", argument.Text)},
			Change: r.askLogs,
			Help:   "What the logs of its service say: errors, or the lines with those words.",
			More: "It looks at [`logs`](logs.md) of the service, from 15 minutes before the alarm on, for an hour at most, " +
				"and says what that costs. Only you see what it finds. Quotes keep words together."},
		{Name: "traces", Args: argument.List{argument.May("id", argument.Incident)},
			Change: r.askTraces,
			Help:   "Which of the services that its service calls fail, with links to traces.",
			More:   "It looks at [`traces`](logs.md) of the service, at the same time. Only you see what it finds."},
	}
}

// Handlers returns the handlers of outbox entries by kind.
func (r *Room) Handlers() map[string]outbox.Handler { return map[string]outbox.Handler{Kind: r.look} }

// work is the body of an entry. It has one question.
type work struct {
	Incident string         `json:"incident"`
	Service  string         `json:"service"`
	To       chat.Later     `json:"to"`
	Logs     *logs.Search   `json:"logs,omitempty"`
	Query    string         `json:"query,omitempty"` // under which the logs answer, once they were asked
	Traces   *traces.Search `json:"traces,omitempty"`
	Began    time.Time      `json:"began"`
	Step     int            `json:"step,omitempty"`
}

func (w work) entry(due time.Time) outbox.Entry {
	return outbox.Entry{Key: w.Incident + "/lookup/" + store.Key(w.To.Request) + "/" + strconv.Itoa(w.Step), Kind: Kind,
		Lane: outbox.Asides, Due: due, Body: outbox.Body(w)}
}

// want finds the incident that is meant, and the time that is looked at. If it is not clear which, i is nil and m says what to do.
func (r *Room) want(c *chat.Call, tx store.Tx) (i *incidents.Incident, a *incidents.Alarm, m blocks.Message,
	err error) {
	if i, _, m = r.Hand.Pick(c, tx); i == nil {
		return nil, nil, m, nil
	}
	a, err = incidents.Evidence(tx, i)
	return i, a, m, err
}

// region is that of an alarm, if it has one.
func region(a *incidents.Alarm) string {
	if a == nil {
		return ""
	}
	return a.Region
}

// askLogs is the word logs.
func (r *Room) askLogs(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, a, m, err := r.want(c, tx)
	if err != nil || i == nil {
		return m, err
	}
	groups := r.o.Places(i.Service).Logs
	if len(groups) == 0 {
		groups = lookups.OfFunction(a)
	}
	if len(groups) == 0 {
		return unknown(i, "where the logs of ", "logs: [\"/ecs/"+i.Service+"\"]", " are"), nil
	}
	words, m, ok := wordsIn(c, i)
	if !ok {
		return m, nil
	}
	s := logs.Search{Groups: groups, Region: region(a), Words: words}
	if at, ok := lookups.RegionOf(groups[0]); ok {
		s.Region = at
	}
	s.From, s.To = lookups.Around(i, a, c.Now)
	r.begin(c, tx, work{Incident: i.ID, Service: i.Service, Logs: &s})
	return begun(i, "logs", s.From, s.To), nil
}

// askTraces is the word traces.
func (r *Room) askTraces(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, a, m, err := r.want(c, tx)
	if err != nil || i == nil {
		return m, err
	}
	services := r.o.Places(i.Service).Traces
	if len(services) == 0 {
		return unknown(i, "what X-Ray calls ", "traces: ["+i.Service+"]", ""), nil
	}
	s := traces.Search{Services: services, Region: region(a)}
	s.From, s.To = lookups.Around(i, a, c.Now)
	r.begin(c, tx, work{Incident: i.ID, Service: i.Service, Traces: &s})
	return begun(i, "traces", s.From, s.To), nil
}

// wordsIn are the words that are looked for: what stands behind the number of the incident, if that was written.
func wordsIn(c *chat.Call, i *incidents.Incident) (words []string, m blocks.Message, ok bool) {
	all := c.Args
	if len(all) > 0 && strings.TrimPrefix(all[0].Text, "#") == i.ID {
		all = all[1:]
	}
	for _, t := range all {
		word := text.Line(t.Text)
		if word == "" {
			continue
		}
		if len([]rune(word)) > maxWord || len(words) == maxWords {
			return nil, blocks.Sentence("That is too much to look for; nothing was asked. Give ", maxWords,
				" words at most, of ", maxWord, " characters at most."), false
		}
		words = append(words, word)
	}
	return words, m, true
}

func (r *Room) begin(c *chat.Call, tx store.Tx, w work) {
	w.To, w.Began = chat.LaterOf(r.Router, c), c.Now
	outbox.In(tx, c.Now).Once(w.entry(c.Now.Add(breath)))
}

// look takes one step, and sends what came of it if it was the last.
func (r *Room) look(ctx context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var w work
	if err := e.Decode(&w); err != nil {
		return nil, err
	}
	now := r.o.Clock.Now()
	if now.Sub(w.Began) > chat.Life {
		return nil, nil // nobody waits for it any more
	}
	m, next, err := r.step(ctx, &w, now)
	if no, ok := errors.AsType[*lookups.Refusal](err); ok {
		r.o.Log.Warn("logs or traces could not be looked at", "incident", w.Incident, "why", no.Why, "err", no.Err)
		m, next = refused(w, no), 0
	} else if err != nil {
		return nil, err
	}
	if next == 0 {
		return nil, chat.Tell(ctx, r.Router, e, w.To, m)
	}
	w.Step++
	return func(tx store.Tx) error {
		now := r.o.Clock.Now()
		outbox.In(tx, now).Once(w.entry(now.Add(next)))
		return nil
	}, nil
}

// step asks AWS once. It returns what there is to tell, or after what time the next step is to be taken.
func (r *Room) step(ctx context.Context, w *work, now time.Time) (m blocks.Message, next time.Duration, err error) {
	switch {
	case w.Traces != nil:
		found, err := r.traces.Find(ctx, *w.Traces)
		return tracesMessage(*w, found), 0, err
	case w.Logs == nil:
		return m, 0, errors.New("the entry asks nothing")
	case w.Query == "":
		w.Query, err = r.logs.Begin(ctx, w.Logs)
		return m, soon, err
	}
	found, done, err := r.logs.Read(ctx, *w.Logs, w.Query)
	switch {
	case done || err != nil:
		return logsMessage(*w, found), 0, err
	case now.Sub(w.Began) < patience:
		return m, min(soon*time.Duration(1+w.Step/3), later), nil
	}
	if err := r.logs.Stop(ctx, *w.Logs, w.Query); err != nil {
		r.o.Log.Warn("a question to the logs that takes too long goes on", "incident", w.Incident, "err", err)
	}
	return m, 0, &lookups.Refusal{Why: "CloudWatch Logs did not answer within " + text.Lasting(patience),
		Do: "give words that are rarer, or open it in the console"}
}

// named are the groups, or services, as people read them.
func named(all []string) blocks.Line {
	var l blocks.Line
	for n, one := range all {
		if n > 0 {
			l = blocks.Say(l, ", ")
		}
		l = blocks.Say(l, blocks.Code(text.Clip(text.Line(one), 200)))
	}
	return l
}
