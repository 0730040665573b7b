// Package review moves a postmortem on: a draft, in review, reviewed, closed. Who moved it, and when, is an event of the incident
// (response.ReviewMoved), and the document, its times and what is said here are made from it.
//
// Reviewed means that somebody else has read it: whoever asked for the review cannot say so.
package review

import (
	"strings"
	"time"

	"github.com/oncalm/oncalm/actions"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/postmortems/evidence"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Word is the word of the room of incidents that buttons say.
const Word = "review"

// Stage is the stage that a word means; false if it means none.
func Stage(said string) (stage string, ok bool) {
	switch strings.ToLower(said) {
	case "review", "in-review":
		return response.InReview, true
	case "reviewed", "approve", "approved":
		return response.Reviewed, true
	case "close", "closed":
		return response.Closed, true
	case "draft", "reopen":
		return response.Draft, true
	}
	return "", false
}

// Typed takes the stage off the end of what was typed behind the word postmortem: it is moved there. Without one it is only looked
// at.
func Typed(c *chat.Call) (to string, rest *chat.Call, ok bool) {
	n := len(c.Args)
	if n == 0 {
		return "", nil, false
	}
	if to, ok = Stage(c.Args[n-1].Text); !ok {
		return "", nil, false
	}
	bare := *c
	bare.Rest, bare.Args = c.Rest[:c.Args[n-1].From], c.Args[:n-1]
	return to, &bare, true
}

// A State is how far a postmortem has come.
type State struct {
	Stage string
	By    string    // who moved it there; empty for a draft of before
	Asked string    // who asked for the review last
	Due   time.Time // by when it is to be reviewed; zero if by no time
}

// Of is the state of an incident's postmortem.
func Of(i *incidents.Incident, timeline []incidents.Event) State {
	r := evidence.Read(*i, timeline).Review()
	s := State{Stage: response.Draft, Due: r.Due}
	for _, e := range timeline {
		b, ok := e.Body.(incidents.Responded)
		if !ok {
			continue
		}
		moved, ok := b.Fact.(response.ReviewMoved)
		if !ok {
			continue
		}
		if s.Stage, s.By = moved.To, e.By.Name; moved.To == response.InReview {
			s.Asked = e.By.Name
		}
	}
	return s
}

// Waits reports whether it is still to be reviewed.
func (s State) Waits() bool { return s.Stage == response.Draft || s.Stage == response.InReview }

// Line says how far it has come; false if the incident needs none and nobody moved it.
func (s State) Line(i *incidents.Incident, now time.Time) (l blocks.Line, ok bool) {
	if i.Open() || i.MergedInto != "" || s.By == "" && s.Due.IsZero() {
		return nil, false
	}
	l = blocks.Say(blocks.Strong("Postmortem"), ": ", text.Clip(text.Line(s.Stage), 20))
	if s.By != "" {
		l = blocks.Say(l, " (", s.By, ")")
	}
	switch {
	case !s.Waits() || s.Due.IsZero():
	case s.Due.Before(now):
		l = blocks.Say(l, ", ", blocks.Strong("overdue"), ": it was to be reviewed by ", s.Due)
	default:
		l = blocks.Say(l, ", to be reviewed by ", s.Due)
	}
	return l, true
}

// Buttons move it on.
func (s State) Buttons(i *incidents.Incident) []blocks.Button {
	say := func(word, label string) blocks.Button {
		at := chat.Target{ID: i.ID, Run: i.Run}
		return chat.Said{Room: view.Room, Word: Word, Rest: at.Value() + " " + word}.Numbered(label, word)
	}
	switch {
	case i.Open():
		return nil
	case s.Stage == response.Draft:
		return []blocks.Button{say("review", "Ask for review")}
	case s.Stage == response.InReview:
		return []blocks.Button{say("reviewed", "Reviewed"), say("draft", "Back to draft")}
	case s.Stage == response.Reviewed:
		return []blocks.Button{say("close", "Close postmortem"), say("draft", "Back to draft")}
	}
	return []blocks.Button{say("draft", "Back to draft")}
}

// Move moves the postmortem of an incident to a stage, if it may go there, and says what came of it.
func Move(book *incidents.Book, tx store.Tx, c *chat.Call, i *incidents.Incident, to string) (blocks.Message, error) {
	timeline, err := incidents.Timeline(tx, i.ID)
	if err != nil {
		return blocks.Message{}, err
	}
	s := Of(i, timeline)
	of := blocks.Say("The postmortem of ", blocks.Strong(i.ID), " (", text.Line(i.Title), ")")
	command := func(word string) blocks.Span { return blocks.Code(c.Root + " postmortem " + i.ID + " " + word) }
	switch {
	case i.Open():
		return blocks.Sentence(blocks.Strong(i.ID), " is not resolved yet; nothing changed."), nil
	case s.Stage == to:
		return blocks.Sentence(of, " is ", to, " already; nothing changed."), nil
	case to == response.Reviewed && s.Stage != response.InReview:
		return blocks.Sentence(of, " is not in review; nothing changed. ", command("review"), " asks for it."), nil
	case to == response.Reviewed && s.Asked == c.Person:
		return blocks.Sentence("You asked for the review: somebody else says that it is reviewed. Nothing changed."), nil
	case to == response.Closed && s.Stage != response.Reviewed:
		return blocks.Sentence(of, " is not reviewed yet; nothing changed. ", command("reviewed"),
			" says that it is, by somebody else than who asked for it."), nil
	}
	after, err := book.Append(tx, c.Now, i.ID, incidents.Event{By: incidents.Person(c.Person),
		Body: incidents.Responded{Fact: response.ReviewMoved{To: to}}})
	if err != nil {
		return blocks.Message{}, err
	}
	c.Acted = true
	s.Stage, s.By = to, c.Person
	l := blocks.Say(of, " is ", blocks.Strong(to), " now.")
	switch open := len(openOf(tx, i.ID)); {
	case to == response.InReview:
		l = blocks.Say(l, " Somebody else than you reads it, and says ", command("reviewed"), ".")
	case to == response.Closed && open > 0:
		l = blocks.Say(l, " ", text.Count(open, "action item is", "action items are"), " still open, and followed up.")
	}
	m := blocks.Message{Body: []blocks.Paragraph{blocks.Para(l)}}
	if row := s.Buttons(after); len(row) > 0 {
		m.Rows = [][]blocks.Button{row}
	}
	return m, nil
}

func openOf(tx store.Tx, incident string) (all []actions.Item) {
	for _, i := range actions.Open(tx) {
		if i.Incident == incident {
			all = append(all, i)
		}
	}
	return all
}
