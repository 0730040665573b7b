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

// typed takes the stage off the end of what was typed: the postmortem is moved there. Without one it is only looked at.
func typed(c *chat.Call) (to string, rest *chat.Call, ok bool) {
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
	// Reviewers are who was asked to review it.
	Reviewers []string
	// Fixed says that it is recorded by when it is due. Else that is what it would be by default.
	Fixed bool
}

// read is the state of an incident's postmortem, by its timeline.
func read(tx store.Tx, i *incidents.Incident) (State, error) {
	timeline, err := incidents.Timeline(tx, i.ID)
	if err != nil {
		return State{}, err
	}
	return Of(i, timeline), nil
}

// Of is the state of an incident's postmortem.
func Of(i *incidents.Incident, timeline []incidents.Event) State {
	s := State{Stage: response.Draft, Due: evidence.Read(*i, timeline).Review().Due}
	for _, e := range timeline {
		b, ok := e.Body.(incidents.Responded)
		if !ok {
			continue
		}
		switch f := b.Fact.(type) {
		case response.ReviewMoved:
			if s.Stage, s.By = f.To, e.By.Name; f.To == response.InReview {
				s.Asked = e.By.Name
			}
		case response.ReviewersNamed:
			s.Reviewers = nil
			for _, one := range f.Reviewers {
				s.Reviewers = append(s.Reviewers, one.Person)
			}
		case response.PostmortemDue:
			s.Fixed = true
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
	if s.Waits() && len(s.Reviewers) > 0 {
		l = blocks.Say(l, ", for review by ", people(s.Reviewers))
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

// people names some, each as long as a name may be.
func people(all []string) string {
	var names []string
	for _, person := range all {
		names = append(names, text.Clip(text.Line(person), 80))
	}
	return text.List(names, "and")
}

// openOf are the action items of an incident that are open.
func openOf(tx store.Tx, incident string) (all []actions.Item) {
	for _, i := range actions.Open(tx) {
		if i.Incident == incident {
			all = append(all, i)
		}
	}
	return all
}
