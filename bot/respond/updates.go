package respond

import (
	"cmp"
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/oncalm/oncalm/bot/argument"
	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/bot/when"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/incidents/response"
	"github.com/oncalm/oncalm/nearest"
	"github.com/oncalm/oncalm/outbox"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// KindUpdate is the kind of entries that remind of an update that is overdue.
const KindUpdate = "update-overdue"

// Handlers returns the handlers of outbox entries by kind.
func (room *Room) Handlers() map[string]outbox.Handler {
	return map[string]outbox.Handler{KindUpdate: room.overdue}
}

// update is /incident update. What the stakeholders read is drawn and enqueued by Follow, in the same transaction.
func (room *Room) update(c *chat.Call, tx store.Tx) (blocks.Message, error) {
	i, said, m := room.Hand.Pick(c, tx)
	if i == nil {
		return m, nil
	}
	f := response.Updated{}
	word, rest := firstWord(said)
	word = strings.ToLower(strings.TrimRight(word, ":,"))
	switch {
	case slices.Contains(response.Stages(), word):
		f.Stage, said = word, rest
	case mistyped(word):
		return room.names().None(word, "nothing changed", argument.Stage), nil
	}
	said, f.Next = nextUpdate(said, c.Now, room.Hand.Zone(c))
	if f.Next.IsZero() && lookTimed(nextForm.FindStringSubmatch(said)) {
		return how(c, i, "I do not understand when the next one comes.",
			"identified the database is full, we make room, next in 30m"), nil
	}
	text, cut := kept(said, maxText)
	if f.Text = text; text == "" {
		return how(c, i, "What should they read?", "identified the database is full, we make room, next in 30m"), nil
	}
	if _, err := room.Hand.Append(c, tx, i.ID, incidents.Responded{Fact: f}); err != nil {
		return blocks.Message{}, err
	}
	told := blocks.Say("No channel waits for news of ", i.Service, "; it is on the timeline.")
	if n := len(room.o.Stakeholders(i.Service)); n > 0 {
		told = blocks.Say("It goes to ", plural(n, "channel"), ".")
	}
	if !f.Next.IsZero() {
		told = blocks.Say(told, " The next one is due at ", f.Next, ".")
	}
	return did("Updated ", named(i), ". ", told, cut), nil
}

func plural(n int, what string) string { return text.Count(n, what, what+"s") }

// nextForm is the end of an update that says when the next one comes. Between "next" and the time there may be "update",
// and in, at or by.
var nextForm = regexp.MustCompile(`(?i)^(.*?)[\s,;.–—-]*\bnext(?: update)?(?:\s+(in|at|by))?[\s:]+(\S.*?)\.?$`)

// nextUpdate takes off the end of an update when the next one comes. What is no time there is part of the text. It is at
// most a week ahead.
func nextUpdate(said string, now time.Time, zone *time.Location) (rest string, next time.Time) {
	m := nextForm.FindStringSubmatch(said)
	if m == nil {
		return said, next
	}
	for _, form := range []string{m[3], "until " + m[3]} {
		if s, err := when.Parse(form, now, zone); err == nil && !s.From.After(now) && s.To.Sub(now) <= 7*24*time.Hour {
			return m[1], s.To.UTC().Truncate(time.Second)
		}
	}
	return said, next
}

// mistyped reports whether a word is a stage but for one slip or two. Stakeholders should not read it, and the stage would be lost.
func mistyped(word string) bool {
	return slices.ContainsFunc(response.Stages(), func(stage string) bool { return nearest.Distance(word, stage, 3) < 3 })
}

// timed is what is meant as a time and was not read as one: "30", "25:00", "30 minuts", "2026-02-30".
var timed = regexp.MustCompile(`^\d\S*(?:\s+[[:alpha:]]+)?$`)

// lookTimed reports whether the end of a text looks like a time, so that it is not left in the text without a word. m is what
// [nextForm] found in it; nil is nothing.
func lookTimed(m []string) bool { return m != nil && timed.MatchString(m[len(m)-1]) }

// tell enqueues an update for those who wait for it, and the reminder of the next one. The reminder is an entry for that
// update: if another follows, the entry finds that out when it comes due.
func (room *Room) tell(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event, f response.Updated) {
	for _, channel := range room.o.Stakeholders(i.Service) {
		key := store.Key("told", "update", i.ID, fmt.Sprint(e.Seq), channel)
		room.o.OweChannel(tx, now, key, channel, forStakeholders(i, f))
	}
	if !f.Next.IsZero() {
		outbox.In(tx, now).Once(outbox.Entry{
			Key: fmt.Sprintf("%s/update/%d", i.ID, e.Seq), Kind: KindUpdate, Lane: outbox.Chores, Due: f.Next,
			Body: outbox.Body(overdueBody{i.ID, e.Seq}),
		})
	}
}

// forStakeholders is an update for people who wait for news and do nothing about it: what, since when, and when they hear
// more. It is worked out now, so that it says what was so when it was written, however late Slack takes it.
func forStakeholders(i *incidents.Incident, f response.Updated) blocks.Message {
	m := blocks.Message{
		Title:  view.Sign(i.Severity) + " " + text.Line(i.Service) + ": " + text.Line(i.Title),
		Notice: text.Line(i.Service) + ": " + text.Clip(text.Line(f.Text), 200),
		Body:   []blocks.Paragraph{blocks.Para(view.Lines(text.Clip(f.Text, 2500))...)},
	}
	last := blocks.Say("Incident ", i.ID, " · since ", i.Opened)
	if i.Status == incidents.StatusResolved {
		last = blocks.Say(last, " · resolved ", i.Resolved)
	} else if i.Response.Stage != "" {
		last = blocks.Say(last, " · ", i.Response.Stage)
	}
	if !f.Next.IsZero() {
		last = blocks.Say(last, " · next update by ", f.Next)
	}
	m.Body = append(m.Body, blocks.Para(last))
	return m
}

// overdueBody is the body of the reminder's entry.
type overdueBody struct {
	Incident string `json:"incident"`
	Update   int    `json:"update"` // the event that promised the next one
}

// overdue reminds whoever leads, unless there was another update, or it is over.
func (room *Room) overdue(_ context.Context, e outbox.Entry) (func(store.Tx) error, error) {
	var b overdueBody
	if err := e.Decode(&b); err != nil {
		return nil, err
	}
	now := room.o.Clock.Now()
	return func(tx store.Tx) error {
		i, err := incidents.Head(tx, b.Incident)
		if err != nil || !i.Open() || i.Response.Update != b.Update {
			return err
		}
		// for its author, who is reminded if nobody leads or speaks
		said, err := incidents.Events(tx, i.ID, b.Update, 1)
		if err != nil || len(said) == 0 {
			return err
		}
		person := cmp.Or(i.Response.Lead, i.Response.Comms, said[0].By.Name)
		room.o.Owe(tx, now, store.Key("told", "overdue", i.ID, fmt.Sprint(b.Update), person), person, did(
			"⏰ The next update of incident ", named(i), " is due: it was promised for ", i.Response.Next, ". Write ",
			blocks.Code(room.o.Root+" update "+i.ID+" what is known now"), "."))
		return nil
	}, nil
}
