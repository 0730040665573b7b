package command

import (
	"errors"

	"github.com/oncalm/oncalm/bot/chat"
	"github.com/oncalm/oncalm/bot/slack/blocks"
	"github.com/oncalm/oncalm/bot/view"
	"github.com/oncalm/oncalm/incidents"
	"github.com/oncalm/oncalm/store"
	"github.com/oncalm/oncalm/text"
)

// merged reports whether an incident goes on as another.
func merged(i *incidents.Incident) bool { return i.MergedInto != "" && !i.Open() }

// wentInto is the incident as which another goes on: that may have been merged, too. It is nil if it is not kept any more.
func wentInto(tx store.Tx, i *incidents.Incident) (*incidents.Incident, error) {
	const most = 50 // whoever merges in a circle has reopened one between
	for range most {
		next, err := incidents.Head(tx, i.MergedInto)
		if errors.Is(err, incidents.ErrNotFound) {
			return nil, nil
		}
		if err != nil || !merged(next) {
			return next, err
		}
		i = next
	}
	return i, nil
}

// elsewhereNow answers a word about an incident that was merged: nothing was done, since what was meant for it would stand where
// nobody reads it any more, and into which it went. What was said goes along with the button, and with the command to type.
func elsewhereNow(room *Room, c *chat.Call, tx store.Tx, i *incidents.Incident, said string) blocks.Message {
	id := blocks.Strong(i.ID)
	into, err := wentInto(tx, i)
	if err != nil || into == nil {
		return blocks.Sentence(id, " was merged into ", i.MergedInto, " by ", view.NameOf(i.ResolvedBy), "; nothing changed.")
	}
	l := blocks.Say(id, " was merged ", text.Ago(c.Now.Sub(i.Resolved)), " by ", view.NameOf(i.ResolvedBy),
		", and goes on as ", blocks.Strong(into.ID), " (", text.Line(into.Title), "); nothing changed.")
	w, known := chat.Find(room.words(), c.Word)
	if !known || w.Name == "reopen" && into.Open() { // it is open
		return blocks.Message{Body: []blocks.Paragraph{blocks.Para(l)}}
	}
	typed := text.Clip(text.Line(said), 200)
	l = blocks.Say(l, " There: ", say(c, w.Name, into.ID, typed), ".")
	m := blocks.Message{Body: []blocks.Paragraph{blocks.Para(l)}}
	again := chat.Said{Room: view.Room, Word: w.Name, Rest: chat.Target{ID: into.ID, Run: into.Run}.Value()}
	if said != "" {
		again.Rest += " " + said
	}
	if len(again.Rest) <= blocks.MaxValue && w.Change != nil {
		m.Rows = [][]blocks.Button{{again.Button(text.Clip(w.Name+" "+into.ID, blocks.MaxLabel))}}
	}
	return m
}

// say is a command about an incident, as it is typed.
func say(c *chat.Call, word, id, rest string) blocks.Line {
	if rest != "" {
		rest = " " + rest
	}
	return blocks.Say(blocks.Code(c.Root + " " + word + " " + id + rest))
}
