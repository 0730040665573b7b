package silence

import (
	"time"

	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/silences"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// Owe enqueues what a person, or with "" the channel, is told. A key is used once.
type Owe func(tx store.Tx, now time.Time, key, person string, m blocks.Message)

// Follow enqueues what people are told of a change (see [silences.Follower]). The channel is told of each, since what pages
// nobody must be seen; whoever made a silence is told besides, unless they did this themselves.
func (t *Talk) Follow(tx store.Tx, now time.Time, c silences.Change) {
	s := c.Silence
	var l blocks.Line
	var buttons [][]blocks.Button
	switch c.What {
	case silences.Made:
		l = blocks.Say("🔇 ", blocks.Strong(s.By), " silenced ", view.Silence(s), ".")
	case silences.Began:
		l = blocks.Say("🔇 A silence begins: ", view.Silence(s), ".")
	case silences.Ending:
		l = blocks.Say("⏳ A silence is about to end: ", view.Silence(s), ". ",
			remains(s, c.Incidents, "will page", "will be resolved"))
		buttons = [][]blocks.Button{{endButton(s, "")}}
	case silences.Ended:
		l = blocks.Say("🔊 A silence is over: ", blocks.Strong(s.What()), ", by ", blocks.Strong(s.Said().Source()), ": ",
			c.Reason, ". ", remains(s, c.Incidents, "pages now", "is resolved"))
	case silences.Left:
		l = blocks.Say("⚠️ Whoever made a silence is no longer in the configuration; it goes on until then: ",
			view.Silence(s), ".")
	}
	m := blocks.Message{Body: []blocks.Paragraph{blocks.Para(l)}, Rows: buttons}
	t.Owe(tx, now, told(s.ID, string(c.What), ""), "", m)
	if s.By != "" && s.By != c.By && c.What != silences.Left {
		t.Owe(tx, now, told(s.ID, string(c.What), s.By), s.By, m)
	}
}

// told is the key of a notice. It has the silence and what happened in it: each is told once, however often the transaction
// runs.
func told(id, what, person string) string { return store.Key("told", "silence", id, what, person) }

// remains says what comes of what still fires.
func remains(s silences.Silence, ids []string, pages, resolved string) blocks.Line {
	if len(ids) == 0 {
		return blocks.Say("Nothing that it silences fires.")
	}
	becomes := pages
	if s.End == silences.EndResolve {
		becomes = resolved
	}
	return blocks.Say("What still fires ", becomes, ": ", text.Count(len(ids), "incident ", "incidents "), some(ids), ".")
}

// FollowIncident tells whoever made a silence, once and without a page, that it silences the worst severity. The key has no
// incident in it, so only the first one of a silence is told.
func (t *Talk) FollowIncident(tx store.Tx, now time.Time, i *incidents.Incident, e incidents.Event) []incidents.Body {
	if i.Silence == nil || i.Silence.By == "" || i.Severity != incidents.Sev1 {
		return nil
	}
	switch e.Body.(type) {
	case incidents.Opened, incidents.Reopened:
		t.Owe(tx, now, told(i.Silence.ID, incidents.Sev1, i.Silence.By), i.Silence.By, blocks.Sentence(
			"🔇 Your silence silences an incident of sev1, so nobody is paged: ", blocks.Strong(i.ID), " ",
			text.Clip(text.Line(i.Title), 150), ". To page for it, escalate it, or end the silence."))
	}
	return nil
}
